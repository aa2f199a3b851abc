// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.SchedulingCalls.Attributes;
import io.jrun.linux.SchedulingFlag;
import io.jrun.linux.SchedulingPolicy;
import io.jrun.spec.Scheduler;
import java.util.Optional;

/**
 * {@code process.scheduler}, with the rules of sched_setattr(2) that can be told without asking the
 * kernel: which policy takes which of the numbers, and their ranges.
 */
final class SchedulerAttributes {
  private static final String POINTER = "/process/scheduler";
  private static final int HIGHEST_REAL_TIME_PRIORITY = 99;

  private SchedulerAttributes() {}

  static Optional<Attributes> parse(Scheduler declared, Problems problems) {
    if (declared == null) {
      return Optional.empty();
    }
    if (declared.policy() == null || declared.policy().isEmpty()) {
      problems.add(POINTER + "/policy", "scheduler policy is required");
      return Optional.empty();
    }
    long flags = flags(declared, problems);
    Optional<SchedulingPolicy> policy =
        Names.find(
            SchedulingPolicy.class,
            declared.policy(),
            POINTER + "/policy",
            "unknown scheduler policy",
            problems);
    return policy.map(each -> attributes(each, flags, declared, problems));
  }

  /** One of a later kernel is left out: it says how a policy is to be followed, not which. */
  private static long flags(Scheduler declared, Problems problems) {
    long bits = 0;
    for (int i = 0; declared.flags() != null && i < declared.flags().size(); i++) {
      Optional<SchedulingFlag> flag = SchedulingFlag.named(declared.flags().get(i));
      if (flag.isPresent()) {
        bits |= flag.get().bit();
      } else {
        problems.warn(
            POINTER + "/flags/" + i,
            "ignoring unknown scheduler flag \"" + declared.flags().get(i) + "\"");
      }
    }
    return bits;
  }

  private static Attributes attributes(
      SchedulingPolicy policy, long flags, Scheduler declared, Problems problems) {
    Attributes attributes =
        new Attributes(
            policy,
            flags,
            declared.nice() == null ? 0 : declared.nice(),
            declared.priority() == null ? 0 : declared.priority(),
            or0(declared.runtime()),
            or0(declared.deadline()),
            or0(declared.period()));
    checkNice(attributes, problems);
    checkPriority(attributes, problems);
    checkDeadline(attributes, problems);
    return attributes;
  }

  private static long or0(Long number) {
    return number == null ? 0 : number;
  }

  private static void checkNice(Attributes a, Problems problems) {
    boolean takesNice =
        a.policy() == SchedulingPolicy.SCHED_OTHER || a.policy() == SchedulingPolicy.SCHED_BATCH;
    if (a.nice() != 0 && !takesNice) {
      problems.warn(
          POINTER + "/nice", "ignored by the kernel: it is for SCHED_OTHER and SCHED_BATCH");
    }
    problems.require(
        !takesNice || a.nice() >= -20 && a.nice() <= 19,
        POINTER + "/nice",
        "invalid scheduler.nice: " + a.nice() + ": must be between -20 and 19");
  }

  private static void checkPriority(Attributes a, Problems problems) {
    boolean realTime =
        a.policy() == SchedulingPolicy.SCHED_FIFO || a.policy() == SchedulingPolicy.SCHED_RR;
    problems.require(
        a.priority() == 0 || realTime,
        POINTER + "/priority",
        "scheduler.priority can only be specified for SchedFIFO or SchedRR policy");
    problems.require(
        !realTime || a.priority() >= 1 && a.priority() <= HIGHEST_REAL_TIME_PRIORITY,
        POINTER + "/priority",
        "must be between 1 and 99 for " + a.policy());
  }

  /**
   * The kernel wants runtime, deadline and period in this order; no period is the deadline. To the
   * fair policies the runtime alone is a slice, from Linux 6.12 on, and means nothing before.
   */
  private static void checkDeadline(Attributes a, Problems problems) {
    if (a.policy() != SchedulingPolicy.SCHED_DEADLINE) {
      boolean takesSlice =
          a.policy() == SchedulingPolicy.SCHED_OTHER || a.policy() == SchedulingPolicy.SCHED_BATCH;
      problems.require(
          (a.runtime() == 0 || takesSlice) && a.deadline() == 0 && a.period() == 0,
          POINTER,
          "scheduler runtime/deadline/period can only be specified for SchedDeadline policy");
      return;
    }
    problems.require(
        a.runtime() > 0 && a.deadline() > 0 && a.period() >= 0,
        POINTER,
        "SCHED_DEADLINE needs a runtime and a deadline, both below 2^63 ns");
    problems.require(
        a.runtime() <= a.deadline() && (a.period() == 0 || a.deadline() <= a.period()),
        POINTER,
        "must be runtime <= deadline <= period");
  }
}
