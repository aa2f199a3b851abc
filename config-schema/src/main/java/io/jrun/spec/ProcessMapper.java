// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Maps {@code process} of config.md and what is in it. */
final class ProcessMapper {
  private static final String IDLE = "IOPRIO_CLASS_IDLE";

  private ProcessMapper() {}

  static Process process(Fields f) {
    if (f == null) {
      return null;
    }
    Process process =
        new Process(
            f.bool("terminal"),
            box(f.object("consoleSize")),
            user(f.object("user")),
            f.strings("args"),
            f.strings("env"),
            f.string("cwd"),
            capabilities(f.object("capabilities")),
            rlimits(f.objects("rlimits")),
            f.bool("noNewPrivileges"),
            f.string("apparmorProfile"),
            f.int32("oomScoreAdj"),
            scheduler(f.object("scheduler")),
            f.string("selinuxLabel"),
            ioPriority(f.object("ioPriority")),
            cpuAffinity(f.object("execCPUAffinity")));
    f.ignore("commandLine");
    f.end();
    return process;
  }

  private static Box box(Fields f) {
    if (f == null) {
      return null;
    }
    f.require("height", "width");
    Box box =
        new Box(f.requiredNumber("height", Range.UINT32), f.requiredNumber("width", Range.UINT32));
    f.end();
    return box;
  }

  private static User user(Fields f) {
    if (f == null) {
      return null;
    }
    f.require("uid", "gid");
    User user =
        new User(
            f.requiredNumber("uid", Range.ID),
            f.requiredNumber("gid", Range.ID),
            f.number("umask", Range.UINT32),
            f.numbers("additionalGids", Range.ID));
    f.ignore("username");
    f.end();
    return user;
  }

  private static LinuxCapabilities capabilities(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxCapabilities capabilities =
        new LinuxCapabilities(
            f.strings("bounding"),
            f.strings("effective"),
            f.strings("inheritable"),
            f.strings("permitted"),
            f.strings("ambient"));
    f.end();
    return capabilities;
  }

  private static List<PosixRlimit> rlimits(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<PosixRlimit> rlimits = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("type", "hard", "soft");
      rlimits.add(
          new PosixRlimit(
              f.string("type"),
              f.requiredNumber("hard", Range.UINT64),
              f.requiredNumber("soft", Range.UINT64)));
      f.end();
    }
    return Collections.unmodifiableList(rlimits);
  }

  private static Scheduler scheduler(Fields f) {
    if (f == null) {
      return null;
    }
    f.require("policy");
    Scheduler scheduler =
        new Scheduler(
            f.string("policy"),
            f.int32("nice"),
            f.int32("priority"),
            f.strings("flags"),
            f.number("runtime", Range.UINT64),
            f.number("deadline", Range.UINT64),
            f.number("period", Range.UINT64));
    f.end();
    return scheduler;
  }

  private static LinuxIoPriority ioPriority(Fields f) {
    if (f == null) {
      return null;
    }
    String named = f.string("class");
    Integer priority = f.int32("priority");
    // The idle class has one priority, and its other word is left out by those who write by hand.
    f.require(IDLE.equals(named) ? new String[] {"class"} : new String[] {"class", "priority"});
    LinuxIoPriority ioPriority = new LinuxIoPriority(named, priority == null ? 0 : priority);
    f.end();
    return ioPriority;
  }

  private static CpuAffinity cpuAffinity(Fields f) {
    if (f == null) {
      return null;
    }
    CpuAffinity affinity = new CpuAffinity(f.string("initial"), f.string("final"));
    f.end();
    return affinity;
  }
}
