// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The limit on tasks: config-linux.md, "PIDs".
 *
 * @param limit tasks, signed 64-bit; -1 is unlimited, 0 is a limit of 0
 */
public record LinuxPids(Long limit) {}
