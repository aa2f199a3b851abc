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

  /**
   * Starts a container, and comes back when its init has become the program.
   *
   * @throws ContainerException if it is not there to be started, or could not become that
   */
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
    CallerContext.StoredResult stored = session.front().caller().stored();
    if (stored.isInits()) {
      throw failure(stored, List.of(), state);
    }
    checkStatus(state);
    // Before anything runs: without it nobody knows which hooks come after that.
    final byte[] config = session.config(id);
    Recorder recorder = locking.next();
    ContainerState running = state.with(Phase.RUNNING, state.init());
    Optional<Readiness> readiness =
        Readiness.isWanted(session, running)
            ? Optional.of(listen(recorder, running))
            : Optional.empty();
    letGo(recorder, directory, running);
    runPoststart(recorder.next(), directory, running, config);
    if (readiness.isPresent()) {
      readiness.get().passOn(session, recorder.next(), directory, running);
    }
  }

  private Readiness listen(Recorder recorder, ContainerState running) {
    recorder.step("find init");
    Fd init = recorder.pidfdOpen(Pid.of(running.init().pid()));
    return Readiness.listen(session, recorder, session.store().directory(running.id()), init);
  }

  private void letGo(Recorder recorder, Fd directory, ContainerState running) {
    StartSteps.record(
        recorder,
        directory,
        StateFile.template(running),
        Pid.of(running.init().pid()),
        Value.of(running.init().startTime()));
    Outcome outcome = session.front().run(recorder.program());
    if (outcome.succeeded()) {
      return;
    }
    if (outcome.origin() != Outcome.Origin.INIT) {
      throw new ContainerException(Failures.describe(outcome));
    }
    CallerContext.StoredResult said =
        new CallerContext.StoredResult(outcome.origin(), outcome.instruction(), outcome.errno());
    throw failure(said, outcome.reports(), running);
  }

  /** If one fails, the container goes: runtime.md, "Lifecycle", 9, 12 and 13. */
  private void runPoststart(
      Recorder recorder, Fd directory, ContainerState running, byte[] config) {
    if (!Bundle.mentionsHooks(config)) {
      return;
    }
    try {
      RuntimeHooks.poststart(
          session, recorder, running, Bundle.parse(config, running.location().bundle()));
    } catch (ContainerException e) {
      destroy(recorder.next(), directory, running);
      throw e;
    }
  }

  private void checkStatus(ContainerState state) {
    ContainerStatus status = session.store().status(state);
    if (status == ContainerStatus.RUNNING
        && session.store().has(state.id(), StateSteps.EXEC_FIFO)) {
      // A start that was killed has left its gate: whether it got through, the gate will tell.
      return;
    }
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
      CallerContext.StoredResult said, List<Outcome.Report> reports, ContainerState state) {
    byte[] config = session.config(state.id());
    Launch launch = Launch.recompile(state, config, session.store().directory(state.id()));
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

  private void destroy(Recorder recorder, Fd directory, ContainerState running) {
    try {
      new Removal(session).destroy(recorder, directory, running, true);
    } catch (ContainerException e) {
      session.notices().warn("what a failed poststart hook has left: " + e.getMessage());
    }
  }
}
