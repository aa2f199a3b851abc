// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.CheckedBundle;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Program;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.wire.CutShortException;
import io.jrun.wire.Outcome;
import java.util.Optional;

/**
 * A launch being carried out, which is most of create and of run: prepared, run by the front, put
 * on record, and undone if it fails.
 */
public final class Launching {
  private final Session session;
  private final LaunchCleanup cleanup;

  /** A launch that succeeded: what its program reported, and the container as it is now. */
  public record Launched(Launch launch, Outcome outcome, ContainerState state) {}

  /** Where in the front's program a launch is past making, and past putting on record. */
  private int recordedAt = Integer.MAX_VALUE;

  /** What the front does if this core dies; null: it does nothing. */
  private LaunchUndo undoing;

  /** Whether the first of two programs has run to its end. */
  private boolean isOpened;

  public Launching(Session session) {
    this.session = session;
    this.cleanup = new LaunchCleanup(session);
  }

  /** How it is undone, by whoever finds later that it has failed. */
  public LaunchCleanup cleanup() {
    return cleanup;
  }

  /**
   * Makes a container, all in one program of the front: what follows when init is ready is in it.
   *
   * @param detaches whether this command ends while the container runs
   * @return also if the program failed after {@link #putOnRecord}, or init after it was let go on:
   *     what that means is the caller's to judge
   */
  public Launched launch(
      LaunchRequest request, boolean waits, boolean detaches, Launch.Ending ending) {
    Session.checkId(request.id());
    if (session.store().exists(request.id())) {
      throw new ContainerException("container with given ID already exists");
    }
    if (request.pidFile().isPresent()) {
      LaunchChecks.checkPidFile(request.pidFile().get());
    }
    Launch launch = prepare(request, waits, detaches, ending);
    LaunchChecks.checkTerminal(
        launch.bundle().spec().process().terminal().isPresent(),
        detaches,
        launch.options().sockets());
    Outcome outcome = carryOut(launch, request.pidFile());
    Optional<Long> pid = outcome.number(ReportTag.PID);
    Optional<Long> started = outcome.number(ReportTag.START_TIME);
    if (pid.isEmpty() || started.isEmpty()) {
      throw cleanup.undone(launch, outcome, isOpened);
    }
    boolean past = outcome.origin() == Outcome.Origin.INIT || outcome.instruction() >= recordedAt;
    if (!outcome.succeeded() && !past) {
      String lost = HostNetDevices.takeBack(session, launch, outcome);
      cleanup.abandon(launch, true);
      request
          .pidFile()
          .ifPresent(path -> cleanup.removePidFile(launch.plan().handles().after(), path));
      throw new ContainerException(Failures.describe(outcome) + lost);
    }
    LaunchWarnings.ofSysctls(session, launch.bundle().spec(), outcome);
    LaunchWarnings.ofAmbient(session, outcome);
    return new Launched(
        launch,
        outcome,
        launch
            .record()
            .with(
                waits ? Phase.CREATED : Phase.RUNNING,
                new ProcessIdentity(pid.get(), started.get())));
  }

  /** A create of the same id may be ahead: its cgroup is then what is in the way. */
  private Launch prepare(
      LaunchRequest request, boolean waits, boolean detaches, Launch.Ending ending) {
    try {
      return Launch.prepare(session, request, waits, detaches, ending);
    } catch (ContainerException e) {
      if (session.store().exists(request.id())) {
        throw new ContainerException("container with given ID already exists", e);
      }
      throw e;
    }
  }

  private Outcome run(Launch launch, Optional<String> pidFile) {
    if (session.notices().isDebugging()) {
      // All of it has to be known before it is told, and told before it is done.
      Program all = whole(launch.plan());
      session.tell("front", all);
      session.tell("init", launch.plan().init());
      return session.front().run(all);
    }
    try {
      undoing = LaunchUndo.of(launch, pidFile);
      return session.front().run(launch.plan(), undoing);
    } catch (CutShortException e) {
      if (!e.outcome().succeeded()) {
        throw cleanup.undone(launch, e.outcome(), isOpened);
      }
      cleanup.abandon(launch, true);
      throw Launch.refused(e.getCause());
    }
  }

  /** Usually one program; where systemd makes the cgroup, it does so between two. */
  private Outcome carryOut(Launch launch, Optional<String> pidFile) {
    if (launch.unit().isEmpty()) {
      return run(launch, pidFile);
    }
    undoing = LaunchUndo.ofRest(launch, pidFile);
    Program rest = whole(launch.plan());
    if (session.notices().isDebugging()) {
      session.tell("front", launch.plan().claiming());
      session.tell("front", rest);
      session.tell("init", launch.plan().init());
    }
    Outcome opening =
        session.front().run(launch.plan().claiming(), LaunchUndo.of(launch, pidFile), false);
    Optional<Long> pid = opening.number(ReportTag.PID);
    if (pid.isEmpty()) {
      throw cleanup.undone(launch, opening, isOpened);
    }
    isOpened = true;
    try {
      launch
          .unit()
          .get()
          .start(
              launch.bundle().spec(),
              launch.options().id(),
              pid.get(),
              launch.options().cgroupMount());
    } catch (ContainerException e) {
      cleanup.abandon(launch, true);
      throw e;
    }
    return session.front().run(rest, undoing, true).withInit(launch.plan().init());
  }

  /** Nothing that can be wrong with the plan is to be found when systemd has been asked. */
  private static Program whole(LaunchPlan plan) {
    try {
      return plan.front();
    } catch (ProgramTooLongException e) {
      throw Launch.refused(e);
    }
  }

  /** Whether a launch that succeeds needs no core after it. */
  public boolean hasNothingToSay(CheckedBundle bundle) {
    return session.hasNothingToSay()
        && bundle.spec().names().sysctls().isEmpty()
        && bundle.spec().process().capabilities().raisableAmbient() == 0;
  }

  /** Puts the container on record and lets init outlive this command. */
  public void putOnRecord(
      Recorder recorder,
      LaunchPlan.Ready ready,
      CheckedBundle bundle,
      LaunchOptions options,
      ContainerState state,
      LaunchRequest request) {
    recorder.step("store the verbs that follow");
    StateSteps.write(
        recorder,
        ready.directory(),
        StoredVerbs.FILE,
        StoredVerbs.compile(
            state,
            options.stateDirectory(),
            bundle.spec().hooks(),
            session.front().caller().version(),
            ready.pid(),
            ready.started()));
    letGoOn(recorder, ready, state, request);
  }

  /** The same without programs for the verbs that follow. */
  public void letGoOn(
      Recorder recorder, LaunchPlan.Ready ready, ContainerState state, LaunchRequest request) {
    recorder.step("put the container on record");
    StateSteps.write(
        recorder,
        ready.directory(),
        StateSteps.STATE,
        StateFile.template(state),
        ready.pid(),
        ready.started());
    if (request.pidFile().isPresent()) {
      if (undoing != null) {
        undoing.writesPidFile(recorder.size() + 1);
      }
      PidFileSteps.write(
          recorder, request.pidFile().get(), ready.pid(), session.front().caller().umask());
    }
    recorder.step("let init go on by itself");
    recorder.sync(ready.channel(), SyncCode.COMMITTED, Value.of(0));
    recordedAt = recorder.size();
    if (undoing != null) {
      undoing.ends(recordedAt);
    }
  }
}
