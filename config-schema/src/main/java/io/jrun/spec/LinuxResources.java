// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;
import java.util.Map;

/**
 * Limits of the cgroup: config-linux.md, "Control groups". Also the whole document that {@code
 * update --resources} takes.
 *
 * @param devices "Allowed Device list", in document order, the last match wins
 * @param memory "Memory"
 * @param cpu "CPU"
 * @param pids "PIDs"
 * @param blockIO "Block IO"
 * @param hugepageLimits "Huge page limits"
 * @param network "Network"
 * @param rdma "RDMA": device name to limits, in document order
 * @param unified "Unified": cgroup v2 file name to content, in document order
 */
public record LinuxResources(
    List<LinuxDeviceCgroup> devices,
    LinuxMemory memory,
    LinuxCpu cpu,
    LinuxPids pids,
    LinuxBlockIo blockIO,
    List<LinuxHugepageLimit> hugepageLimits,
    LinuxNetwork network,
    Map<String, LinuxRdma> rdma,
    Map<String, String> unified) {}
