// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.cgroup.DeviceProgram;
import io.jrun.linux.Block;
import io.jrun.linux.BpfAttr;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Value;
import io.jrun.program.Label;
import io.jrun.program.Recorder;

/**
 * The device program of a cgroup that was there before. Several may be attached to one, and all of
 * them have to agree: what a container that has been lost has left there would go on denying. It is
 * replaced in one call, so that there is no moment without rules. A program that is not ours is
 * somebody's restriction and stays.
 */
final class DeviceProgramSteps {
  /** Of the programs in a cgroup, how many are looked at. */
  private static final int MOST = 4;

  private DeviceProgramSteps() {}

  /**
   * Attaches the program in the place of an earlier one of ours, if there is one, and closes it.
   */
  static void replace(Recorder recorder, Fd cgroup, Fd program) {
    Label none = new Label();
    Label done = new Label();
    Block ids = Block.room(MOST * Integer.BYTES);
    // More than there is room for is no reason not to look; rights that are missing are.
    recorder
        .on(Errno.EPERM, none)
        .ignoring(Errno.ENOSPC)
        .bpfQuery(BpfAttr.query(cgroup, ids, MOST));
    for (int i = 0; i < MOST; i++) {
      Label other = new Label();
      Value id = recorder.load(ids, i * Integer.BYTES, Integer.BYTES);
      Fd earlier = recorder.on(Errno.ENOENT, none).on(Errno.EPERM, none).bpfById(BpfAttr.byId(id));
      Block info = Block.room(BpfAttr.INFO_SIZE);
      recorder.bpfInfo(BpfAttr.info(earlier, info));
      recorder
          .on(Errno.ESRCH, other)
          .check(info, BpfAttr.INFO_NAME, Long.BYTES, -1L, DeviceProgram.NAME_WORD, Errno.ESRCH);
      recorder.bpfAttach(BpfAttr.replace(cgroup, program, earlier));
      recorder.closeOnly(earlier);
      recorder.jump(done);
      recorder.place(other);
      recorder.close(earlier);
      recorder.free(id);
    }
    recorder.place(none);
    recorder.bpfAttach(BpfAttr.attach(cgroup, program));
    recorder.place(done);
    recorder.close(program);
  }
}
