// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** Calls on files and descriptors, and on where a process stands. */
public abstract class FileCalls extends Calls {
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
    chown(fd, "", Arg.imm(uid), Arg.imm(gid), Linux.AT_EMPTY_PATH);
  }

  /** {@code uid} or {@code gid} of -1 is left as it is. */
  public final void fchownat(Fd directory, String path, long uid, long gid) {
    chown(directory, path, Arg.imm(uid), Arg.imm(gid), Linux.AT_SYMLINK_NOFOLLOW);
  }

  /** With owners that an earlier call gave. */
  public final void fchown(Fd fd, Value uid, Value gid) {
    chown(fd, "", Arg.of(uid), Arg.of(gid), Linux.AT_EMPTY_PATH);
  }

  private void chown(Fd directory, String path, Arg uid, Arg gid, long flags) {
    call(Syscall.FCHOWNAT, Arg.of(directory), Arg.of(path), uid, gid, Arg.flags(flags, Flags.AT));
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

  /** Fills a block with the two descriptors of a pipe, 4 bytes each. */
  public final void pipe2(Block ends) {
    call(Syscall.PIPE2, Arg.of(ends), Arg.flags(Linux.O_CLOEXEC, Flags.OPEN));
  }

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

  /** A device number as mknodat(2) takes it: new_encode_dev of linux/kdev_t.h. */
  public static long device(long major, long minor) {
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffL) << 12);
  }

  /** inotify_init1(2): a descriptor whose reads do not wait. */
  public final Fd inotifyInit() {
    return fd(
        "inotify",
        Syscall.INOTIFY_INIT1,
        Arg.flags(Linux.O_NONBLOCK | Linux.O_CLOEXEC, Flags.OPEN));
  }

  /** inotify_add_watch(2): {@code events} are IN_ constants of linux/inotify.h. */
  public final void inotifyAddWatch(Fd inotify, String path, long events) {
    call(
        Syscall.INOTIFY_ADD_WATCH, Arg.of(inotify), Arg.of(path), Arg.flags(events, Flags.INOTIFY));
  }
}
