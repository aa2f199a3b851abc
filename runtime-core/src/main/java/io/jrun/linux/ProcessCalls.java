// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.List;

/** Calls on processes: the one that makes them, and others. */
public abstract class ProcessCalls extends MountCalls {
  public final void umask(long mask) {
    call(Syscall.UMASK, Arg.flags(mask, Flags.MODE));
  }

  public final void setsid() {
    call(Syscall.SETSID);
  }

  /** prlimit64(2) of the calling process; limits are unsigned. */
  public final void setrlimit(Rlimit limit, long soft, long hard) {
    Block block =
        Block.struct(
            16,
            "{soft=" + Long.toUnsignedString(soft) + ", hard=" + Long.toUnsignedString(hard) + "}");
    block.u64(0, soft).u64(8, hard);
    call(
        Syscall.PRLIMIT64,
        Arg.imm(0),
        Arg.flags(limit.number(), Flags.RLIMIT),
        Arg.of(block),
        Arg.imm(0));
  }

  public final void setgroups(List<Long> gids) {
    Block block = Block.struct(Math.max(4, gids.size() * 4), gids);
    for (int i = 0; i < gids.size(); i++) {
      block.u32(i * 4, gids.get(i));
    }
    call(Syscall.SETGROUPS, Arg.imm(gids.size()), Arg.of(block));
  }

  public final void setresgid(long gid) {
    call(Syscall.SETRESGID, Arg.imm(gid), Arg.imm(gid), Arg.imm(gid));
  }

  public final void setresuid(long uid) {
    call(Syscall.SETRESUID, Arg.imm(uid), Arg.imm(uid), Arg.imm(uid));
  }

  /** capset(2) of the calling thread, version 3: linux/capability.h. */
  public final void capset(long effective, long permitted, long inheritable) {
    call(
        Syscall.CAPSET,
        Arg.of(capHeader()),
        Arg.of(
            Block.struct(
                    24,
                    "{effective="
                        + hex(effective)
                        + ", permitted="
                        + hex(permitted)
                        + ", inheritable="
                        + hex(inheritable)
                        + "}")
                .u32(0, effective)
                .u32(4, permitted)
                .u32(8, inheritable)
                .u32(12, effective >>> 32)
                .u32(16, permitted >>> 32)
                .u32(20, inheritable >>> 32)));
  }

  public final void capget(Block into) {
    call(Syscall.CAPGET, Arg.of(capHeader()), Arg.of(into));
  }

  private static Block capHeader() {
    return Block.struct(8, "{_LINUX_CAPABILITY_VERSION_3}").u32(0, 0x20080522L);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  public final void prctl(long option, long... values) {
    Arg[] args = new Arg[5];
    args[0] = Arg.flags(option, Flags.PRCTL);
    for (int i = 1; i < args.length; i++) {
      args[i] = Arg.imm(i <= values.length ? values[i - 1] : 0);
    }
    call(Syscall.PRCTL, args);
  }

  /** prctl(2) that answers yes or no. */
  public final Value prctlQuery(long option, long value, long argument) {
    return (Value)
        invoke(
            Gives.VALUE,
            "answer",
            Syscall.PRCTL,
            Arg.flags(option, Flags.PRCTL),
            Arg.imm(value),
            Arg.imm(argument),
            Arg.imm(0),
            Arg.imm(0));
  }

  public final void setName(String name) {
    call(
        Syscall.PRCTL,
        Arg.flags(Linux.PR_SET_NAME, Flags.PRCTL),
        Arg.of(name),
        Arg.imm(0),
        Arg.imm(0),
        Arg.imm(0));
  }

  public final Value joinSessionKeyring(String name) {
    return (Value)
        invoke(
            Gives.VALUE,
            "keyring",
            Syscall.KEYCTL,
            Arg.flags(Linux.KEYCTL_JOIN_SESSION_KEYRING, Flags.KEYCTL),
            Arg.of(name));
  }

  public final void keyringPermissions(Value keyring, long permissions) {
    call(
        Syscall.KEYCTL,
        Arg.flags(Linux.KEYCTL_SETPERM, Flags.KEYCTL),
        Arg.of(keyring),
        Arg.imm(permissions));
  }

  /** Blocks the signals of a 64-bit set, bit 0 being signal 1. */
  public final void blockSignals(long set) {
    call(
        Syscall.RT_SIGPROCMASK,
        Arg.imm(Linux.SIG_SETMASK),
        Arg.of(Block.struct(8, "{" + hex(set) + "}").u64(0, set)),
        Arg.imm(0),
        Arg.imm(8));
  }

  public final void execve(String path, Block argv, Block envp) {
    call(Syscall.EXECVE, Arg.of(path), Arg.of(argv), Arg.of(envp));
  }

  // Other processes

  public final Fd pidfdOpen(Pid pid) {
    return fd("pidfd", Syscall.PIDFD_OPEN, Arg.of(pid), Arg.imm(0));
  }

  public final void pidfdSendSignal(Fd pidfd, int signal) {
    call(Syscall.PIDFD_SEND_SIGNAL, Arg.of(pidfd), Arg.imm(signal), Arg.imm(0), Arg.imm(0));
  }

  /** A descriptor of another process as one's own: pidfd_getfd(2). */
  public final Fd pidfdGetfd(Fd pidfd, Value number) {
    return fd("theirs", Syscall.PIDFD_GETFD, Arg.of(pidfd), Arg.of(number), Arg.imm(0));
  }

  /** With a signal that whoever runs the program fills in. */
  public final void pidfdSendSignal(Fd pidfd, Value signal) {
    call(Syscall.PIDFD_SEND_SIGNAL, Arg.of(pidfd), Arg.of(signal), Arg.imm(0), Arg.imm(0));
  }

  /** Waits for a child to end. */
  public final void waitid(Fd pidfd) {
    call(
        Syscall.WAITID,
        Arg.imm(Linux.P_PIDFD),
        Arg.of(pidfd),
        Arg.of(Block.room(128)),
        Arg.imm(Linux.WEXITED),
        Arg.imm(0));
  }

  /** clone3(2) as fork(2), with namespaces of the child's own: 0 in the child. */
  public final Pid cloneChild(long flags) {
    Block arguments =
        Block.struct(64, "{" + FlagNames.spell(Flags.CLONE, flags) + "}").u64(0, flags);
    arguments.u64(32, SIGCHLD);
    return (Pid) invoke(Gives.PID, "child", Syscall.CLONE3, Arg.of(arguments), Arg.imm(64));
  }

  private static final long SIGCHLD = 17;

  public final void exitGroup(long status) {
    call(Syscall.EXIT_GROUP, Arg.imm(status));
  }

  /** Waits for a child to end. */
  public final void waitid(Pid child) {
    call(
        Syscall.WAITID,
        Arg.imm(Linux.P_PID),
        Arg.of(child),
        Arg.of(Block.room(128)),
        Arg.imm(Linux.WEXITED),
        Arg.imm(0));
  }

  /** prlimit64(2) of another process. */
  public final void setrlimit(Pid pid, Rlimit limit, long soft, long hard) {
    Block block =
        Block.struct(
            16,
            "{soft=" + Long.toUnsignedString(soft) + ", hard=" + Long.toUnsignedString(hard) + "}");
    block.u64(0, soft).u64(8, hard);
    call(
        Syscall.PRLIMIT64,
        Arg.of(pid),
        Arg.flags(limit.number(), Flags.RLIMIT),
        Arg.of(block),
        Arg.imm(0));
  }
}
