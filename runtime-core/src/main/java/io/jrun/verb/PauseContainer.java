// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.failure.Failures;
import io.jrun.failure.Remedies;
import io.jrun.host.CgroupTree;
import io.jrun.lifecycle.ContainerProcesses;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Errno;
import io.jrun.plan.front.FreezeSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.wire.Outcome;

/**
 * {@code pause} and {@code resume}: every process of the container stands still, or goes on, when
 * the command has ended. A pause that fails leaves the container as it was.
 */
public final class PauseContainer {
  private static final long PATIENCE_MS = 10_000;

  private final Session session;

  public PauseContainer(Session session) {
    this.session = session;
  }

  public void pause(String id) {
    Recorder recorder = new Recorder();
    ContainerState state = lock(recorder, id);
    ContainerStatus status = session.store().status(state);
    if (status != ContainerStatus.RUNNING && status != ContainerStatus.CREATED) {
      throw new ContainerException(FreezeSteps.refusal(true));
    }
    if (state.location().cgroup().isEmpty()) {
      throw new ContainerException(
          "the container has no cgroup of its own, so it cannot be paused: before it is made, "
              + Remedies.DELEGATION);
    }
    Recorder freezing = recorder.next();
    FreezeSteps.record(freezing, state.location().cgroup(), true, PATIENCE_MS);
    Outcome outcome = session.front().run(freezing.program());
    if (!outcome.succeeded()) {
      throw new ContainerException(undone(freezing.next(), state, outcome));
    }
  }

  public void resume(String id) {
    Recorder recorder = new Recorder();
    ContainerState state = lock(recorder, id);
    if (session.store().status(state) != ContainerStatus.PAUSED) {
      throw new ContainerException(FreezeSteps.refusal(false));
    }
    String cgroup = state.location().cgroup();
    if (CgroupTree.isThawed(cgroup)) {
      throw new ContainerException(
          FreezeSteps.refusal(false)
              + " by itself: a cgroup above "
              + cgroup
              + " is frozen: thaw that one");
    }
    Recorder thawing = recorder.next();
    FreezeSteps.record(thawing, cgroup, false, PATIENCE_MS);
    session.run(thawing);
  }

  private ContainerState lock(Recorder recorder, String id) {
    Session.checkId(id);
    if (!session.store().exists(id)) {
      throw new ContainerNotFoundException();
    }
    recorder.step("lock " + id);
    StateSteps.lock(recorder, session.store().directory(id));
    session.run(recorder);
    return session.load(id);
  }

  /** Half of a container must not stand still. */
  private String undone(Recorder recorder, ContainerState state, Outcome outcome) {
    if (outcome.errno() != Errno.ETIMEDOUT.number() || outcome.hasOwnWords()) {
      return Failures.describe(outcome);
    }
    String cgroup = state.location().cgroup();
    String stuck = ContainerProcesses.describe(cgroup);
    recorder.step("let cgroup " + cgroup + " go on");
    FreezeSteps.setFrozen(recorder, cgroup, false);
    session.front().run(recorder.program());
    return "unable to freeze: cgroup " + cgroup + " did not stand still in 10 s; in it:" + stuck;
  }
}
