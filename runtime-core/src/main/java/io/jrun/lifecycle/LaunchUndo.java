// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.linux.Errno;
import io.jrun.linux.Signal;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.program.Label;
import io.jrun.program.Mark;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.wire.Undo;
import java.util.Optional;

/**
 * A launch undone by the front alone, where the core has died on the way: what {@link
 * LaunchCleanup#abandon} does, compiled before anything is done. Only until init is let go on: what
 * is on record by then is a container, with its own ways to be deleted.
 */
final class LaunchUndo {
  private LaunchUndo() {}

  /** Has both programs of a launch undone; a slice is not: it stays until systemd is asked. */
  static void prepare(Launch launch, LaunchSteps.Begun begun, Optional<String> pidFile) {
    if (launch.unit().isPresent() && launch.unit().get().name().isSlice()) {
      return;
    }
    begun.claiming().undoneBy(compile(launch, begun, begun.claiming().next(), pidFile));
    if (begun.isInTwo()) {
      begun.front().undoneBy(compile(launch, begun, begun.front().next(), pidFile));
    }
  }

  private static Program compile(
      Launch launch, LaunchSteps.Begun begun, Recorder recorder, Optional<String> pidFile) {
    Label end = new Label();
    Label claimed = new Label();
    Label ended = new Label();
    Label given = new Label();
    recorder.step("undo the launch");
    recorder.on(Errno.EALREADY, end).test(Undo.passed(Mark.RECORDED), -1L, 0, Errno.EALREADY);
    recorder.on(Errno.EALREADY, end).test(Undo.passed(Mark.CLAIMED), -1L, 1, Errno.EALREADY);
    recorder.on(Errno.EALREADY, claimed).test(Undo.passed(Mark.CGROUP), -1L, 1, Errno.EALREADY);
    // Without an init there is no descriptor of it.
    recorder.on(Errno.EBADF, ended).on(Errno.ESRCH, ended);
    recorder.pidfdSendSignal(begun.spawned().pidfd(), Signal.KILL);
    recorder.ignoring(Errno.ECHILD).waitid(begun.spawned().pidfd());
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
      recorder.on(Errno.EALREADY, given).test(Undo.passed(Mark.PID_FILE), -1L, 1, Errno.EALREADY);
      PidFileSteps.remove(recorder, pidFile.get());
      recorder.place(given);
    }
    recorder.place(claimed);
    recorder.step("give the id back");
    StateSteps.remove(recorder, begun.claimed().directory(), launch.options().stateDirectory());
    recorder.place(end);
    return recorder.program();
  }
}
