// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * Who the process is: config.md, "POSIX-platform User". Ids are those of the container. 4294967295
 * is no id: the kernel takes it for "leave unchanged".
 *
 * @param uid user id, 0 to 4294967294
 * @param gid group id, 0 to 4294967294
 * @param umask file mode creation mask, a plain number (18 is octal 022), 0 to 4294967295; null
 *     leaves the default
 * @param additionalGids supplementary groups, each 0 to 4294967294
 */
public record User(long uid, long gid, Long umask, List<Long> additionalGids) {}
