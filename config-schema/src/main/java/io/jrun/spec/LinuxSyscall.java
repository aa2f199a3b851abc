// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * A rule of the system call filter: config-linux.md, "Seccomp", {@code syscalls}.
 *
 * @param names system calls; never null
 * @param action SCMP_ACT_...; never null
 * @param errnoRet errno of the action, 0 to 4294967295
 * @param args conditions
 */
public record LinuxSyscall(
    List<String> names, String action, Long errnoRet, List<LinuxSeccompArg> args) {}
