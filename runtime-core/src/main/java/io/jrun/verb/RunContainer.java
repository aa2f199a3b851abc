// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.CheckedBundle;
import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.lifecycle.ExitStatus;
import io.jrun.lifecycle.HostNetDevices;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.Launching;
import io.jrun.lifecycle.Readiness;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.RuntimeHooks;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchPlan;
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
  private final Launching launching;

  /** Index of the front's instruction after init has become the program. */
  private int executedAt;

  /** Who is told when the container is ready. */
  private Optional<Readiness> readiness = Optional.empty();

  /** The state directory, locked again for the removal at the end; null: not planned. */
  private Fd relocked;

  public RunContainer(Session session) {
    this.session = session;
    this.launching = new Launching(session);
  }

  /**
   * How to run.
   *
   * @param keep state and cgroup stay after the end
   * @param subreaper orphans of the container become the front's to reap
   */
  public record Manner(boolean detach, boolean keep, boolean subreaper) {}

  /**
   * Runs a container.
   *
   * @return the code to exit with: the program's status, or 128 and the signal; 0 when detached
   */
  public int run(LaunchRequest request, Manner manner) {
    Launching.Launched launched =
        launching.launch(
            request,
            false,
            manner.detach(),
            // No lambda on the way of a launch: a cold core would link a class for it.
            new Launch.Ending() {
              @Override
              public void record(
                  Recorder front,
                  LaunchPlan.Ready ready,
                  CheckedBundle bundle,
                  LaunchOptions options,
                  ContainerState record) {
                goOn(
                    front,
                    ready,
                    new Launch(
                        bundle,
                        options,
                        record.with(Phase.RUNNING, record.init()),
                        null,
                        Optional.empty()),
                    request,
                    manner);
              }
            });
    Outcome outcome = launched.outcome();
    if (!outcome.succeeded() && outcome.instruction() < executedAt
        || outcome.origin() == Outcome.Origin.INIT) {
      String lost = HostNetDevices.takeBack(session, launched.launch(), outcome);
      launching.cleanup().abandon(launched.launch(), true);
      throw Failures.failure(
          outcome, launched.launch().bundle().spec().process().terminal().isPresent(), lost);
    }
    boolean hasMore = hasMore(launched.launch().bundle());
    if (hasPoststart(launched.launch().bundle())) {
      afterStart(launched);
    }
    if (manner.detach()) {
      LaunchPlan.Handles handles = launched.launch().plan().handles();
      if (readiness.isPresent()) {
        readiness
            .get()
            .passOn(session, handles.after().next(), handles.directory(), launched.state());
      }
      return 0;
    }
    return ended(launched, hasMore ? awaitEnd(launched) : outcome, manner);
  }

  /** Whether there is something to be done while it runs, so that one program is not all. */
  private boolean hasMore(CheckedBundle bundle) {
    return hasPoststart(bundle) || readiness.isPresent();
  }

  private static boolean hasPoststart(CheckedBundle bundle) {
    return !bundle.spec().hooks().poststart().isEmpty();
  }

  /** What follows in the front's program when init is ready. */
  private void goOn(
      Recorder recorder,
      LaunchPlan.Ready ready,
      Launch launch,
      LaunchRequest request,
      Manner manner) {
    if (!manner.detach() && manner.subreaper()) {
      recorder.step("reap orphans of the container");
      recorder.prctl(Linux.PR_SET_CHILD_SUBREAPER, 1);
    }
    // On record as running before it runs: a command killed in between leaves what needs force.
    readiness = Readiness.of(session, launch.record().launch());
    if (readiness.isPresent()) {
      readiness.get().listen(recorder, launch.options().stateDirectory(), ready.pidfd());
    }
    if (manner.detach()) {
      launching.putOnRecord(
          recorder, ready, launch.bundle(), launch.options(), launch.record(), request);
    } else {
      // Whoever asks while it runs in the foreground asks a core; most never do.
      launching.letGoOn(recorder, ready, launch.record(), request);
    }
    recorder.step("wait until init has become the program");
    recorder.free(recorder.await(ready.channel(), NO_CODE, true));
    executedAt = recorder.size();
    if (ready.netDevices().isPresent()) {
      NetDeviceSteps.close(recorder, ready.netDevices().get());
    }
    boolean goesBack = hasMore(launch.bundle()) || !launching.hasNothingToSay(launch.bundle());
    if (manner.detach() && !goesBack) {
      recorder.exit(0);
    }
    if (!manner.detach() && !hasMore(launch.bundle())) {
      unlock(recorder, ready.directory());
      Value status = awaitEnd(recorder, ready.pid(), ready.pidfd(), ready.proxy());
      boolean isPlain =
          launch.bundle().spec().hooks().poststop().isEmpty() && !launch.record().launch().isUnit();
      if (!manner.keep() && isPlain) {
        removePlainly(recorder, launch);
      }
      if (!goesBack && (manner.keep() || isPlain)) {
        recorder.exitAs(status);
      }
    }
  }

  private static void unlock(Recorder recorder, Fd directory) {
    recorder.step("unlock: others may use the container while it runs");
    recorder.close(directory);
  }

  private static Value awaitEnd(Recorder recorder, Pid pid, Fd pidfd, Recorder.Proxy proxy) {
    recorder.step("wait for the end of the container");
    Value status = recorder.relay(pid, pidfd, proxy);
    // Who has lost its core meanwhile ends as it would have otherwise.
    recorder.ignoring(Errno.EPIPE);
    recorder.report(ReportTag.STATUS, status);
    return status;
  }

  /**
   * What is left of a container whose processes have all ended, as this command made it. Where
   * anything is otherwise this fails, and the removal is done as delete does it.
   */
  private void removePlainly(Recorder recorder, Launch launch) {
    recorder.step("lock " + launch.record().id());
    relocked = StateSteps.lock(recorder, launch.options().stateDirectory());
    CgroupSteps.remove(recorder, launch.options().cgroupDirectory(), true);
    RdtSteps.remove(recorder, launch.record().launch().resctrl());
    recorder.step("remove the state directory");
    StateSteps.removePlainly(
        recorder, relocked, launch.options().stateDirectory(), StateSteps.OF_A_RUN);
  }

  private void afterStart(Launching.Launched launched) {
    LaunchPlan.Handles handles = launched.launch().plan().handles();
    ContainerSpec spec = launched.launch().bundle().spec();
    try {
      RuntimeHooks.poststart(session, handles.after().next(), launched.state(), spec);
    } catch (ContainerException e) {
      launching.cleanup().abandon(launched.launch(), true);
      RuntimeHooks.poststop(session, handles.after().next(), launched.state(), spec);
      throw e;
    }
  }

  private Outcome awaitEnd(Launching.Launched launched) {
    LaunchPlan.Handles handles = launched.launch().plan().handles();
    Recorder recorder = handles.after().next();
    unlock(recorder, handles.directory());
    if (readiness.isPresent()) {
      Optional<Outcome> end = readiness.get().passOnRelaying(session, recorder, handles.pid());
      if (end.isPresent()) {
        return end.get();
      }
      recorder = recorder.next();
    }
    awaitEnd(recorder, handles.pid(), handles.pidfd(), handles.proxy());
    return session.run(recorder);
  }

  private int ended(Launching.Launched launched, Outcome outcome, Manner manner) {
    Optional<Long> status = outcome.number(ReportTag.STATUS);
    if (status.isEmpty()) {
      throw new ContainerException(Failures.describe(outcome));
    }
    boolean removed = outcome.succeeded() && relocked != null;
    if (!manner.keep() && !removed && session.store().exists(launched.state().id())) {
      remove(launched.launch().plan().handles().after().next(), launched.state());
    }
    return ExitStatus.code(status.get());
  }

  /** Another command may have deleted it meanwhile. */
  private void remove(Recorder recorder, ContainerState state) {
    recorder.step("lock " + state.id());
    if (relocked != null) {
      // Two descriptors of one directory exclude each other.
      recorder.ignoring(Errno.EBADF).close(relocked);
    }
    Fd directory = StateSteps.lock(recorder, session.store().directory(state.id()));
    if (session.front().run(recorder.program()).succeeded() && session.store().exists(state.id())) {
      new Removal(session).destroy(recorder.next(), directory, state, false);
    }
  }
}
