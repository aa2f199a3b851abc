// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The I/O weight of one block device: config-linux.md, "Block IO", {@code weightDevice}.
 *
 * @param major major number, signed 64-bit
 * @param minor minor number, signed 64-bit
 * @param weight 0 to 65535
 * @param leafWeight 0 to 65535, cgroup v1 only
 */
public record LinuxWeightDevice(long major, long minor, Integer weight, Integer leafWeight) {}
