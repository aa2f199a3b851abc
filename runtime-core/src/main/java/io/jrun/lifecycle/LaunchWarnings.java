// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.ContainerSpec;
import io.jrun.container.Problems;
import io.jrun.container.SeccompSpec;
import io.jrun.container.Sysctl;
import io.jrun.host.HostChecks;
import io.jrun.host.PreservedFds;
import io.jrun.linux.Capability;
import io.jrun.linux.SchedulingPolicy;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.init.SysctlSteps;
import io.jrun.program.ReportTag;
import io.jrun.seccomp.ProfileWarnings;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a launch is told of and goes on: before it is made, and when it is. */
public final class LaunchWarnings {
  private LaunchWarnings() {}

  /** The descriptors that are handed on, with a word of those that are not. */
  public static PreservedFds preserved(Session session, long asked) {
    PreservedFds found = PreservedFds.find(session.front().caller().pid(), asked);
    String missing = found.missing(asked);
    if (!missing.isEmpty()) {
      session.notices().warn("--preserve-fds: not open, and so not handed on: " + missing);
    }
    return found;
  }

  /** Of what is odd in the description, or not to be had on this host. */
  public static void ofLaunch(Session session, ContainerSpec spec, LaunchOptions options) {
    for (Problems.Entry warning : spec.warnings()) {
      session.notices().warn(warning.line());
    }
    if (asksForSlice(spec) && !HostChecks.hasSlices()) {
      session
          .notices()
          .warn("/process/scheduler/runtime: ignored by the kernel: a slice is of Linux 6.12 on");
    }
    Optional<SeccompSpec> profile = spec.restrictions().seccomp();
    if (profile.isPresent()) {
      for (Problems.Entry warning : ProfileWarnings.ofLaunch(profile.get())) {
        session.notices().warn(warning.line());
      }
    }
    long missing = spec.process().capabilities().all() & ~options.host().capabilities();
    for (Capability each : Capability.values()) {
      if ((missing & each.bit()) != 0) {
        session
            .notices()
            .warn("/process/capabilities: " + each + " is not available to the caller: left out");
      }
    }
  }

  /** Of the other policies only SCHED_DEADLINE has a runtime, which is another thing there. */
  private static boolean asksForSlice(ContainerSpec spec) {
    return spec.process().scheduling().isPresent()
        && spec.process().scheduling().get().scheduler().isPresent()
        && spec.process().scheduling().get().scheduler().get().runtime() != 0
        && spec.process().scheduling().get().scheduler().get().policy()
            != SchedulingPolicy.SCHED_DEADLINE;
  }

  /** The kernel may have rounded a value: that is told, and is no failure. */
  public static void ofSysctls(Session session, ContainerSpec spec, Outcome outcome) {
    List<Sysctl> sysctls = spec.names().sysctls();
    for (int i = 0; i < sysctls.size(); i++) {
      byte[] read = outcome.bytes(ReportTag.SYSCTL + i);
      String held = new String(read, StandardCharsets.UTF_8).trim();
      Sysctl each = sysctls.get(i);
      if (read.length > 0 && !SysctlSteps.isHeld(each.value(), held)) {
        session
            .notices()
            .warn(each.pointer() + ": " + each.value() + " was written, the kernel holds " + held);
      }
    }
  }

  /** A capability less is no failure: config.md, "capabilities". */
  public static void ofAmbient(Session session, Outcome outcome) {
    if (outcome.number(ReportTag.NO_AMBIENT).isPresent()) {
      session
          .notices()
          .warn(
              "/process/capabilities/ambient: can't raise ambient capabilities: operation not"
                  + " permitted (EPERM): the caller's securebits forbid it");
    }
  }
}
