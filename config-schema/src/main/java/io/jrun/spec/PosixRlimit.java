// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A resource limit: config.md, "POSIX process", {@code rlimits}. Both values are unsigned 64-bit,
 * see {@link Long#compareUnsigned}: -1 is RLIM_INFINITY.
 *
 * @param type RLIMIT_...; never null
 * @param hard ceiling of the soft limit, unsigned
 * @param soft the limit that is enforced, unsigned
 */
public record PosixRlimit(String type, long hard, long soft) {}
