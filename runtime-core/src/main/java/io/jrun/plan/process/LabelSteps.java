// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.SecurityLabels;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.nio.charset.StandardCharsets;

/**
 * The labels of the program to come, written to a procfs that nobody can mount over, and read back:
 * a label that is silently not there is no confinement. Source: proc_pid_attr(5).
 */
final class LabelSteps {
  private static final int WORD = 8;

  private LabelSteps() {}

  /**
   * Through a procfs of the process's own, wherever it is.
   *
   * @param hosts of {@code SourceSteps.procfs}
   */
  static void record(Recorder recorder, SecurityLabels labels, boolean makesKeyring, Fd hosts) {
    recorder.step("open a procfs for labels", "/process");
    Fd proc = PrivateProcfs.open(recorder, hosts);
    write(recorder, labels, makesKeyring, proc);
    recorder.close(proc);
  }

  /**
   * The same while /proc is the host's still. What is to come of the next execve(2) outlives
   * joining namespaces, a change of user and a clone.
   */
  static void recordOnHost(Recorder recorder, SecurityLabels labels, boolean makesKeyring) {
    recorder.step("open /proc for labels", "/process");
    Fd proc = recorder.openat(Fd.CWD, "/proc", Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    write(recorder, labels, makesKeyring, proc);
    recorder.close(proc);
  }

  private static void write(
      Recorder recorder, SecurityLabels labels, boolean makesKeyring, Fd proc) {
    if (!labels.apparmor().isEmpty()) {
      recorder.step(
          "set the AppArmor profile " + labels.apparmor() + " for the program",
          "/process/apparmorProfile");
      apparmor(recorder, proc, labels.apparmor());
    }
    if (!labels.selinux().isEmpty()) {
      recorder.step(
          "set the SELinux label " + labels.selinux() + " for the program",
          "/process/selinuxLabel");
      Fd file = recorder.openat(proc, "self/attr/exec", Linux.O_RDWR | Linux.O_CLOEXEC);
      write(recorder, file, labels.selinux());
      prove(recorder, file, labels.selinux());
      recorder.close(file);
      if (makesKeyring) {
        recorder.step("set the SELinux label of the session keyring", "/process/selinuxLabel");
        Fd keys = recorder.openat(proc, "self/attr/keycreate", Linux.O_RDWR | Linux.O_CLOEXEC);
        write(recorder, keys, labels.selinux());
        prove(recorder, keys, labels.selinux());
        recorder.close(keys);
      }
    }
  }

  /**
   * A directory of AppArmor's own is there from 5.1 on, beside other modules that have attr/exec.
   */
  private static void apparmor(Recorder recorder, Fd proc, String profile) {
    Label shared = new Label();
    Label done = new Label();
    recorder.on(Errno.ENOENT, shared);
    Fd own = recorder.openat(proc, "self/attr/apparmor/exec", Linux.O_RDWR | Linux.O_CLOEXEC);
    confine(recorder, own, profile);
    recorder.jump(done);
    recorder.place(shared);
    confine(
        recorder, recorder.openat(proc, "self/attr/exec", Linux.O_RDWR | Linux.O_CLOEXEC), profile);
    recorder.place(done);
  }

  private static void confine(Recorder recorder, Fd file, String profile) {
    write(recorder, file, "exec " + profile);
    // A profile of another policy namespace, or a stack of several, is shown otherwise than named.
    if (profile.indexOf(':') < 0 && profile.indexOf('&') < 0) {
      prove(recorder, file, profile);
    }
    recorder.close(file);
  }

  private static void write(Recorder recorder, Fd file, String text) {
    recorder.write(file, Block.bytes(text.getBytes(StandardCharsets.UTF_8), "\"" + text + "\""));
  }

  /** The file must begin with the label. */
  private static void prove(Recorder recorder, Fd file, String label) {
    Block wanted = Block.text(label);
    Block got = Block.room((wanted.size() + WORD) / WORD * WORD);
    recorder.pread(file, got, 0);
    int length = wanted.size() - 1;
    for (int at = 0; at < length; at += WORD) {
      long mask = length - at >= WORD ? -1L : (1L << (length - at) * Byte.SIZE) - 1;
      long word = 0;
      for (int i = Math.min(WORD, length - at) - 1; i >= 0; i--) {
        word = word << Byte.SIZE | wanted.content()[at + i] & 0xff;
      }
      recorder
          .failing(FailureText.step().and(": the kernel holds another label than was set"))
          .check(got, at, WORD, mask, word, Errno.EPERM);
    }
  }
}
