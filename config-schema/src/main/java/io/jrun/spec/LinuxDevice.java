// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A device node to make: config-linux.md, "Devices".
 *
 * @param type c, b, u or p; never null
 * @param path path in the container; never null
 * @param major major number, signed 64-bit; null is fine for p
 * @param minor minor number, signed 64-bit; null is fine for p
 * @param fileMode permission bits, a plain number (438 is octal 0666), 0 to 4294967295
 * @param uid owner in the container, 0 to 4294967294
 * @param gid group in the container, 0 to 4294967294
 */
public record LinuxDevice(
    String type, String path, Long major, Long minor, Long fileMode, Long uid, Long gid) {}
