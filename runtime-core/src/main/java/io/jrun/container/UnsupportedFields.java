// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Linux;
import io.jrun.spec.LinuxBlockIo;
import io.jrun.spec.LinuxCpu;
import io.jrun.spec.LinuxMemory;
import io.jrun.spec.LinuxNetwork;
import io.jrun.spec.LinuxResources;
import io.jrun.spec.Process;
import io.jrun.spec.Spec;

/**
 * Refuses what this version cannot carry out. Nothing that a document asks for is ever ignored: a
 * field is honoured or it is named here. Empty values ask for nothing.
 */
final class UnsupportedFields {
  private final Problems problems;

  private UnsupportedFields(Problems problems) {
    this.problems = problems;
  }

  static void check(Spec spec, Problems problems) {
    UnsupportedFields check = new UnsupportedFields(problems);
    if (spec.linux() != null) {
      check.linux(spec.linux());
      if (spec.linux().resources() != null) {
        check.resources(spec.linux().resources());
      }
    }
  }

  /** Those of a process alone, for an exec. */
  static void check(Process process, Problems problems) {
    new UnsupportedFields(problems).process(process);
  }

  private void process(Process process) {
    refuse(process.apparmorProfile(), "/process/apparmorProfile");
    refuse(process.selinuxLabel(), "/process/selinuxLabel");
    refuse(process.execCPUAffinity(), "/process/execCPUAffinity");
  }

  private void linux(Linux linux) {
    refuse(linux.intelRdt(), "/linux/intelRdt");
  }

  private void resources(LinuxResources resources) {
    refuse(asked(resources.memory()), "/linux/resources/memory");
    refuse(asked(resources.cpu()), "/linux/resources/cpu");
    refuse(resources.pids() == null ? null : resources.pids().limit(), "/linux/resources/pids");
    refuse(asked(resources.blockIO()), "/linux/resources/blockIO");
    refuse(resources.hugepageLimits(), "/linux/resources/hugepageLimits");
    refuse(asked(resources.network()), "/linux/resources/network");
    refuse(resources.rdma(), "/linux/resources/rdma");
    refuse(resources.unified(), "/linux/resources/unified");
  }

  private static Object asked(LinuxMemory m) {
    return m == null
        ? null
        : asked(
            m.limit(),
            m.reservation(),
            m.swap(),
            m.kernel(),
            m.kernelTCP(),
            m.swappiness(),
            m.disableOOMKiller(),
            m.useHierarchy(),
            m.checkBeforeUpdate());
  }

  private static Object asked(LinuxCpu c) {
    return c == null
        ? null
        : asked(
            c.shares(),
            c.quota(),
            c.burst(),
            c.period(),
            c.realtimeRuntime(),
            c.realtimePeriod(),
            c.cpus(),
            c.mems(),
            c.idle());
  }

  private static Object asked(LinuxBlockIo b) {
    return b == null
        ? null
        : asked(
            b.weight(),
            b.leafWeight(),
            b.weightDevice(),
            b.throttleReadBpsDevice(),
            b.throttleWriteBpsDevice(),
            b.throttleReadIOPSDevice(),
            b.throttleWriteIOPSDevice());
  }

  private static Object asked(LinuxNetwork n) {
    return n == null ? null : asked(n.classID(), n.priorities());
  }

  /** Engines send zeros for what nobody asked for: the first value that is none, or null. */
  private static Object asked(Object... values) {
    for (Object value : values) {
      boolean zero =
          value == null
              || value instanceof Number number && number.longValue() == 0
              || Boolean.FALSE.equals(value)
              || value instanceof String text && text.isEmpty()
              || value instanceof java.util.Collection<?> list && list.isEmpty();
      if (!zero) {
        return value;
      }
    }
    return null;
  }

  private void refuse(Object value, String pointer) {
    boolean asked =
        !(value == null
            || value instanceof String text && text.isEmpty()
            || value instanceof java.util.Collection<?> list && list.isEmpty()
            || value instanceof java.util.Map<?, ?> map && map.isEmpty());
    if (asked) {
      problems.add(pointer, "not supported by this version of jrun: remove the field");
    }
  }
}
