// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.MemoryPolicy;
import io.jrun.container.NumberList;
import io.jrun.container.Scheduling;
import io.jrun.linux.Errno;
import io.jrun.linux.ExecutionDomain;
import io.jrun.linux.SchedulingCalls;
import io.jrun.linux.SchedulingCalls.Attributes;
import io.jrun.program.Recorder;

/** A thread's scheduling, I/O priority, memory policy and execution domain; while root still. */
public final class SchedulingSteps {
  private SchedulingSteps() {}

  /** Has the process run on these CPUs; {@code field} is the one of execCPUAffinity. */
  public static void runOn(Recorder k, NumberList cpus, String field) {
    k.step("run on the CPUs " + cpus.text(), "/process/execCPUAffinity/" + field);
    SchedulingCalls.setAffinity(k, cpus.text(), cpus.words());
  }

  /**
   * Has the process run on all CPUs that its cgroup has, as runc since 1.3.1: where whoever calls
   * was put by hand (taskset, CPUAffinity= of a unit) means nothing for the container, and the
   * kernel remembers it from Linux 6.2 on, whatever the cgroup says. A process that may not change
   * that keeps it.
   */
  public static void runOnAll(Recorder k) {
    k.step("run on all CPUs of the cgroup");
    k.ignoring(Errno.EPERM, Errno.EINVAL, Errno.ENOSYS);
    SchedulingCalls.setWholeAffinity(k);
  }

  static void record(Recorder k, Scheduling scheduling) {
    if (scheduling.scheduler().isPresent()) {
      Attributes attributes = scheduling.scheduler().get();
      k.step("schedule as " + attributes.policy(), "/process/scheduler");
      SchedulingCalls.setAttributes(k, attributes);
    }
    if (scheduling.ioPriority().isPresent()) {
      Scheduling.IoPriority priority = scheduling.ioPriority().get();
      k.step(
          "set the I/O priority to " + priority.priorityClass() + " " + priority.priority(),
          "/process/ioPriority");
      SchedulingCalls.setIoPriority(k, priority.priorityClass(), priority.priority());
    }
    if (scheduling.memory().isPresent()) {
      MemoryPolicy policy = scheduling.memory().get();
      k.step("set the memory policy to " + policy.mode(), "/linux/memoryPolicy");
      SchedulingCalls.setMemoryPolicy(
          k, policy.mode(), policy.flags(), policy.nodes().text(), policy.nodes().words());
    }
    if (scheduling.domain().isPresent()) {
      ExecutionDomain domain = scheduling.domain().get();
      k.step("set the personality to " + domain, "/linux/personality");
      SchedulingCalls.setPersonality(k, domain);
    }
  }
}
