// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.cgroup.DeviceProgram;
import io.jrun.failure.ContainerException;
import io.jrun.failure.FailureWords;
import io.jrun.failure.Failures;
import io.jrun.failure.HookFailure;
import io.jrun.host.CgroupTree;
import io.jrun.linux.Errno;
import io.jrun.linux.OwnKernel;
import io.jrun.linux.Signal;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Instruction;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;

/**
 * Undoes a launch that failed: as much as it had done, and nothing that was there before. {@link
 * LaunchUndo} is the same for a front whose core has died.
 */
public final class LaunchCleanup {
  private final Session session;

  LaunchCleanup(Session session) {
    this.session = session;
  }

  /**
   * Undoes what a launch has done that did not come to an init that is ready.
   *
   * @param isOpened whether the first of two programs has run to its end
   * @return what to say of it
   */
  public ContainerException undone(Launch launch, Outcome outcome, boolean isOpened) {
    boolean outOfMemory =
        Failures.isUnexpectedEnd(outcome)
            && !launch.options().cgroup().isEmpty()
            && CgroupTree.outOfMemoryKills(launch.options().cgroupDirectory()) > 0;
    String lost = HostNetDevices.takeBack(session, launch, outcome);
    undo(launch, outcome, isOpened);
    if (outOfMemory) {
      return new ContainerException(
          "unable to start container process: container init was OOM-killed (memory limit too"
              + " low?)");
    }
    if (HookFailure.is(outcome)) {
      // A hook's failure goes on where a container is destroyed, poststop hooks included.
      RuntimeHooks.poststop(
          session, launch.plan().handles().after().next(), launch.record(), launch.bundle().spec());
    }
    return new ContainerException(
        Failures.describeLaunch(outcome) + verifier(launch, outcome) + lost);
  }

  /** What the kernel has against a device program, which it is asked only now. */
  private static String verifier(Launch launch, Outcome outcome) {
    Instruction failed = outcome.failed();
    if (failed == null || !failed.name().equals("bpf")) {
      return "";
    }
    String said =
        DeviceProgram.of(launch.bundle().spec().cgroup().devices()).refusal(new OwnKernel());
    return said.isEmpty() ? "" : ": the kernel's verifier says: " + said;
  }

  private void undo(Launch launch, Outcome outcome, boolean isOpened) {
    LaunchPlan.Handles handles = launch.plan().handles();
    boolean byInit = isOpened || outcome.origin() == Outcome.Origin.INIT;
    if (!byInit && outcome.instruction() <= handles.claimedAt()) {
      return;
    }
    if (!byInit && outcome.instruction() < handles.cgroupAt()) {
      // The cgroup is nobody's yet, or another's. A directory that has vanished was deleted by
      // someone who held the lock: what is there now is another's too.
      if (outcome.errno() != Errno.ENOENT.number()) {
        giveBack(launch, handles.after().next());
      }
      return;
    }
    if (!byInit
        && outcome.instruction() < handles.spawnedAt()
        && outcome.errno() == Errno.EROFS.number()) {
      // In a tree that is read-only nothing was made; removing it would fail in the same way.
      giveBack(launch, handles.after().next());
      return;
    }
    abandon(launch, byInit || outcome.instruction() > handles.spawnedAt());
  }

  /** Ends and removes all that a launch has made. What cannot be is left to delete --force. */
  public void abandon(Launch launch, boolean spawned) {
    LaunchPlan.Handles handles = launch.plan().handles();
    Recorder recorder = handles.after().next();
    if (spawned) {
      recorder.step("end init");
      recorder.ignoring(Errno.ESRCH, Errno.EBADF).pidfdSendSignal(handles.pidfd(), Signal.KILL);
      recorder.ignoring(Errno.ECHILD, Errno.EBADF).waitid(handles.pidfd());
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
    giveBack(launch, recorder.next());
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

  private void giveBack(Launch launch, Recorder recorder) {
    recorder.step("give the id back");
    StateSteps.remove(
        recorder, launch.plan().handles().directory(), launch.options().stateDirectory());
    session.front().run(recorder.program());
  }

  /** Takes back a pid file that was written too early. */
  void removePidFile(Recorder recorder, String path) {
    PidFileSteps.remove(recorder, path);
    session.front().run(recorder.program());
  }
}
