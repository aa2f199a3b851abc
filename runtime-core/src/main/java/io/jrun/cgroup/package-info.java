// SPDX-License-Identifier: Apache-2.0

/**
 * Control groups, version 2: where the unified hierarchy is mounted and where in it a container
 * belongs, who is in a cgroup, a cgroup made by calls on a {@link io.jrun.linux.Kernel}, limits as
 * files and values, the controllers they need, and the device allow-list as an eBPF program. It may
 * use {@code io.jrun.container} and {@code io.jrun.linux}.
 *
 * <p>{@link io.jrun.cgroup.CgroupMount}, {@link io.jrun.cgroup.CgroupTree}, {@link
 * io.jrun.cgroup.CgroupFiles} and {@link io.jrun.cgroup.Controllers} read the host at once and
 * change nothing. {@link io.jrun.cgroup.UnifiedCgroup}, {@link io.jrun.cgroup.ResourceSettings} and
 * {@link io.jrun.cgroup.DeviceProgram} read nothing: what they do is done, or recorded, by the
 * kernel they are given.
 */
package io.jrun.cgroup;
