// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.Setting;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Limits of a cgroup: controllers enabled above it, values written to its files, each a step of its
 * own that names the field which asked for it.
 */
public final class ResourceSteps {
  /** What a step of enabling is blamed on. */
  private static final String POINTER = "/linux/resources";

  private static final String SET = "set the limit ";

  private ResourceSteps() {}

  /** Whether a step enables controllers. */
  public static boolean enables(Step step) {
    return step.pointer().equals(POINTER);
  }

  /** Whether a step writes a value. */
  public static boolean writes(Step step) {
    return step.title().startsWith(SET);
  }

  /** Enables controllers, top down; directories that are not there yet are made. */
  public static void enable(Recorder recorder, List<Enabling> enabling) {
    for (Enabling each : enabling) {
      if (each.threaded()) {
        makeThreaded(recorder, each.directory());
      }
      if (!each.controllers().isEmpty()) {
        require(recorder, each);
      }
      if (!each.others().isEmpty()) {
        handOn(recorder, each);
      }
    }
  }

  /** What is made below a threaded cgroup can hold nothing until it is one too. */
  private static void makeThreaded(Recorder recorder, String directory) {
    recorder.step("make cgroup " + directory + " a threaded one", "/linux/cgroupsPath");
    recorder.ignoring(Errno.EEXIST, Errno.EROFS).mkdirat(Fd.CWD, directory, 0755);
    Fd type = recorder.openat(Fd.CWD, directory + "/cgroup.type", Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.write(type, text("threaded"));
    recorder.close(type);
  }

  /**
   * Nothing depends on these: all at once where that is possible, else each that can be, and none
   * where the caller may enable none.
   */
  private static void handOn(Recorder recorder, Enabling each) {
    Label one = new Label();
    Label enabled = new Label();
    Label end = new Label();
    recorder.step(
        "hand on " + String.join(", ", each.others()) + " below cgroup " + each.directory());
    recorder
        .ignoring(Errno.EEXIST, Errno.EROFS, Errno.EACCES, Errno.EPERM)
        .mkdirat(Fd.CWD, each.directory(), 0755);
    recorder.on(Errno.EACCES, end).on(Errno.EPERM, end).on(Errno.EROFS, end).on(Errno.ENOENT, end);
    Fd control =
        recorder.openat(
            Fd.CWD, each.directory() + "/cgroup.subtree_control", Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder
        .on(Errno.EBUSY, one)
        .on(Errno.EOPNOTSUPP, one)
        .on(Errno.ENOENT, one)
        .on(Errno.EINVAL, one);
    recorder.write(control, text("+" + String.join(" +", each.others())));
    recorder.jump(enabled);
    recorder.place(one);
    for (String controller : each.others()) {
      recorder.ignoring(Errno.EBUSY, Errno.EOPNOTSUPP, Errno.ENOENT, Errno.EINVAL);
      recorder.write(control, text("+" + controller));
    }
    recorder.place(enabled);
    recorder.close(control);
    recorder.place(end);
  }

  private static void require(Recorder recorder, Enabling each) {
    String names = String.join(", ", each.controllers());
    recorder.step("enable " + names + " below cgroup " + each.directory(), POINTER);
    recorder.ignoring(Errno.EEXIST, Errno.EROFS).mkdirat(Fd.CWD, each.directory(), 0755);
    Fd control =
        recorder.openat(
            Fd.CWD, each.directory() + "/cgroup.subtree_control", Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.write(control, text("+" + String.join(" +", each.controllers())));
    recorder.close(control);
  }

  /** Writes the settings to a cgroup's files, in order. */
  public static void write(Recorder recorder, Fd cgroup, List<Setting> settings) {
    for (Setting each : settings) {
      recorder.step(SET + each.file() + " to " + each.value(), each.pointer());
      write(recorder, cgroup, each);
    }
  }

  private static void write(Recorder recorder, Fd cgroup, Setting setting) {
    Label missing = new Label();
    Label end = new Label();
    boolean optional = setting.manner() == Setting.Manner.IF_THERE || setting.instead().isPresent();
    if (optional) {
      recorder.on(Errno.ENOENT, missing);
    }
    Fd file = recorder.openat(cgroup, setting.file(), Linux.O_WRONLY | Linux.O_CLOEXEC);
    if (setting.manner() == Setting.Manner.ATTEMPT) {
      recorder.ignoring(Errno.EINVAL);
    }
    recorder.write(file, text(setting.value()));
    recorder.close(file);
    if (setting.instead().isPresent()) {
      recorder.jump(end);
      recorder.place(missing);
      write(recorder, cgroup, setting.instead().get());
      recorder.place(end);
    } else if (optional) {
      recorder.place(missing);
    }
  }

  private static Block text(String value) {
    return Block.bytes(value.getBytes(StandardCharsets.UTF_8), "\"" + value + "\"");
  }
}
