// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Label;
import io.jrun.program.Recorder;

/**
 * A procfs of init's own that is attached nowhere: nobody can have mounted anything over it, or put
 * links into it, so a path below it is what it says. It shows the pid namespace that init is in.
 */
public final class PrivateProcfs {
  private PrivateProcfs() {}

  static Fd open(Recorder recorder) {
    Fd fs = recorder.fsopen("proc");
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    Fd mount =
        recorder.fsmount(
            fs, Linux.MOUNT_ATTR_NOSUID | Linux.MOUNT_ATTR_NODEV | Linux.MOUNT_ATTR_NOEXEC);
    recorder.close(fs);
    return mount;
  }

  /**
   * The same, or the host's where the kernel permits no other: the pid namespace is not of the
   * container's user namespace, or part of every procfs in reach is covered.
   *
   * @param hosts see {@link #openHosts}; null where there is always one to be had
   */
  public static Fd open(Recorder recorder, Fd hosts) {
    if (hosts == null) {
      return open(recorder);
    }
    Label refused = new Label();
    Label done = new Label();
    Fd proc = recorder.fdRegister("proc");
    Fd fs = recorder.fsopen("proc");
    recorder.on(Errno.EPERM, refused).fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    recorder.on(Errno.EPERM, refused).into(proc);
    recorder.fsmount(
        fs, Linux.MOUNT_ATTR_NOSUID | Linux.MOUNT_ATTR_NODEV | Linux.MOUNT_ATTR_NOEXEC);
    recorder.jump(done);
    recorder.place(refused);
    recorder.into(proc).dup(hosts, 3);
    recorder.place(done);
    recorder.close(fs);
    return proc;
  }

  /** The host's own, before anything of a container is seen: the root of a procfs, proved. */
  public static Fd openHosts(Recorder recorder) {
    Fd proc = recorder.openat(Fd.CWD, "/proc", Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    String wrong = "/proc is not a proc file system";
    Block statfs = Block.room(Linux.STATFS_SIZE);
    recorder.fstatfs(proc, statfs);
    recorder.failing(wrong).check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.ENODEV);
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(proc, "", Linux.AT_EMPTY_PATH, stat);
    recorder.failing(wrong).check(stat, Linux.STATX_INO_OFFSET, 8, -1L, 1, Errno.ENODEV);
    return proc;
  }
}
