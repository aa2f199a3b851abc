// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * The system calls jrun makes, typed, each declared once. Two bindings make them: {@link OwnKernel}
 * at once in the core's own process, and the plan's recorder, which turns the same calls into
 * instructions for a process that is allowed to make them. Names, arguments and meaning are those
 * of the manual pages, section 2.
 *
 * <p>A failure is a {@link SyscallException} in the first binding and a reported failure of the
 * step in the second. {@link #ignoring} names errors of the next call that are none.
 */
public abstract class Kernel {
  /** What a call gives. */
  public enum Gives {
    NOTHING,
    FD,
    PID,
    VALUE
  }

  private final List<Errno> ignored = new ArrayList<>(2);

  /**
   * Makes or records one call.
   *
   * @param gives what the result is; {@link Gives#NOTHING} returns null
   * @param name the result's name in a plan
   */
  protected abstract Handle invoke(Gives gives, String name, Syscall call, Arg... args);

  /** Errors of the next call, and of that one only, that count as success. */
  public final Kernel ignoring(Errno... errnos) {
    ignored.addAll(List.of(errnos));
    return this;
  }

  /** Takes what {@link #ignoring} left for the call being made. */
  protected final List<Errno> takeIgnored() {
    if (ignored.isEmpty()) {
      return List.of();
    }
    List<Errno> taken = List.copyOf(ignored);
    ignored.clear();
    return taken;
  }

  private Fd fd(String name, Syscall call, Arg... args) {
    return (Fd) invoke(Gives.FD, name, call, args);
  }

  private void call(Syscall call, Arg... args) {
    invoke(Gives.NOTHING, null, call, args);
  }

  // Files

  public final Fd openat(Fd directory, String path, long flags) {
    return openat(directory, path, flags, 0);
  }

  public final Fd openat(Fd directory, String path, long flags, long mode) {
    return fd(
        "fd",
        Syscall.OPENAT,
        Arg.of(directory),
        Arg.of(path),
        Arg.flags(flags, Flags.OPEN),
        Arg.flags(mode, Flags.MODE));
  }

  /** openat2(2) without a mode: struct open_how of linux/openat2.h, 24 bytes. */
  public final Fd openat2(Fd directory, String path, long flags, long resolve) {
    Block how =
        Block.struct(
                24,
                "{"
                    + FlagNames.spell(Flags.OPEN, flags)
                    + ", "
                    + FlagNames.spell(Flags.RESOLVE, resolve)
                    + "}")
            .u64(0, flags)
            .u64(16, resolve);
    return fd(
        "fd", Syscall.OPENAT2, Arg.of(directory), Arg.of(path), Arg.of(how), Arg.imm(how.size()));
  }

  /** A file in memory, without a name in any directory. */
  public final Fd memfdCreate(String name) {
    return fd("memfd", Syscall.MEMFD_CREATE, Arg.of(name), Arg.imm(Linux.MFD_CLOEXEC));
  }

  public void close(Fd fd) {
    call(Syscall.CLOSE, Arg.of(fd));
  }

  public final void mkdirat(Fd directory, String path, long mode) {
    call(Syscall.MKDIRAT, Arg.of(directory), Arg.of(path), Arg.flags(mode, Flags.MODE));
  }

  /** Makes a node; {@code device} is new_encode_dev's form, see {@link #device}. */
  public final void mknodat(Fd directory, String path, long mode, long device) {
    call(
        Syscall.MKNODAT,
        Arg.of(directory),
        Arg.of(path),
        Arg.flags(mode, Flags.MODE),
        Arg.imm(device));
  }

  public final void symlinkat(String target, Fd directory, String path) {
    call(Syscall.SYMLINKAT, Arg.of(target), Arg.of(directory), Arg.of(path));
  }

  public final void unlinkat(Fd directory, String path, long flags) {
    call(Syscall.UNLINKAT, Arg.of(directory), Arg.of(path), Arg.flags(flags, Flags.AT));
  }

  public final void renameat(Fd from, String path, Fd to, String newPath) {
    call(Syscall.RENAMEAT2, Arg.of(from), Arg.of(path), Arg.of(to), Arg.of(newPath), Arg.imm(0));
  }

  public final void fsync(Fd fd) {
    call(Syscall.FSYNC, Arg.of(fd));
  }

  public final void flock(Fd fd, long operation) {
    call(Syscall.FLOCK, Arg.of(fd), Arg.flags(operation, Flags.LOCK));
  }

  public final void fchmod(Fd fd, long mode) {
    call(Syscall.FCHMOD, Arg.of(fd), Arg.flags(mode, Flags.MODE));
  }

  /** With a mode that an earlier call gave. */
  public final void fchmod(Fd fd, Value mode) {
    call(Syscall.FCHMOD, Arg.of(fd), Arg.of(mode));
  }

  public final void fchown(Fd fd, long uid, long gid) {
    call(
        Syscall.FCHOWNAT,
        Arg.of(fd),
        Arg.of(""),
        Arg.imm(uid),
        Arg.imm(gid),
        Arg.flags(Linux.AT_EMPTY_PATH, Flags.AT));
  }

  /** {@code uid} or {@code gid} of -1 is left as it is. */
  public final void fchownat(Fd directory, String path, long uid, long gid) {
    call(
        Syscall.FCHOWNAT,
        Arg.of(directory),
        Arg.of(path),
        Arg.imm(uid),
        Arg.imm(gid),
        Arg.flags(Linux.AT_SYMLINK_NOFOLLOW, Flags.AT));
  }

  /** With owners that an earlier call gave. */
  public final void fchown(Fd fd, Value uid, Value gid) {
    call(
        Syscall.FCHOWNAT,
        Arg.of(fd),
        Arg.of(""),
        Arg.of(uid),
        Arg.of(gid),
        Arg.flags(Linux.AT_EMPTY_PATH, Flags.AT));
  }

  /** Fills a struct statx of {@link Linux#STATX_SIZE} bytes. */
  public final void statx(Fd directory, String path, long flags, Block into) {
    call(
        Syscall.STATX,
        Arg.of(directory),
        Arg.of(path),
        Arg.flags(flags, Flags.AT),
        Arg.imm(Linux.STATX_BASIC_STATS),
        Arg.of(into));
  }

  public final void faccessat(Fd directory, String path, long mode) {
    call(
        Syscall.FACCESSAT2,
        Arg.of(directory),
        Arg.of(path),
        Arg.imm(mode),
        Arg.flags(Linux.AT_EACCESS, Flags.ACCESS));
  }

  public final void read(Fd fd, Block into) {
    call(Syscall.READ, Arg.of(fd), Arg.of(into), Arg.imm(into.size()));
  }

  /** One read(2): how many bytes it gave. */
  public final Value readOnce(Fd fd, Block into) {
    return (Value)
        invoke(Gives.VALUE, "count", Syscall.READ, Arg.of(fd), Arg.of(into), Arg.imm(into.size()));
  }

  /** pread64(2): at most the block's size, from an offset of the file. */
  public final void pread(Fd fd, Block into, long offset) {
    call(Syscall.PREAD64, Arg.of(fd), Arg.of(into), Arg.imm(into.size()), Arg.imm(offset));
  }

  /** The same, and how many bytes there were. */
  public final Value preadCount(Fd fd, Block into, long offset) {
    return (Value)
        invoke(
            Gives.VALUE,
            "count",
            Syscall.PREAD64,
            Arg.of(fd),
            Arg.of(into),
            Arg.imm(into.size()),
            Arg.imm(offset));
  }

  /** An extended attribute of an open file: its text and a final NUL. */
  public final void fsetxattr(Fd fd, String name, String value) {
    Block text = Block.text(value);
    call(
        Syscall.FSETXATTR,
        Arg.of(fd),
        Arg.of(name),
        Arg.of(text),
        Arg.imm(text.size()),
        Arg.imm(0));
  }

  public final void poll(Block pollfds, int count) {
    call(Syscall.PPOLL, Arg.of(pollfds), Arg.imm(count), Arg.imm(0), Arg.imm(0), Arg.imm(0));
  }

  /** ppoll(2) that waits so long at most: how many are ready. */
  public final Value poll(Block pollfds, int count, long milliseconds) {
    Block time = Block.struct(16, "{" + milliseconds + " ms}");
    return (Value)
        invoke(
            Gives.VALUE,
            "ready",
            Syscall.PPOLL,
            Arg.of(pollfds),
            Arg.imm(count),
            Arg.of(time.u64(0, milliseconds / 1000).u64(8, milliseconds % 1000 * 1_000_000)),
            Arg.imm(0),
            Arg.imm(0));
  }

  /** ppoll(2) that does not wait: how many are ready. */
  public final Value pollNow(Block pollfds, int count) {
    return poll(pollfds, count, Block.struct(16, "{0 s}"));
  }

  /** ppoll(2) that waits for some milliseconds: how many are ready, 0 if none was by then. */
  public final Value pollFor(Block pollfds, int count, long milliseconds) {
    Block time = Block.struct(16, "{" + milliseconds + " ms}");
    return poll(
        pollfds, count, time.u64(0, milliseconds / 1000).u64(8, milliseconds % 1000 * 1_000_000));
  }

  /** struct timespec of linux/time.h. */
  private Value poll(Block pollfds, int count, Block time) {
    return (Value)
        invoke(
            Gives.VALUE,
            "ready",
            Syscall.PPOLL,
            Arg.of(pollfds),
            Arg.imm(count),
            Arg.of(time),
            Arg.imm(0),
            Arg.imm(0));
  }

  public final void fcntl(Fd fd, long command, long value) {
    call(Syscall.FCNTL, Arg.of(fd), Arg.imm(command), Arg.imm(value));
  }

  /** Closes all from this number up. */
  public final void closeRange(long first) {
    closeRange(first, 0xffffffffL);
  }

  /** Closes all from the first to the last, as far as they are open. */
  public final void closeRange(long first, long last) {
    call(Syscall.CLOSE_RANGE, Arg.imm(first), Arg.imm(last), Arg.imm(0));
  }

  /** Makes {@code number} another name of the file, closed by execve. */
  public final void dup3(Fd fd, long number) {
    call(Syscall.DUP3, Arg.of(fd), Arg.imm(number), Arg.flags(Linux.O_CLOEXEC, Flags.OPEN));
  }

  /** Makes {@code to} another name of the file; it outlives execve. */
  public final void dup2(Fd fd, Fd to) {
    call(Syscall.DUP3, Arg.of(fd), Arg.of(to), Arg.imm(0));
  }

  /** Another name of the file, closed by execve, from {@code least} up. */
  public final Fd dup(Fd fd, long least) {
    return fd("fd", Syscall.FCNTL, Arg.of(fd), Arg.imm(Linux.F_DUPFD_CLOEXEC), Arg.imm(least));
  }

  public final void fstatfs(Fd fd, Block into) {
    call(Syscall.FSTATFS, Arg.of(fd), Arg.of(into));
  }

  // Where a process stands

  public final void chdir(String path) {
    call(Syscall.CHDIR, Arg.of(path));
  }

  public final void fchdir(Fd fd) {
    call(Syscall.FCHDIR, Arg.of(fd));
  }

  public final void getcwd(Block into) {
    call(Syscall.GETCWD, Arg.of(into), Arg.imm(into.size()));
  }

  public final void chroot(String path) {
    call(Syscall.CHROOT, Arg.of(path));
  }

  public final void pivotRoot(String newRoot, String putOld) {
    call(Syscall.PIVOT_ROOT, Arg.of(newRoot), Arg.of(putOld));
  }

  // Mounts

  /** mount(2), for a change of propagation and nothing else: all mounts are made by fd. */
  public final void propagation(String path, long flags) {
    call(
        Syscall.MOUNT,
        Arg.of(""),
        Arg.of(path),
        Arg.imm(0),
        Arg.flags(flags, Flags.MS),
        Arg.imm(0));
  }

  public final void umount2(String path, long flags) {
    call(Syscall.UMOUNT2, Arg.of(path), Arg.flags(flags, Flags.UMOUNT));
  }

  public final Fd fsopen(String type) {
    return fd("fs", Syscall.FSOPEN, Arg.of(type), Arg.flags(Linux.FSOPEN_CLOEXEC, Flags.FSOPEN));
  }

  public final Fd fspick(Fd mount) {
    return fd(
        "fs",
        Syscall.FSPICK,
        Arg.of(mount),
        Arg.of(""),
        Arg.flags(Linux.FSPICK_CLOEXEC | Linux.FSPICK_EMPTY_PATH, Flags.FSOPEN));
  }

  public final void fsconfigString(Fd fs, String key, String value) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_STRING, Flags.FSCONFIG),
        Arg.of(key),
        Arg.of(value),
        Arg.imm(0));
  }

  /** The same with a text that is filled in as the program runs. */
  public final void fsconfigString(Fd fs, String key, Block value) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_STRING, Flags.FSCONFIG),
        Arg.of(key),
        Arg.of(value),
        Arg.imm(0));
  }

  public final void fsconfigFlag(Fd fs, String key) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_FLAG, Flags.FSCONFIG),
        Arg.of(key),
        Arg.imm(0),
        Arg.imm(0));
  }

  public final void fsconfigCommand(Fd fs, long command) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(command, Flags.FSCONFIG),
        Arg.imm(0),
        Arg.imm(0),
        Arg.imm(0));
  }

  public final Fd fsmount(Fd fs, long attributes) {
    return fd(
        "mount",
        Syscall.FSMOUNT,
        Arg.of(fs),
        Arg.flags(Linux.FSMOUNT_CLOEXEC, Flags.FSOPEN),
        Arg.flags(attributes, Flags.MOUNT_ATTR));
  }

  public final Fd openTree(Fd directory, String path, long flags) {
    return fd(
        "mount",
        Syscall.OPEN_TREE,
        Arg.of(directory),
        Arg.of(path),
        Arg.flags(flags | Linux.OPEN_TREE_CLOEXEC, Flags.OPEN_TREE));
  }

  /** Attaches a mount to a directory or file, descriptor to descriptor. */
  public final void moveMount(Fd mount, Fd target) {
    call(
        Syscall.MOVE_MOUNT,
        Arg.of(mount),
        Arg.of(""),
        Arg.of(target),
        Arg.of(""),
        Arg.flags(Linux.MOVE_MOUNT_F_EMPTY_PATH | Linux.MOVE_MOUNT_T_EMPTY_PATH, Flags.MOVE_MOUNT));
  }

  /** mount_setattr(2) of an open mount: struct mount_attr of linux/mount.h, 32 bytes. */
  public final void mountSetattr(Fd mount, boolean recursive, MountAttr attr) {
    call(
        Syscall.MOUNT_SETATTR,
        Arg.of(mount),
        Arg.of(""),
        Arg.flags(Linux.AT_EMPTY_PATH | (recursive ? Linux.AT_RECURSIVE : 0), Flags.AT),
        Arg.of(attr.block()),
        Arg.imm(MountAttr.SIZE));
  }

  /** mount_setattr(2) of a mount named by its path. */
  public final void mountSetattr(String path, boolean recursive, MountAttr attr) {
    call(
        Syscall.MOUNT_SETATTR,
        Arg.of(Fd.CWD),
        Arg.of(path),
        Arg.flags(recursive ? Linux.AT_RECURSIVE : 0, Flags.AT),
        Arg.of(attr.block()),
        Arg.imm(MountAttr.SIZE));
  }

  // Namespaces and names

  /** Brings up a network device of the current namespace: netdevice(7), SIOCSIFFLAGS. */
  public final void linkUp(String name) {
    Fd socket =
        fd(
            "socket",
            Syscall.SOCKET,
            Arg.imm(Linux.AF_INET),
            Arg.imm(Linux.SOCK_DGRAM | Linux.O_CLOEXEC),
            Arg.imm(0));
    Block request = Block.struct(Linux.IFREQ_SIZE, "{" + name + ", IFF_UP}");
    for (int i = 0; i < name.length(); i++) {
      request.content()[i] = (byte) name.charAt(i);
    }
    request.u16(Linux.IFREQ_FLAGS_OFFSET, (int) Linux.IFF_UP);
    call(Syscall.IOCTL, Arg.of(socket), Arg.imm(Linux.SIOCSIFFLAGS), Arg.of(request));
    close(socket);
  }

  public final void setns(Fd fd, long type) {
    call(Syscall.SETNS, Arg.of(fd), Arg.flags(type, Flags.CLONE));
  }

  public final void unshare(long flags) {
    call(Syscall.UNSHARE, Arg.flags(flags, Flags.CLONE));
  }

  public final void sethostname(String name) {
    Block text = Block.text(name);
    call(Syscall.SETHOSTNAME, Arg.of(text), Arg.imm(text.size() - 1));
  }

  public final void setdomainname(String name) {
    Block text = Block.text(name);
    call(Syscall.SETDOMAINNAME, Arg.of(text), Arg.imm(text.size() - 1));
  }

  // The process itself

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

  /** Becomes readable when one of these signals, which are blocked, has come. */
  public final Fd signalfd(long set) {
    return fd(
        "signals",
        Syscall.SIGNALFD4,
        Arg.imm(-1),
        Arg.of(Block.struct(8, "{" + hex(set) + "}").u64(0, set)),
        Arg.imm(8),
        Arg.imm(Linux.O_CLOEXEC));
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

  // bpf(2)

  /** BPF_PROG_LOAD; {@code attr} is built by {@link BpfAttr}. */
  public final Fd bpfLoad(Block attr) {
    return fd(
        "bpf",
        Syscall.BPF,
        Arg.flags(Linux.BPF_PROG_LOAD, Flags.BPF),
        Arg.of(attr),
        Arg.imm(attr.size()));
  }

  /** BPF_PROG_GET_FD_BY_ID; needs CAP_SYS_ADMIN in the first user namespace. */
  public final Fd bpfById(Block attr) {
    return fd(
        "bpf",
        Syscall.BPF,
        Arg.flags(Linux.BPF_PROG_GET_FD_BY_ID, Flags.BPF),
        Arg.of(attr),
        Arg.imm(attr.size()));
  }

  public final void bpfInfo(Block attr) {
    call(
        Syscall.BPF,
        Arg.flags(Linux.BPF_OBJ_GET_INFO_BY_FD, Flags.BPF),
        Arg.of(attr),
        Arg.imm(attr.size()));
  }

  /** BPF_PROG_QUERY; needs CAP_NET_ADMIN. */
  public final void bpfQuery(Block attr) {
    call(
        Syscall.BPF,
        Arg.flags(Linux.BPF_PROG_QUERY, Flags.BPF),
        Arg.of(attr),
        Arg.imm(attr.size()));
  }

  public final void bpfAttach(Block attr) {
    call(
        Syscall.BPF,
        Arg.flags(Linux.BPF_PROG_ATTACH, Flags.BPF),
        Arg.of(attr),
        Arg.imm(attr.size()));
  }

  /** A device number as mknodat(2) takes it: new_encode_dev of linux/kdev_t.h. */
  public static long device(long major, long minor) {
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffL) << 12);
  }

  // User namespaces

  /** The directory of a process in /proc, by a pid that only its caller's run will know. */
  public final Fd openProc(Pid pid) {
    byte[] path = "/proc///////////\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    // Slashes before the digits are nothing to the kernel.
    Block block = Block.bytes(path, "\"/proc/" + pid.show() + "\"").patch(6, 10, pid);
    return fd(
        "proc",
        Syscall.OPENAT,
        Arg.of(Fd.CWD),
        Arg.of(block),
        Arg.flags(Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC, Flags.OPEN),
        Arg.flags(0, Flags.MODE));
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

  /** Fills a block with the two descriptors of a pipe, 4 bytes each. */
  public final void pipe2(Block ends) {
    call(Syscall.PIPE2, Arg.of(ends), Arg.flags(Linux.O_CLOEXEC, Flags.OPEN));
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

  /** MOUNT_ATTR_IDMAP of mount_setattr(2): the mount must be detached. */
  public final void mountSetIdmap(Fd mount, boolean recursive, Fd userNamespace) {
    call(
        Syscall.MOUNT_SETATTR,
        Arg.of(mount),
        Arg.of(""),
        Arg.flags(Linux.AT_EMPTY_PATH | (recursive ? Linux.AT_RECURSIVE : 0), Flags.AT),
        Arg.of(
            Block.struct(MountAttr.SIZE, "{set=IDMAP, userns=" + userNamespace.show() + "}")
                .u64(0, Linux.MOUNT_ATTR_IDMAP)
                .patch(24, 8, userNamespace)),
        Arg.imm(MountAttr.SIZE));
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
