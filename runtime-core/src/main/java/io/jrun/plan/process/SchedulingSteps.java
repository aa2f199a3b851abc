// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.MemoryPolicy;
import io.jrun.container.NumberList;
import io.jrun.container.Scheduling;
import io.jrun.linux.Errno;
import io.jrun.linux.ExecutionDomain;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.SchedulingCalls;
import io.jrun.linux.SchedulingCalls.Attributes;
import io.jrun.linux.Value;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.util.Optional;

/** A thread's scheduling, I/O priority, memory policy and execution domain; while root still. */
public final class SchedulingSteps {
  private static final String SCHEDULER = "/process/scheduler";

  private SchedulingSteps() {}

  /** Has the process run on these CPUs; {@code field} is the one of execCPUAffinity. */
  public static void runOn(Recorder recorder, NumberList cpus, String field) {
    recorder.step("run on the CPUs " + cpus.text(), "/process/execCPUAffinity/" + field);
    SchedulingCalls.setAffinity(recorder, cpus.text(), cpus.words());
  }

  /**
   * Has the process run on all CPUs that its cgroup has, as runc since 1.3.1: where whoever calls
   * was put by hand (taskset, CPUAffinity= of a unit) means nothing for the container, and the
   * kernel remembers it from Linux 6.2 on, whatever the cgroup says. A process that may not change
   * that keeps it.
   */
  public static void runOnAll(Recorder recorder) {
    recorder.step("run on all CPUs of the cgroup");
    recorder.ignoring(Errno.EPERM, Errno.EINVAL, Errno.ENOSYS);
    SchedulingCalls.setWholeAffinity(recorder);
  }

  /**
   * What a process that is to become the program in a clone would lose on the way there. Only who
   * has the rights still may give it that: the front.
   */
  public static Optional<Attributes> lostInClone(Optional<Scheduling> scheduling) {
    if (scheduling.isEmpty() || scheduling.get().scheduler().isEmpty()) {
      return Optional.empty();
    }
    Attributes attributes = scheduling.get().scheduler().get();
    return attributes.surviveFork() ? Optional.empty() : Optional.of(attributes);
  }

  /** In the front: schedules a process that has been cloned, and lets it go on. */
  public static void schedule(Recorder recorder, Attributes attributes, Pid pid, Fd channel) {
    recorder.step("schedule it as " + attributes.policy(), SCHEDULER);
    SchedulingCalls.setAttributes(recorder, pid, attributes);
    recorder.sync(channel, SyncCode.SCHEDULED, Value.of(0));
  }

  /** The clone's side of that. */
  public static void awaitScheduled(Recorder recorder) {
    recorder.step("wait until it is scheduled", SCHEDULER);
    recorder.free(recorder.await(null, SyncCode.SCHEDULED, false));
  }

  /**
   * What takes rights on the host, of a process, or of the calling one: 0.
   *
   * @param isCloned whether it goes on in a clone, which does not inherit everything
   */
  public static void prioritize(
      Recorder recorder, Scheduling scheduling, Pid pid, boolean isCloned) {
    Optional<Attributes> scheduler = scheduling.scheduler();
    if (scheduler.isPresent() && !(isCloned && !scheduler.get().surviveFork())) {
      recorder.step("schedule as " + scheduler.get().policy(), SCHEDULER);
      SchedulingCalls.setAttributes(recorder, pid, scheduler.get());
    }
    if (scheduling.ioPriority().isPresent()) {
      Scheduling.IoPriority priority = scheduling.ioPriority().get();
      recorder.step(
          "set the I/O priority to " + priority.priorityClass() + " " + priority.priority(),
          "/process/ioPriority");
      SchedulingCalls.setIoPriority(recorder, pid, priority.priorityClass(), priority.priority());
    }
  }

  /** The rest, which a process can only do to itself. */
  static void record(Recorder recorder, Scheduling scheduling) {
    if (scheduling.memory().isPresent()) {
      MemoryPolicy policy = scheduling.memory().get();
      recorder.step("set the memory policy to " + policy.mode(), "/linux/memoryPolicy");
      SchedulingCalls.setMemoryPolicy(
          recorder, policy.mode(), policy.flags(), policy.nodes().text(), policy.nodes().words());
    }
    if (scheduling.domain().isPresent()) {
      ExecutionDomain domain = scheduling.domain().get();
      recorder.step("set the personality to " + domain, "/linux/personality");
      SchedulingCalls.setPersonality(recorder, domain);
    }
  }
}
