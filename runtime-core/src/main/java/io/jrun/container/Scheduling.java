// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.ExecutionDomain;
import io.jrun.linux.IoPriorityClass;
import io.jrun.linux.SchedulingCalls;
import io.jrun.spec.CpuAffinity;
import io.jrun.spec.Linux;
import io.jrun.spec.LinuxIoPriority;
import io.jrun.spec.LinuxPersonality;
import io.jrun.spec.Process;
import java.util.Optional;

/**
 * How the process is scheduled, where its memory comes from, and what kernel it believes in: all
 * the attributes of a thread that few containers set. Source: config.md "scheduler", "ioPriority",
 * "execCPUAffinity"; config-linux.md "Personality", "Memory policy".
 *
 * @param affinity of processes that are executed in a running container; init has none
 */
public record Scheduling(
    Optional<SchedulingCalls.Attributes> scheduler,
    Optional<IoPriority> ioPriority,
    Optional<Affinity> affinity,
    Optional<ExecutionDomain> domain,
    Optional<MemoryPolicy> memory) {

  /** An I/O priority, 0 to 7 within its class, 0 the highest. */
  public record IoPriority(IoPriorityClass priorityClass, int priority) {}

  /** CPUs before and after a process joins the container's cgroup; either may be empty. */
  public record Affinity(NumberList initial, NumberList last) {}

  private static final int LOWEST_IO_PRIORITY = 7;

  /** Empty if the document says nothing of all this. */
  static Optional<Scheduling> parse(Process process, Linux linux, Problems problems) {
    boolean asked =
        process.scheduler() != null
            || process.ioPriority() != null
            || process.execCPUAffinity() != null
            || linux.personality() != null
            || linux.memoryPolicy() != null;
    return asked
        ? Optional.of(
            new Scheduling(
                SchedulerAttributes.parse(process.scheduler(), problems),
                ioPriority(process.ioPriority(), problems),
                affinity(process.execCPUAffinity(), problems),
                domain(linux.personality(), problems),
                MemoryPolicy.parse(linux.memoryPolicy(), problems)))
        : Optional.empty();
  }

  private static Optional<IoPriority> ioPriority(LinuxIoPriority declared, Problems problems) {
    if (declared == null) {
      return Optional.empty();
    }
    Optional<IoPriorityClass> named =
        Names.find(
            IoPriorityClass.class,
            declared.priorityClass(),
            "/process/ioPriority/class",
            "unknown I/O priority class",
            problems);
    problems.require(
        declared.priority() >= 0 && declared.priority() <= LOWEST_IO_PRIORITY,
        "/process/ioPriority/priority",
        "invalid ioPriority.Priority: " + declared.priority() + ": must be between 0 and 7");
    return named.map(each -> new IoPriority(each, declared.priority()));
  }

  private static Optional<Affinity> affinity(CpuAffinity declared, Problems problems) {
    if (declared == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Affinity(
            cpus(declared.initial(), "/process/execCPUAffinity/initial", problems),
            cpus(declared.finalCpus(), "/process/execCPUAffinity/final", problems)));
  }

  private static NumberList cpus(String text, String pointer, Problems problems) {
    return NumberList.parse(text == null ? "" : text, pointer, problems);
  }

  private static Optional<ExecutionDomain> domain(LinuxPersonality declared, Problems problems) {
    if (declared == null) {
      return Optional.empty();
    }
    if (declared.flags() != null && !declared.flags().isEmpty()) {
      problems.warn("/linux/personality/flags", "ignored: no flags are defined");
    }
    return Names.find(
        ExecutionDomain.class,
        declared.domain(),
        "/linux/personality/domain",
        "unknown execution domain",
        problems);
  }
}
