// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.plan.RdtClass;
import io.jrun.program.FailureText;
import io.jrun.program.Recorder;
import java.nio.charset.StandardCharsets;

/**
 * The container's class of service in resctrl: made if it is to be, and init put into it before
 * anything of the container runs. By the front, as the kernel's filesystems/resctrl.rst has it.
 */
public final class RdtSteps {
  private static final String POINTER = "/linux/intelRdt";

  private RdtSteps() {}

  public static void record(Recorder recorder, RdtClass rdt, String id, Pid pid) {
    String directory = rdt.directory(id);
    if (rdt.isMade()) {
      recorder.step("make the class of service " + directory, POINTER + "/closID");
      recorder.mkdirat(Fd.CWD, directory, 0755);
    }
    recorder.step("open the class of service " + directory, POINTER + "/closID");
    Fd group =
        recorder.openat(
            Fd.CWD,
            directory,
            Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    if (rdt.isMade() && !rdt.wanted().schemata().isEmpty()) {
      recorder.step("set its schemata", POINTER);
      Fd file = recorder.openat(group, "schemata", Linux.O_WRONLY | Linux.O_CLOEXEC);
      for (String line : rdt.wanted().schemata()) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        recorder.failing(
            FailureText.words(
                    POINTER + ": write \"" + line + "\" to the schemata of " + directory + ": ")
                .andErrno()
                .and(": what is wrong with it is in ")
                .and(rdt.mount() + "/info/last_cmd_status"));
        recorder.write(file, Block.bytes(bytes, "\"" + line + "\""));
      }
      recorder.close(file);
    }
    recorder.step("put init into it", POINTER);
    put(recorder, group, "tasks", pid);
    recorder.close(group);
    if (rdt.wanted().monitoring()) {
      String monitored = rdt.monitoringGroup(id);
      recorder.step("make the monitoring group " + monitored, POINTER + "/enableMonitoring");
      recorder.mkdirat(Fd.CWD, monitored, 0755);
      put(recorder, Fd.CWD, monitored + "/tasks", pid);
    }
  }

  private static void put(Recorder recorder, Fd directory, String file, Pid pid) {
    Fd tasks = recorder.openat(directory, file, Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.write(tasks, pid);
    recorder.close(tasks);
  }

  /**
   * Removes a class or a monitoring group; the kernel gives its tasks to what it lay in.
   *
   * @param directory empty if there is none
   */
  public static void remove(Recorder recorder, String directory) {
    if (directory.isEmpty()) {
      return;
    }
    recorder.step("remove " + directory, POINTER);
    recorder.ignoring(Errno.ENOENT, Errno.ENOTDIR).unlinkat(Fd.CWD, directory, Linux.AT_REMOVEDIR);
  }
}
