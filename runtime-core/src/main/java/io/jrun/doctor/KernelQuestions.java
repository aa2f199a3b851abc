// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.MountAttr;
import io.jrun.linux.Pid;
import io.jrun.linux.Procfs;
import io.jrun.program.Recorder;
import io.jrun.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** System calls and file systems of the kernel, each tried. */
final class KernelQuestions implements Questions {
  private static final long BEYOND_ALL_DESCRIPTORS = 0xfffffff0L;

  @Override
  public String title() {
    return "kernel";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    out.add(Finding.ok("release", Procfs.kernelRelease()));
    out.add(
        call(
            "openat2",
            "5.6",
            host.attempt(
                recorder ->
                    recorder.close(
                        recorder.openat2(
                            Fd.CWD,
                            "/",
                            Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC,
                            Linux.RESOLVE_IN_ROOT)))));
    out.add(
        call(
            "close_range",
            "5.9",
            host.attempt(recorder -> recorder.closeRange(BEYOND_ALL_DESCRIPTORS))));
    Pid own = Pid.of(host.caller().pid());
    out.add(
        call(
            "pidfd_open",
            "5.3",
            host.attempt(recorder -> recorder.close(recorder.pidfdOpen(own)))));
    out.add(
        call(
            "clone3, sealed memfd",
            "5.5",
            host.attemptApart(recorder -> recorder.prctl(Linux.PR_SET_DUMPABLE, 0))));
    out.add(call("new mount calls", "5.12", mounts(host, KernelQuestions::mountTmpfs)));
    out.add(messageQueues(mounts(host, recorder -> make(recorder, "mqueue"))));
    return out;
  }

  /** Where it may not enter namespaces of its own, that is told by {@link NamespaceQuestions}. */
  private static Outcome mounts(Examination host, Consumer<Recorder> calls) {
    return host.attemptApart(
        recorder -> {
          host.enter(recorder, Linux.CLONE_NEWNS | Linux.CLONE_NEWIPC);
          recorder.step("mount");
          // Where the host's mounts are shared, as systemd makes them, it would have this one too.
          recorder.propagation("/", Linux.MS_SLAVE | Linux.MS_REC);
          calls.accept(recorder);
        });
  }

  private static void mountTmpfs(Recorder recorder) {
    Fd mount = make(recorder, "tmpfs");
    recorder.mountSetattr(mount, false, new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0));
    Fd tree = recorder.openTree(mount, "", Linux.AT_EMPTY_PATH);
    recorder.moveMount(
        mount, recorder.openat(Fd.CWD, "/", Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC));
    recorder.close(tree);
  }

  private static Fd make(Recorder recorder, String type) {
    Fd fs = recorder.fsopen(type);
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    return recorder.fsmount(fs, 0);
  }

  private static boolean hasEntered(Outcome outcome) {
    return outcome.succeeded() || outcome.step() != null && outcome.step().title().equals("mount");
  }

  private static Finding call(String subject, String since, Outcome outcome) {
    if (outcome.succeeded()) {
      return Finding.ok(subject, "there");
    }
    if (subject.equals("new mount calls") && !hasEntered(outcome)) {
      return Finding.limited(
          subject,
          "cannot be tried: " + Examination.failure(outcome),
          "see what is said of namespaces below");
    }
    boolean hidden =
        Examination.failedWith(outcome, Errno.ENOSYS)
            || Examination.failedWith(outcome, Errno.EPERM);
    return Finding.broken(
        subject,
        Examination.failure(outcome),
        hidden
            ? "Linux 5.14 or later is needed (this call is of "
                + since
                + "); on such a kernel a system call filter hides it: have whoever started this"
                + " container (its seccomp profile) let the call through"
            : "see the limits below: the call is there and cannot be made");
  }

  private static Finding messageQueues(Outcome outcome) {
    String subject = "mqueue";
    return outcome.succeeded() || !hasEntered(outcome)
        ? Finding.ok(subject, outcome.succeeded() ? "there" : "not tried")
        : Finding.limited(
            subject,
            Examination.failure(outcome),
            "engines mount it at /dev/mqueue: a kernel with CONFIG_POSIX_MQUEUE has it; or leave"
                + " that mount out");
  }
}
