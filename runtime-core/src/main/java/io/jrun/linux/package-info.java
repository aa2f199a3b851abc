// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel as Java sees it. The package owns the one typed interface of system calls ({@link
 * io.jrun.linux.Kernel}) and the binding that executes them at once ({@link
 * io.jrun.linux.OwnKernel}), the numbers and layouts of the kernel's user-space headers for x86_64
 * and aarch64, each with its header named beside it, and what the host's /proc says ({@link
 * io.jrun.linux.Procfs}). It uses no other package of jrun, and it is the only one that uses jnr.
 *
 * <p>It promises that a descriptor or a pid is never a bare number, that every call is declared
 * once, and that no structure handed to the kernel is shorter than the kernel may write. It has no
 * opinions about containers.
 */
package io.jrun.linux;
