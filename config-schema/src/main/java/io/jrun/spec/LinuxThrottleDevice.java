// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The I/O rate of one block device: config-linux.md, "Block IO", {@code throttle...Device}.
 *
 * @param major major number, signed 64-bit
 * @param minor minor number, signed 64-bit
 * @param rate bytes or operations per second, unsigned 64-bit, see {@link Long#compareUnsigned}
 */
public record LinuxThrottleDevice(long major, long minor, long rate) {}
