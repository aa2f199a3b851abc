// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The offset of a clock in a time namespace: config-linux.md, "Time offsets".
 *
 * @param secs seconds, signed 64-bit
 * @param nanosecs nanoseconds, 0 to 4294967295
 */
public record LinuxTimeOffset(Long secs, Long nanosecs) {}
