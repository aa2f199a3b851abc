// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.cgroup.DeviceProgram;
import io.jrun.failure.ContainerException;
import io.jrun.failure.FailureWords;
import io.jrun.failure.Failures;
import io.jrun.host.CgroupTree;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.OwnKernel;
import io.jrun.linux.Signal;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.program.Instruction;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;
import java.util.Optional;

/**
 * Undoes a launch that failed: as much as it had done, and nothing that was there before. {@link
 * LaunchUndo} is the same for a front whose core has died.
 */
public final class LaunchCleanup {
  private final Session session;
  private final Launch launch;
  private final LaunchSteps.Begun begun;

  LaunchCleanup(Session session, Launch launch, LaunchSteps.Begun begun) {
    this.session = session;
    this.launch = launch;
    this.begun = begun;
  }

  /**
   * Undoes what a launch has done that did not come to an init that is ready.
   *
   * @param init as it was to be; empty if the program has not come so far as to move anything to it
   * @return what to say of it
   */
  ContainerException undone(Outcome outcome, Optional<LaunchSteps.StartedInit> init) {
    boolean outOfMemory =
        Failures.isUnexpectedEnd(outcome)
            && !launch.options().cgroup().isEmpty()
            && CgroupTree.outOfMemoryKills(launch.options().cgroupDirectory()) > 0;
    String lost = init.isPresent() ? takeBack(init.get(), outcome) : "";
    undo(outcome);
    if (outOfMemory) {
      return new ContainerException(
          "unable to start container process: container init was OOM-killed (memory limit too"
              + " low?)");
    }
    return new ContainerException(Failures.describeLaunch(outcome) + verifier(outcome) + lost);
  }

  /** The same of one that came so far and could not be put on record. */
  ContainerException unrecorded(
      Outcome outcome, LaunchSteps.StartedInit init, LaunchRequest request) {
    String lost = takeBack(init, outcome);
    abandon(true);
    if (outcome.passed(Mark.PID_FILE)) {
      Recorder recorder = init.front().next();
      PidFileSteps.remove(recorder, request.pidFile().orElseThrow());
      session.front().run(recorder.program());
    }
    return new ContainerException(Failures.describe(outcome) + lost);
  }

  /** The same of one that is on record, and whose init did not become the program. */
  public RuntimeException unexecuted(Outcome outcome, LaunchSteps.StartedInit init) {
    String lost = takeBack(init, outcome);
    abandon(true);
    return Failures.failure(outcome, launch.input().shape().handsTerminalOver(), lost);
  }

  private String takeBack(LaunchSteps.StartedInit init, Outcome outcome) {
    return HostNetDevices.takeBack(session, launch, init, outcome);
  }

  /** What the kernel has against a device program, which it is asked only now. */
  private String verifier(Outcome outcome) {
    Instruction failed = outcome.failed();
    if (failed == null || !failed.name().equals("bpf")) {
      return "";
    }
    String said =
        DeviceProgram.of(launch.bundle().spec().cgroup().devices()).refusal(new OwnKernel());
    return said.isEmpty() ? "" : ": the kernel's verifier says: " + said;
  }

  private void undo(Outcome outcome) {
    if (!outcome.passed(Mark.CLAIMED)) {
      return;
    }
    if (!outcome.passed(Mark.CGROUP)) {
      // The cgroup is nobody's yet, or another's. A directory that has vanished was deleted by
      // someone who held the lock: what is there now is another's too.
      if (outcome.errno() != Errno.ENOENT.number()) {
        giveBack(begun.front().next());
      }
      return;
    }
    if (!outcome.passed(Mark.SPAWNED) && outcome.errno() == Errno.EROFS.number()) {
      // In a tree that is read-only nothing was made; removing it would fail in the same way.
      giveBack(begun.front().next());
      return;
    }
    abandon(outcome.passed(Mark.SPAWNED));
  }

  /**
   * Ends and removes all that a launch has made. What cannot be is left to delete --force. Where
   * there was an init, hooks may have run: poststop hooks take back what those have made.
   */
  public void abandon(boolean spawned) {
    removeAll(spawned);
    if (spawned) {
      RuntimeHooks.poststop(session, begun.front().next(), launch.record(), launch.bundle().spec());
    }
  }

  private void removeAll(boolean spawned) {
    Recorder recorder = begun.front().next();
    if (spawned) {
      Fd pidfd = begun.spawned().pidfd();
      recorder.step("end init");
      recorder.ignoring(Errno.ESRCH, Errno.EBADF).pidfdSendSignal(pidfd, Signal.KILL);
      recorder.ignoring(Errno.ECHILD, Errno.EBADF).waitid(pidfd);
    }
    String cgroup = launch.options().cgroupDirectory();
    CgroupSteps.kill(recorder, cgroup);
    CgroupSteps.awaitEmpty(recorder, cgroup);
    if (launch.unit().isPresent()) {
      recorder = endUnit(launch.unit().get(), recorder);
    }
    CgroupSteps.remove(recorder, cgroup, true);
    RdtSteps.remove(recorder, launch.record().launch().resctrl());
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      session
          .notices()
          .warn("what the failed launch has made is not all gone: " + FailureWords.of(outcome));
      return;
    }
    giveBack(recorder.next());
  }

  /**
   * systemd removes the cgroup; if it were gone before systemd has seen that it is empty, the unit
   * would stay.
   */
  private Recorder endUnit(SystemdUnit unit, Recorder recorder) {
    session.front().run(recorder.program());
    try {
      unit.stop();
    } catch (ContainerException e) {
      session.notices().warn(e.getMessage());
    }
    return recorder.next();
  }

  private void giveBack(Recorder recorder) {
    recorder.step("give the id back");
    StateSteps.remove(recorder, begun.claimed().directory(), launch.options().stateDirectory());
    session.front().run(recorder.program());
  }
}
