// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * Memory limits: config-linux.md, "Memory". Limits are bytes, signed 64-bit, -1 is unlimited.
 *
 * @param limit memory
 * @param reservation soft limit
 * @param swap memory and swap together
 * @param kernel kernel memory, obsolete
 * @param kernelTCP kernel TCP buffers, obsolete
 * @param swappiness 0 to 100 where it means something; unsigned 64-bit, see {@link
 *     Long#compareUnsigned}
 * @param disableOOMKiller no OOM kills
 * @param useHierarchy hierarchical accounting
 * @param checkBeforeUpdate refuse a limit below current usage
 */
public record LinuxMemory(
    Long limit,
    Long reservation,
    Long swap,
    Long kernel,
    Long kernelTCP,
    Long swappiness,
    Boolean disableOOMKiller,
    Boolean useHierarchy,
    Boolean checkBeforeUpdate) {}
