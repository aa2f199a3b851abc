// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.failure.Failures;
import io.jrun.host.HostSurvey;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.StepLines;
import io.jrun.state.ContainerId;
import io.jrun.state.ContainerState;
import io.jrun.state.StateFileException;
import io.jrun.state.StateStore;
import io.jrun.wire.Front;
import io.jrun.wire.Outcome;
import java.util.Optional;

/**
 * One command being carried out: the front that asked, the state root it works on.
 *
 * @param front whose caller's context counts, never this process's own
 * @param survey what asks the host for a launch
 */
public record Session(Front front, StateStore store, Notices notices, HostSurvey survey) {
  /** On the host as it is. */
  public Session(Front front, StateStore store, Notices notices) {
    this(front, store, notices, new HostSurvey());
  }

  /** Checks an id's form before anything is looked at. */
  public static String checkId(String id) {
    try {
      return ContainerId.check(id);
    } catch (IllegalArgumentException e) {
      throw new ContainerException(e.getMessage(), e);
    }
  }

  /** The state of a container that must exist. */
  public ContainerState load(String id) {
    checkId(id);
    try {
      Optional<ContainerState> state = store.load(id);
      if (state.isEmpty()) {
        throw new ContainerNotFoundException();
      }
      return state.get();
    } catch (StateFileException e) {
      throw new ContainerException(damaged(id, e.getMessage()), e);
    }
  }

  /**
   * The bytes of a container's config.json, as it was when the container was created.
   *
   * @throws ContainerException if the state directory has none
   */
  public byte[] config(String id) {
    Optional<byte[]> config = store.file(id, StateSteps.CONFIG);
    if (config.isPresent()) {
      return config.get();
    }
    throw store.exists(id)
        ? new ContainerException(damaged(id, "config.json is missing"))
        : new ContainerNotFoundException();
  }

  private String damaged(String id, String how) {
    return store.directory(id) + ": " + how + "; jrun delete --force " + id + " clears it up";
  }

  /** Tells what a program will do, step by step, if anybody wants to know. */
  public void tell(String who, Program program) {
    for (String line : StepLines.of(who, program)) {
      notices.debug(line);
    }
  }

  /** Whether the caller has nothing to be told of a command that succeeds. */
  public boolean hasNothingToSay() {
    return notices.areNone() && !front.isTraced();
  }

  /**
   * A recorder of a program that the front runs piece by piece. Where somebody wants to know, it is
   * kept: all of it is told before any is done.
   */
  public Recorder recorder() {
    return notices.isDebugging() ? new Recorder() : front.recorder();
  }

  /** Runs a program that must run to its end. */
  public Outcome run(Recorder recorder) {
    Outcome outcome = front.run(recorder.program());
    if (!outcome.succeeded()) {
      throw new ContainerException(Failures.describe(outcome));
    }
    return outcome;
  }
}
