// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.lifecycle.Commit;
import io.jrun.lifecycle.ExitStatus;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.Launching;
import io.jrun.lifecycle.Readiness;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.RuntimeHooks;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.plan.launch.LaunchSteps.StartedInit;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.wire.Outcome;
import java.util.Optional;

/**
 * {@code run}: create and start in one, and in the foreground the wait for the end: signals are
 * forwarded, the exit status is the program's.
 */
public final class RunContainer {
  /** Any value that no sync point has: the end of the channel is what is awaited. */
  private static final int NO_CODE = 0xffff;

  private final Session session;

  public RunContainer(Session session) {
    this.session = session;
  }

  /**
   * How to run.
   *
   * @param keep state and cgroup stay after the end
   * @param subreaper orphans of the container become the front's to reap
   */
  public record Manner(boolean detach, boolean keep, boolean subreaper) {}

  /**
   * What is recorded of a run behind the execve.
   *
   * @param readiness who is told when the container is ready
   * @param relocked the state directory, locked again for the removal at the end; empty where that
   *     is not in the program
   */
  private record Rest(Optional<Readiness> readiness, Optional<Fd> relocked) {}

  /**
   * Runs a container.
   *
   * @return the code to exit with: the program's status, or 128 and the signal; 0 when detached
   */
  public int run(LaunchRequest request, Manner manner) {
    Launch launch = Launch.prepareNew(session, request, false, manner.detach());
    Launching launching = Launching.begin(session, launch, request);
    StartedInit init;
    Rest rest;
    try {
      init = LaunchSteps.finish(launching.begun(), launch.input());
      rest = goOn(launch, init, request, manner);
    } catch (RuntimeException e) {
      throw launching.cutShort(e);
    }
    Outcome outcome = launching.carryOut(init);
    if (!outcome.passed(Mark.EXECUTED)) {
      throw launching.cleanup().unexecuted(outcome, init);
    }
    ContainerState state = launching.state(outcome, Phase.RUNNING);
    if (hasPoststart(launch)) {
      afterStart(launching, init, state);
    }
    if (manner.detach()) {
      if (rest.readiness().isPresent()) {
        rest.readiness().get().passOn(session, init.front().next(), init.directory(), state);
      }
      return 0;
    }
    Outcome end = hasMore(launch) ? awaitEnd(init, rest) : outcome;
    return ended(init, state, end, rest, manner);
  }

  /** Whether there is something to be done while it runs, so that one program is not all. */
  private boolean hasMore(Launch launch) {
    return hasPoststart(launch) || Readiness.isWanted(session, launch.record());
  }

  private static boolean hasPoststart(Launch launch) {
    return !launch.bundle().spec().hooks().poststart().isEmpty();
  }

  /** What follows in the front's program when init is ready. */
  private Rest goOn(Launch launch, StartedInit init, LaunchRequest request, Manner manner) {
    Recorder recorder = init.front();
    if (!manner.detach() && manner.subreaper()) {
      recorder.step("reap orphans of the container");
      recorder.prctl(Linux.PR_SET_CHILD_SUBREAPER, 1);
    }
    final Optional<Readiness> readiness =
        Readiness.isWanted(session, launch.record())
            ? Optional.of(
                Readiness.listen(
                    session, recorder, launch.options().stateDirectory(), init.pidfd()))
            : Optional.empty();
    // On record as running before it runs: a command killed in between leaves what needs force.
    ContainerState running = launch.record().with(Phase.RUNNING, launch.record().init());
    if (manner.detach()) {
      Commit.record(session, launch, init, running, request);
    } else {
      // Whoever asks while it runs in the foreground asks a core; most never do.
      Commit.letGoOn(session, init, running, request);
    }
    recorder.step("wait until init has become the program");
    recorder.free(recorder.await(init.channel(), NO_CODE, true));
    recorder.mark(Mark.EXECUTED);
    if (init.netDevices().isPresent()) {
      NetDeviceSteps.close(recorder, init.netDevices().get());
    }
    boolean goesBack = hasMore(launch) || !launch.hasNothingToSay(session);
    if (manner.detach()) {
      if (!goesBack) {
        recorder.exit(0);
      }
      return new Rest(readiness, Optional.empty());
    }
    return new Rest(
        readiness,
        hasMore(launch) ? Optional.empty() : stayUntilEnd(launch, init, manner.keep(), goesBack));
  }

  /**
   * Waits for the end, and removes what is left where that is plain.
   *
   * @param goesBack whether this core has something to do after that
   * @return what the state directory is locked by for its removal
   */
  private static Optional<Fd> stayUntilEnd(
      Launch launch, StartedInit init, boolean keep, boolean goesBack) {
    unlock(init.front(), init.directory());
    Value status = awaitEnd(init.front(), init);
    boolean isPlain =
        launch.bundle().spec().hooks().poststop().isEmpty() && launch.unit().isEmpty();
    Optional<Fd> relocked =
        !keep && isPlain ? Optional.of(removePlainly(init.front(), launch)) : Optional.empty();
    if (!goesBack && (keep || isPlain)) {
      init.front().exitAs(status);
    }
    return relocked;
  }

  private static void unlock(Recorder recorder, Fd directory) {
    recorder.step("unlock: others may use the container while it runs");
    recorder.close(directory);
  }

  private static Value awaitEnd(Recorder recorder, StartedInit init) {
    recorder.step("wait for the end of the container");
    Value status = recorder.relay(init.pid(), init.pidfd(), init.proxy());
    // Who has lost its core meanwhile ends as it would have otherwise.
    recorder.ignoring(Errno.EPIPE);
    recorder.report(ReportTag.STATUS, status);
    return status;
  }

  /**
   * What is left of a container whose processes have all ended, as this command made it. Where
   * anything is otherwise this fails, and the removal is done as delete does it.
   *
   * @return what the state directory was locked by
   */
  private static Fd removePlainly(Recorder recorder, Launch launch) {
    recorder.step("lock " + launch.record().id());
    Fd relocked = StateSteps.lock(recorder, launch.options().stateDirectory());
    CgroupSteps.remove(recorder, launch.options().cgroupDirectory(), true);
    RdtSteps.remove(recorder, launch.record().launch().resctrl());
    recorder.step("remove the state directory");
    StateSteps.removePlainly(
        recorder, relocked, launch.options().stateDirectory(), StateSteps.OF_A_RUN);
    return relocked;
  }

  private void afterStart(Launching launching, StartedInit init, ContainerState state) {
    ContainerSpec spec = launching.launch().bundle().spec();
    try {
      RuntimeHooks.poststart(session, init.front().next(), state, spec);
    } catch (ContainerException e) {
      launching.cleanup().abandon(true);
      throw e;
    }
  }

  private Outcome awaitEnd(StartedInit init, Rest rest) {
    Recorder recorder = init.front().next();
    unlock(recorder, init.directory());
    if (rest.readiness().isPresent()) {
      Optional<Outcome> end = rest.readiness().get().passOnRelaying(session, recorder, init.pid());
      if (end.isPresent()) {
        return end.get();
      }
      recorder = recorder.next();
    }
    awaitEnd(recorder, init);
    return session.run(recorder);
  }

  private int ended(
      StartedInit init, ContainerState state, Outcome outcome, Rest rest, Manner manner) {
    Optional<Long> status = outcome.number(ReportTag.STATUS);
    if (status.isEmpty()) {
      throw new ContainerException(Failures.describe(outcome));
    }
    boolean removed = outcome.succeeded() && rest.relocked().isPresent();
    if (!manner.keep() && !removed && session.store().exists(state.id())) {
      remove(init.front().next(), state, rest.relocked());
    }
    return ExitStatus.code(status.get());
  }

  /** Another command may have deleted it meanwhile. */
  private void remove(Recorder recorder, ContainerState state, Optional<Fd> relocked) {
    recorder.step("lock " + state.id());
    if (relocked.isPresent()) {
      // Two descriptors of one directory exclude each other.
      recorder.ignoring(Errno.EBADF).close(relocked.get());
    }
    Fd directory = StateSteps.lock(recorder, session.store().directory(state.id()));
    if (session.front().run(recorder.program()).succeeded() && session.store().exists(state.id())) {
      new Removal(session).destroy(recorder.next(), directory, state, false);
    }
  }
}
