// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.Bundle;
import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.failure.Failures;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.Readiness;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.RuntimeHooks;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.front.StartSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.Phase;
import io.jrun.state.StateFile;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * {@code start}: lets a created container's init execute the user's program, and says how that
 * went. It cannot hang: a gate nobody waits at gives ENXIO.
 */
public final class StartContainer {
  private final Session session;

  public StartContainer(Session session) {
    this.session = session;
  }

  public void start(String id) {
    Session.checkId(id);
    if (!session.store().exists(id)) {
      throw new ContainerNotFoundException();
    }
    Recorder locking = new Recorder();
    locking.step("lock " + id);
    Fd directory = StateSteps.lock(locking, session.store().directory(id));
    session.run(locking);
    ContainerState state = session.load(id);
    if (session.front().caller().stored().isInits()) {
      throw failure(session.front().caller().stored(), List.of(), state, id);
    }
    ContainerStatus status = session.store().status(state);
    // A start that was killed has left its gate: whether it got through, the gate will tell.
    boolean brokenOff =
        status == ContainerStatus.RUNNING && session.store().has(id, StateSteps.EXEC_FIFO);
    if (!brokenOff) {
      checkStatus(status);
    }
    Recorder recorder = locking.next();
    ContainerState running = state.with(Phase.RUNNING, state.init());
    Optional<Readiness> readiness =
        Readiness.isWanted(session, running)
            ? Optional.of(listen(recorder, running))
            : Optional.empty();
    StartSteps.record(
        recorder,
        directory,
        StateFile.template(running),
        Pid.of(running.init().pid()),
        Value.of(running.init().startTime()));
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      throw outcome.origin() == Outcome.Origin.INIT
          ? failure(
              new CallerContext.StoredResult(
                  outcome.origin(), outcome.instruction(), outcome.errno()),
              outcome.reports(),
              state,
              id)
          : new ContainerException(Failures.describe(outcome));
    }
    byte[] config = config(id);
    if (Bundle.mentionsHooks(config)) {
      try {
        RuntimeHooks.poststart(
            session, recorder.next(), running, Bundle.parse(config, running.location().bundle()));
      } catch (ContainerException e) {
        destroy(recorder.next(), directory, running);
        throw e;
      }
    }
    if (readiness.isPresent()) {
      readiness.get().passOn(session, recorder.next(), directory, running);
    }
  }

  private Readiness listen(Recorder recorder, ContainerState running) {
    recorder.step("find init");
    Fd init = recorder.pidfdOpen(Pid.of(running.init().pid()));
    return Readiness.listen(session, recorder, session.store().directory(running.id()), init);
  }

  private static void checkStatus(ContainerStatus status) {
    switch (status) {
      case CREATED -> {}
      case STOPPED -> throw new ContainerException("cannot start a container that has stopped");
      case RUNNING -> throw new ContainerException(StartSteps.NOT_WAITING);
      default ->
          throw new ContainerException(
              "cannot start a container in the " + status.word() + " state");
    }
  }

  /** Init's instruction numbers mean what they meant when its program was compiled. */
  private ContainerException failure(
      CallerContext.StoredResult said,
      List<Outcome.Report> reports,
      ContainerState state,
      String id) {
    byte[] config = config(id);
    Launch launch = Launch.recompile(state, config, session.store().directory(id));
    return Failures.failure(
        new Outcome(
            said.origin(),
            said.errno(),
            LaunchPlan.initOf(launch.input()),
            said.instruction(),
            reports),
        launch.bundle().spec().process().terminal().isPresent(),
        "");
  }

  private byte[] config(String id) {
    return session
        .store()
        .file(id, StateSteps.CONFIG)
        .orElseThrow(
            () ->
                new ContainerException(
                    session.store().directory(id)
                        + ": config.json is missing; jrun delete --force "
                        + id
                        + " clears it up"));
  }

  /** Where a poststart hook has failed: runtime.md, "Lifecycle", 9, 12 and 13. */
  private void destroy(Recorder recorder, Fd directory, ContainerState running) {
    try {
      new Removal(session).destroy(recorder, directory, running, true);
    } catch (ContainerException e) {
      session.notices().warn("what a failed poststart hook has left: " + e.getMessage());
    }
  }
}
