// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * The NUMA memory policy: config-linux.md, "Memory policy"; set_mempolicy(2).
 *
 * @param mode MPOL_...; null where nothing is asked for: checked with the rest
 * @param nodes list of nodes, 0-3,7
 * @param flags MPOL_F_...
 */
public record LinuxMemoryPolicy(String mode, String nodes, List<String> flags) {}
