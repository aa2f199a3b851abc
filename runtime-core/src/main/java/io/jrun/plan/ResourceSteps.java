// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.cgroup.Controllers;
import io.jrun.cgroup.Setting;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
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
  public static void enable(Recorder k, List<Controllers.Enabling> enabling) {
    for (Controllers.Enabling each : enabling) {
      String names = String.join(", ", each.controllers());
      k.step("enable " + names + " below cgroup " + each.directory(), POINTER);
      k.ignoring(Errno.EEXIST, Errno.EROFS).mkdirat(Fd.CWD, each.directory(), 0755);
      Fd control =
          k.openat(
              Fd.CWD,
              each.directory() + "/cgroup.subtree_control",
              Linux.O_WRONLY | Linux.O_CLOEXEC);
      k.write(control, text("+" + String.join(" +", each.controllers())));
      k.close(control);
    }
  }

  /** Writes the settings to a cgroup's files, in order. */
  public static void write(Recorder k, Fd cgroup, List<Setting> settings) {
    for (Setting each : settings) {
      k.step(SET + each.file() + " to " + each.value(), each.pointer());
      write(k, cgroup, each);
    }
  }

  private static void write(Recorder k, Fd cgroup, Setting setting) {
    Label missing = new Label();
    Label end = new Label();
    boolean optional = setting.manner() == Setting.Manner.IF_THERE || setting.instead().isPresent();
    if (optional) {
      k.on(Errno.ENOENT, missing);
    }
    Fd file = k.openat(cgroup, setting.file(), Linux.O_WRONLY | Linux.O_CLOEXEC);
    if (setting.manner() == Setting.Manner.ATTEMPT) {
      k.ignoring(Errno.EINVAL);
    }
    k.write(file, text(setting.value()));
    k.close(file);
    if (setting.instead().isPresent()) {
      k.jump(end);
      k.place(missing);
      write(k, cgroup, setting.instead().get());
      k.place(end);
    } else if (optional) {
      k.place(missing);
    }
  }

  private static Block text(String value) {
    return Block.bytes(value.getBytes(StandardCharsets.UTF_8), "\"" + value + "\"");
  }
}
