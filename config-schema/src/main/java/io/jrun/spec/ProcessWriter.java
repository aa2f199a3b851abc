// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.io.IOException;
import java.util.List;

/** Writes {@code process} of config.md and what is in it. */
final class ProcessWriter {
  private ProcessWriter() {}

  static void process(FieldWriter f, Process process) throws IOException {
    if (f.startObject("process", process)) {
      fields(f, process);
      f.endObject();
    }
  }

  static void fields(FieldWriter f, Process process) throws IOException {
    f.bool("terminal", process.terminal());
    Box size = process.consoleSize();
    if (f.startObject("consoleSize", size)) {
      f.number("height", size.height());
      f.number("width", size.width());
      f.endObject();
    }
    user(f, process.user());
    f.strings("args", process.args());
    f.strings("env", process.env());
    f.string("cwd", process.cwd());
    capabilities(f, process.capabilities());
    rlimits(f, process.rlimits());
    f.bool("noNewPrivileges", process.noNewPrivileges());
    f.string("apparmorProfile", process.apparmorProfile());
    f.number("oomScoreAdj", process.oomScoreAdj());
    scheduling(f, process);
  }

  private static void user(FieldWriter f, User user) throws IOException {
    if (!f.startObject("user", user)) {
      return;
    }
    f.number("uid", user.uid());
    f.number("gid", user.gid());
    f.number("umask", user.umask());
    f.numbers("additionalGids", user.additionalGids());
    f.endObject();
  }

  private static void capabilities(FieldWriter f, LinuxCapabilities capabilities)
      throws IOException {
    if (!f.startObject("capabilities", capabilities)) {
      return;
    }
    f.strings("bounding", capabilities.bounding());
    f.strings("effective", capabilities.effective());
    f.strings("inheritable", capabilities.inheritable());
    f.strings("permitted", capabilities.permitted());
    f.strings("ambient", capabilities.ambient());
    f.endObject();
  }

  private static void rlimits(FieldWriter f, List<PosixRlimit> rlimits) throws IOException {
    if (!f.startArray("rlimits", rlimits)) {
      return;
    }
    for (PosixRlimit rlimit : rlimits) {
      f.startElement();
      f.string("type", rlimit.type());
      f.unsigned("hard", rlimit.hard());
      f.unsigned("soft", rlimit.soft());
      f.endObject();
    }
    f.endArray();
  }

  private static void scheduling(FieldWriter f, Process process) throws IOException {
    Scheduler scheduler = process.scheduler();
    if (f.startObject("scheduler", scheduler)) {
      f.string("policy", scheduler.policy());
      f.number("nice", scheduler.nice());
      f.number("priority", scheduler.priority());
      f.strings("flags", scheduler.flags());
      f.unsigned("runtime", scheduler.runtime());
      f.unsigned("deadline", scheduler.deadline());
      f.unsigned("period", scheduler.period());
      f.endObject();
    }
    f.string("selinuxLabel", process.selinuxLabel());
    LinuxIoPriority ioPriority = process.ioPriority();
    if (f.startObject("ioPriority", ioPriority)) {
      f.string("class", ioPriority.priorityClass());
      f.number("priority", ioPriority.priority());
      f.endObject();
    }
    CpuAffinity affinity = process.execCPUAffinity();
    if (f.startObject("execCPUAffinity", affinity)) {
      f.string("initial", affinity.initial());
      f.string("final", affinity.finalCpus());
      f.endObject();
    }
  }
}
