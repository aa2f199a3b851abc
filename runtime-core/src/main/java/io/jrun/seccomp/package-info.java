// SPDX-License-Identifier: Apache-2.0

/**
 * Filters of system calls: a container's rules turned into classic BPF by libseccomp, with what
 * libseccomp does not do put before it, and kept, so that a known profile takes neither the library
 * nor jnr. It may use {@code io.jrun.linux} and {@code io.jrun.container}, and read the kept files
 * below the state root; writing them is a step of a program.
 */
package io.jrun.seccomp;
