// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * Traffic classes and priorities, cgroup v1 only: config-linux.md, "Network".
 *
 * @param classID net_cls.classid, 0 to 4294967295
 * @param priorities net_prio.ifpriomap
 */
public record LinuxNetwork(Long classID, List<LinuxInterfacePriority> priorities) {}
