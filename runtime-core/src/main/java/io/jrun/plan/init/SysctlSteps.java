// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.Sysctl;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.process.PrivateProcfs;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The kernel's parameters, written by init in its namespaces, through a procfs that nobody can
 * mount over, and read back for the core to compare: the kernel may have rounded one.
 */
public final class SysctlSteps {
  private static final int ROOM = 512;

  private SysctlSteps() {}

  /** {@code hosts}: of {@link SourceSteps#procfs}. */
  static void record(Recorder recorder, List<Sysctl> sysctls, Fd hosts) {
    recorder.step("open a procfs for sysctls", "/linux/sysctl");
    Fd proc = PrivateProcfs.open(recorder, hosts);
    Block room = Block.room(ROOM);
    for (int i = 0; i < sysctls.size(); i++) {
      Sysctl each = sysctls.get(i);
      recorder.step("set " + each.key() + " to " + each.value(), each.pointer());
      Label onlyWritten = new Label();
      Label done = new Label();
      recorder.on(Errno.EACCES, onlyWritten);
      Fd file = recorder.openat(proc, each.path(), Linux.O_RDWR | Linux.O_CLOEXEC);
      write(recorder, file, each.value());
      Value count = recorder.preadCount(file, room, 0);
      recorder.report(ReportTag.SYSCTL + i, room, count);
      recorder.free(count);
      recorder.close(file);
      recorder.jump(done);
      recorder.place(onlyWritten);
      // net.ipv4.route.flush and its like can be written and not read, by nobody.
      Fd sink = recorder.openat(proc, each.path(), Linux.O_WRONLY | Linux.O_CLOEXEC);
      write(recorder, sink, each.value());
      recorder.close(sink);
      recorder.place(done);
    }
    recorder.close(proc);
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
