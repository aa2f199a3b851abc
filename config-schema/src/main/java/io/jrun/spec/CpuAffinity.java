// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The CPUs of an exec process: config.md, "Linux Process", {@code execCPUAffinity}. Both are lists
 * as in cpuset.cpus, {@code 0-3,7}.
 *
 * @param initial while the runtime still runs, before it joins the cgroup
 * @param finalCpus the key {@code final}: once in the cgroup
 */
public record CpuAffinity(String initial, String finalCpus) {}
