// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxCpu;
import java.util.OptionalLong;

/**
 * Shares of the processors. Times are microseconds. Source: config-linux.md "CPU".
 *
 * @param shares as cgroup v1 counts them, unsigned; 0: not asked for
 * @param quota time within a period; negative: any, 0: not asked for
 * @param period unsigned; 0: not asked for
 * @param burst time that may be saved up, unsigned
 * @param idle 1 to run only when nobody else wants to, 0 not to
 * @param cpus list of processors; empty: not asked for
 * @param mems list of memory nodes; empty: not asked for
 */
public record CpuLimits(
    long shares,
    long quota,
    long period,
    OptionalLong burst,
    OptionalLong idle,
    String cpus,
    String mems) {
  static final CpuLimits NONE =
      new CpuLimits(0, 0, 0, OptionalLong.empty(), OptionalLong.empty(), "", "");

  private static final long LEAST_SHARES = 2;
  private static final long MOST_SHARES = 262_144;

  static CpuLimits parse(LinuxCpu cpu, String pointer, Problems problems) {
    if (cpu == null) {
      return NONE;
    }
    problems.require(
        CgroupV1.isZero(cpu.realtimeRuntime()), pointer + "/realtimeRuntime", CgroupV1.NOT_IN_V2);
    problems.require(
        CgroupV1.isZero(cpu.realtimePeriod()), pointer + "/realtimePeriod", CgroupV1.NOT_IN_V2);
    problems.require(
        cpu.idle() == null || cpu.idle() == 0 || cpu.idle() == 1,
        pointer + "/idle",
        "must be 0 or 1");
    return new CpuLimits(
        cpu.shares() == null ? 0 : cpu.shares(),
        cpu.quota() == null ? 0 : cpu.quota(),
        cpu.period() == null ? 0 : cpu.period(),
        optional(cpu.burst()),
        optional(cpu.idle()),
        list(cpu.cpus(), pointer + "/cpus", problems),
        list(cpu.mems(), pointer + "/mems", problems));
  }

  private static OptionalLong optional(Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static String list(String text, String pointer, Problems problems) {
    return text == null || text.isBlank() ? "" : NumberList.parse(text, pointer, problems).text();
  }

  /**
   * The shares as cgroup v2 counts weights: a quadratic curve through 2 and 1, 1024 and 100, 262144
   * and 10000, which are least, default and most. 0 stays 0. Source: config-linux.md's
   * implementations agree on 10^((l² + 125 l) / 612 - 7/34), l being the logarithm to base 2.
   */
  public int weight() {
    if (shares == 0) {
      return 0;
    }
    if (Long.compareUnsigned(shares, LEAST_SHARES) <= 0) {
      return 1;
    }
    if (Long.compareUnsigned(shares, MOST_SHARES) >= 0) {
      return 10_000;
    }
    double l = log2(shares);
    return (int) Math.ceil(Math.pow(10, (l * l + 125 * l) / 612 - 7.0 / 34.0));
  }

  /** Exact for powers of two: what is rounded up after must not come out one too high. */
  private static double log2(long value) {
    int exponent = Math.getExponent((double) value);
    return exponent + Math.log(value / (double) (1L << exponent)) / Math.log(2);
  }
}
