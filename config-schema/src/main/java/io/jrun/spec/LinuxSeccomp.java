// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * The system call filter: config-linux.md, "Seccomp".
 *
 * @param defaultAction SCMP_ACT_...; never null
 * @param defaultErrnoRet errno of the default action, 0 to 4294967295
 * @param architectures SCMP_ARCH_...
 * @param flags SECCOMP_FILTER_FLAG_...; absent (null) and empty differ
 * @param listenerPath socket that receives the notify fd
 * @param listenerMetadata opaque text for that socket
 * @param syscalls rules
 */
public record LinuxSeccomp(
    String defaultAction,
    Long defaultErrnoRet,
    List<String> architectures,
    List<String> flags,
    String listenerPath,
    String listenerMetadata,
    List<LinuxSyscall> syscalls) {}
