// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.host.Resctrl;
import io.jrun.linux.Errno;
import io.jrun.linux.Signal;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Label;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.wire.Undo;

/**
 * A launch undone by the front alone, where the core has died on the way: what {@link
 * LaunchCleanup#abandon} does, compiled before anything is done. Only until init is let go on: what
 * is on record by then is a container, with its own ways to be deleted.
 */
final class LaunchUndo extends Undo {
  private final Launch launch;
  private int recordedAt = Integer.MAX_VALUE;

  private LaunchUndo(Launch launch) {
    this.launch = launch;
  }

  /** Null where more has to be undone than the front can by itself. */
  static LaunchUndo of(Launch launch) {
    boolean hasMore =
        launch.unit().isPresent()
            || launch.record().launch().containsKey(Resctrl.KEY)
            || launch.record().launch().containsKey(Readiness.KEY);
    return hasMore ? null : new LaunchUndo(launch);
  }

  /** From that instruction on nothing is undone. */
  void ends(int at) {
    recordedAt = at;
  }

  @Override
  protected int[] marks() {
    LaunchPlan.Handles handles = launch.plan().handles();
    return new int[] {handles.claimedAt() + 1, handles.cgroupAt(), recordedAt};
  }

  @Override
  protected Program program() {
    LaunchPlan.Handles handles = launch.plan().handles();
    Recorder k = handles.after();
    Label end = new Label();
    Label claimed = new Label();
    Label ended = new Label();
    k.step("undo the launch");
    k.on(Errno.EALREADY, end).test(mark(2), -1L, 0, Errno.EALREADY);
    k.on(Errno.EALREADY, end).test(mark(0), -1L, 1, Errno.EALREADY);
    k.on(Errno.EALREADY, claimed).test(mark(1), -1L, 1, Errno.EALREADY);
    // Without an init there is no descriptor of it.
    k.on(Errno.EBADF, ended).on(Errno.ESRCH, ended);
    k.pidfdSendSignal(handles.pidfd(), Signal.KILL);
    k.ignoring(Errno.ECHILD).waitid(handles.pidfd());
    k.place(ended);
    String cgroup = launch.options().cgroupDirectory();
    CgroupSteps.kill(k, cgroup);
    CgroupSteps.awaitEmpty(k, cgroup);
    CgroupSteps.remove(k, cgroup, true);
    k.place(claimed);
    k.step("give the id back");
    StateSteps.remove(k, handles.directory(), launch.options().stateDirectory());
    k.place(end);
    return k.program();
  }
}
