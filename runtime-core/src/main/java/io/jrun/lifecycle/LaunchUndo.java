// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.linux.Errno;
import io.jrun.linux.Signal;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Label;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.wire.Undo;
import java.util.Optional;

/**
 * A launch undone by the front alone, where the core has died on the way: what {@link
 * LaunchCleanup#abandon} does, compiled before anything is done. Only until init is let go on: what
 * is on record by then is a container, with its own ways to be deleted.
 */
final class LaunchUndo extends Undo {
  private final Launch launch;
  private final Optional<String> pidFile;

  /** Whether it is of the second of two programs, before which all but the record is made. */
  private final boolean isOfRest;

  private int recordedAt = Integer.MAX_VALUE;
  private int pidFileAt = Integer.MAX_VALUE;

  private LaunchUndo(Launch launch, Optional<String> pidFile, boolean isOfRest) {
    this.launch = launch;
    this.pidFile = pidFile;
    this.isOfRest = isOfRest;
  }

  /** Null where the front cannot do it by itself: a slice stays until systemd is asked. */
  static LaunchUndo of(Launch launch, Optional<String> pidFile) {
    return isPossible(launch) ? new LaunchUndo(launch, pidFile, false) : null;
  }

  /** The same of the second of two programs. */
  static LaunchUndo ofRest(Launch launch, Optional<String> pidFile) {
    return isPossible(launch) ? new LaunchUndo(launch, pidFile, true) : null;
  }

  private static boolean isPossible(Launch launch) {
    return launch.unit().isEmpty() || !launch.unit().get().name().isSlice();
  }

  /** From that instruction on nothing is undone. */
  void ends(int at) {
    recordedAt = at;
  }

  /** From that instruction on there may be a pid file. */
  void writesPidFile(int at) {
    pidFileAt = at;
  }

  @Override
  protected int[] marks() {
    LaunchPlan.Handles handles = launch.plan().handles();
    return new int[] {
      isOfRest ? 0 : handles.claimedAt() + 1,
      isOfRest ? 0 : handles.cgroupAt(),
      recordedAt,
      pidFileAt
    };
  }

  @Override
  protected Program program() {
    LaunchPlan.Handles handles = launch.plan().handles();
    Recorder recorder = handles.after();
    Label end = new Label();
    Label claimed = new Label();
    Label ended = new Label();
    Label given = new Label();
    recorder.step("undo the launch");
    recorder.on(Errno.EALREADY, end).test(mark(2), -1L, 0, Errno.EALREADY);
    recorder.on(Errno.EALREADY, end).test(mark(0), -1L, 1, Errno.EALREADY);
    recorder.on(Errno.EALREADY, claimed).test(mark(1), -1L, 1, Errno.EALREADY);
    // Without an init there is no descriptor of it.
    recorder.on(Errno.EBADF, ended).on(Errno.ESRCH, ended);
    recorder.pidfdSendSignal(handles.pidfd(), Signal.KILL);
    recorder.ignoring(Errno.ECHILD).waitid(handles.pidfd());
    recorder.place(ended);
    String cgroup = launch.options().cgroupDirectory();
    CgroupSteps.kill(recorder, cgroup);
    CgroupSteps.awaitEmpty(recorder, cgroup);
    if (launch.unit().isEmpty()) {
      // A scope of systemd's ends, and is removed, when it is empty.
      CgroupSteps.remove(recorder, cgroup, true);
    }
    RdtSteps.remove(recorder, launch.record().launch().resctrl());
    if (pidFile.isPresent()) {
      recorder.on(Errno.EALREADY, given).test(mark(3), -1L, 1, Errno.EALREADY);
      PidFileSteps.remove(recorder, pidFile.get());
      recorder.place(given);
    }
    recorder.place(claimed);
    recorder.step("give the id back");
    StateSteps.remove(recorder, handles.directory(), launch.options().stateDirectory());
    recorder.place(end);
    return recorder.program();
  }
}
