// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A range of ids in a user namespace: config-linux.md, "User namespace mappings".
 *
 * @param containerID first id inside, 0 to 4294967294
 * @param hostID first id outside, 0 to 4294967294
 * @param size how many, 0 to 4294967295
 */
public record LinuxIdMapping(long containerID, long hostID, long size) {}
