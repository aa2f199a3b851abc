// SPDX-License-Identifier: Apache-2.0

/**
 * Control groups, version 2, without the host: a cgroup made by calls on a {@link
 * io.jrun.linux.Kernel}, limits as files and values, and the device allow-list as an eBPF program.
 * What is done is done, or recorded, by the kernel that is given; what the host has is {@code
 * io.jrun.host}'s to say.
 */
package io.jrun.cgroup;
