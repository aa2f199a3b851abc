// SPDX-License-Identifier: Apache-2.0

/**
 * Filters of system calls: a container's rules turned into classic BPF, with tables of the system
 * calls of each architecture beside them. Bytes alone: nothing is read but those tables. It may use
 * {@code io.jrun.linux} and {@code io.jrun.container}.
 */
package io.jrun.seccomp;
