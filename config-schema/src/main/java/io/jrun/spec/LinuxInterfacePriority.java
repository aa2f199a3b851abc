// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The traffic priority of an interface: config-linux.md, "Network", {@code priorities}.
 *
 * @param name interface; never null
 * @param priority 0 to 4294967295
 */
public record LinuxInterfacePriority(String name, long priority) {}
