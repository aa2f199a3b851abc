// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * A process of the container: config.md, "Process". The same object is {@code config.json}'s {@code
 * process} and the whole of the document that {@code exec --process} takes.
 *
 * <p>It has more components than a record should, because the JSON object is flat: grouping them
 * would give the reader of an error a name that the document does not have.
 *
 * @param terminal whether a pseudo-terminal is wanted; absent is false
 * @param consoleSize size of that terminal, in characters
 * @param user ids of the process
 * @param args argument vector; args[0] is the program
 * @param env environment, KEY=value
 * @param cwd absolute working directory
 * @param capabilities capability sets
 * @param rlimits resource limits
 * @param noNewPrivileges prctl(PR_SET_NO_NEW_PRIVS); absent is false
 * @param apparmorProfile AppArmor profile
 * @param oomScoreAdj /proc/[pid]/oom_score_adj; null leaves it unchanged
 * @param scheduler sched_setattr(2)
 * @param selinuxLabel SELinux context
 * @param ioPriority ioprio_set(2)
 * @param execCPUAffinity CPUs of an exec process
 */
public record Process(
    Boolean terminal,
    Box consoleSize,
    User user,
    List<String> args,
    List<String> env,
    String cwd,
    LinuxCapabilities capabilities,
    List<PosixRlimit> rlimits,
    Boolean noNewPrivileges,
    String apparmorProfile,
    Integer oomScoreAdj,
    Scheduler scheduler,
    String selinuxLabel,
    LinuxIoPriority ioPriority,
    CpuAffinity execCPUAffinity) {}
