// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * CPU limits: config-linux.md, "CPU". Times are microseconds. Those said to be unsigned are
 * unsigned 64-bit, see {@link Long#compareUnsigned}.
 *
 * @param shares weight, 2 to 262144 where it means something, unsigned
 * @param quota run time per period, signed, -1 is unlimited
 * @param burst run time that may be saved up, unsigned
 * @param period length of a period, unsigned
 * @param realtimeRuntime real-time run time per period, signed
 * @param realtimePeriod real-time period, unsigned
 * @param cpus list of CPUs, 0-3,7
 * @param mems list of memory nodes
 * @param idle 1 is SCHED_IDLE for the whole cgroup, signed
 */
public record LinuxCpu(
    Long shares,
    Long quota,
    Long burst,
    Long period,
    Long realtimeRuntime,
    Long realtimePeriod,
    String cpus,
    String mems,
    Long idle) {}
