// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.Sysctl;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.process.PrivateProcfs;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The kernel's parameters, written by init in its namespaces, through a procfs that nobody can
 * mount over or, where that is denied, through the container's own as far as nothing is mounted
 * over it; and read back for the core to compare: the kernel may have rounded one.
 */
public final class SysctlSteps {
  private static final int ROOM = 512;

  /** Of a look-up that meets nothing that is mounted over a part of the procfs. */
  private static final long WITHIN =
      Linux.RESOLVE_NO_XDEV | Linux.RESOLVE_NO_SYMLINKS | Linux.RESOLVE_BENEATH;

  private static final FailureText DENIED =
      FailureText.step()
          .and(
              ": permission denied: the kernel, or a security module, lets it be written through no"
                  + " procfs that is attached nowhere, and the container has no /proc to try");

  private SysctlSteps() {}

  /** {@code hosts}: of {@link SourceSteps#procfs}. */
  static void record(Recorder recorder, List<Sysctl> sysctls, Fd hosts) {
    recorder.step("open a procfs for sysctls", "/linux/sysctl");
    Fd proc = PrivateProcfs.open(recorder, hosts);
    Block room = Block.room(ROOM);
    Block statfs = Block.room(Linux.STATFS_SIZE);
    Block stat = Block.room(Linux.STATX_SIZE);
    for (int i = 0; i < sysctls.size(); i++) {
      Sysctl each = sysctls.get(i);
      recorder.step("set " + each.key() + " to " + each.value(), each.pointer());
      Label onlyWritten = new Label();
      Label denied = new Label();
      Label opened = new Label();
      Label done = new Label();
      Fd file = recorder.fdRegister("file");
      recorder.on(Errno.EACCES, onlyWritten).into(file);
      recorder.openat(proc, each.path(), Linux.O_RDWR | Linux.O_CLOEXEC);
      recorder.jump(opened);
      recorder.place(onlyWritten);
      // net.ipv4.route.flush and its like can be written and not read, by nobody.
      recorder.on(Errno.EACCES, denied).into(file);
      recorder.openat(proc, each.path(), Linux.O_WRONLY | Linux.O_CLOEXEC);
      write(recorder, file, each.value());
      recorder.jump(done);
      recorder.place(denied);
      Fd own = openContainers(recorder, statfs, stat);
      recorder.into(file);
      recorder.openat2(own, each.path(), Linux.O_RDWR | Linux.O_CLOEXEC, WITHIN);
      recorder.close(own);
      recorder.place(opened);
      write(recorder, file, each.value());
      Value count = recorder.preadCount(file, room, 0);
      recorder.report(ReportTag.SYSCTL + i, room, count);
      recorder.free(count);
      recorder.place(done);
      recorder.close(file);
    }
    recorder.close(proc);
  }

  /**
   * The container's own /proc, proved to be the root of a procfs, for where a security module lets
   * no file of a procfs be written that is attached nowhere: AppArmor takes its /sys for the other
   * /sys, which profiles of LXC and Docker deny (runc's issue 4968).
   */
  private static Fd openContainers(Recorder recorder, Block statfs, Block stat) {
    Fd own =
        recorder
            .failing(DENIED)
            .openat2(
                Fd.CWD,
                "/proc",
                Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC,
                Linux.RESOLVE_NO_SYMLINKS);
    recorder.fstatfs(own, statfs);
    recorder.failing(DENIED).check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.EACCES);
    recorder.statx(own, "", Linux.AT_EMPTY_PATH, stat);
    recorder.failing(DENIED).check(stat, Linux.STATX_INO_OFFSET, 8, -1L, 1, Errno.EACCES);
    return own;
  }

  private static void write(Recorder recorder, Fd file, String value) {
    recorder.write(file, Block.bytes(value.getBytes(StandardCharsets.UTF_8), "\"" + value + "\""));
  }

  /**
   * Whether the kernel holds what was written: the same words, whatever is between them, as far as
   * they are plain numbers; lists and the like it may put in other words.
   */
  public static boolean isHeld(String written, String held) {
    String[] wanted = written.trim().split("\\s+");
    String[] got = held.trim().split("\\s+");
    for (String word : wanted) {
      if (!word.matches("-?(0|[1-9][0-9]{0,18})")) {
        return true;
      }
    }
    return java.util.Arrays.equals(wanted, got);
  }
}
