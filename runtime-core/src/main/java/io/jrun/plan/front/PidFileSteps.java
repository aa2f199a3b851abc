// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.program.Label;
import io.jrun.program.Recorder;

/**
 * The pid file as engines read it: digits alone, and complete when it can be seen. What is no plain
 * file is written to and never replaced: a FIFO, a device, or what /dev/stdout and the like stand
 * for.
 */
public final class PidFileSteps {
  private PidFileSteps() {}

  /** Writes it; {@code path} is looked up by the front, whose name it is. */
  public static void write(Recorder recorder, String path, Pid pid, long umask) {
    recorder.step("write the pid file " + path);
    Block found = Block.room(Linux.STATX_SIZE);
    Label other = new Label();
    Label beside = new Label();
    Label into = new Label();
    Label done = new Label();
    recorder.on(Errno.ENOENT, beside).statx(Fd.CWD, path, Linux.AT_SYMLINK_NOFOLLOW, found);
    unless(recorder, found, Linux.S_IFREG, other);
    recorder.jump(beside);
    recorder.place(other);
    lookBehindLink(recorder, path, found, beside, into);
    requireStream(recorder, path, found, into);
    recorder.place(into);
    writeInto(recorder, path, pid);
    recorder.jump(done);
    recorder.place(beside);
    writeBeside(recorder, path, pid, umask);
    recorder.place(done);
  }

  /** Goes elsewhere unless what was found is of that type. */
  private static void unless(Recorder recorder, Block found, long type, Label elsewhere) {
    recorder
        .on(Errno.ENXIO, elsewhere)
        .check(found, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, type, Errno.ENXIO);
  }

  /**
   * A link to a plain file is replaced, as with runc: who can make links there must not have
   * another file written. Not so a link of procfs's: it is only passed through.
   */
  private static void lookBehindLink(
      Recorder recorder, String path, Block found, Label beside, Label into) {
    Label other = new Label();
    unless(recorder, found, Linux.S_IFLNK, other);
    recorder.on(Errno.ENOENT, beside).on(Errno.ELOOP, into);
    Fd behind =
        recorder.openat2(Fd.CWD, path, Linux.O_PATH | Linux.O_CLOEXEC, Linux.RESOLVE_NO_MAGICLINKS);
    recorder.statx(behind, "", Linux.AT_EMPTY_PATH, found);
    recorder.close(behind);
    unless(recorder, found, Linux.S_IFREG, other);
    recorder.jump(beside);
    recorder.place(other);
  }

  /** Nothing else is written to: not the beginning of a disk. */
  private static void requireStream(Recorder recorder, String path, Block found, Label into) {
    Label other = new Label();
    unless(recorder, found, Linux.S_IFCHR, other);
    recorder.jump(into);
    recorder.place(other);
    recorder
        .failing("pid file " + path + ": is a directory, a block device or a socket")
        .check(found, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFIFO, Errno.EINVAL);
  }

  private static void writeInto(Recorder recorder, String path, Pid pid) {
    Fd file =
        recorder.openat(
            Fd.CWD,
            path,
            Linux.O_WRONLY | Linux.O_APPEND | Linux.O_NONBLOCK | Linux.O_NOCTTY | Linux.O_CLOEXEC);
    recorder.write(file, pid);
    recorder.close(file);
  }

  private static void writeBeside(Recorder recorder, String path, Pid pid, long umask) {
    int slash = path.lastIndexOf('/');
    String temporary = path.substring(0, slash + 1) + "." + path.substring(slash + 1);
    recorder.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, temporary, 0);
    Fd file =
        recorder.openat(
            Fd.CWD,
            temporary,
            Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW | Linux.O_CLOEXEC,
            0666 & ~umask);
    recorder.write(file, pid);
    recorder.close(file);
    recorder.renameat(Fd.CWD, temporary, Fd.CWD, path);
  }

  /** Takes away a plain file, and nothing else. */
  public static void remove(Recorder recorder, String path) {
    recorder.step("take the pid file away");
    Block found = Block.room(Linux.STATX_SIZE);
    Label done = new Label();
    recorder.on(Errno.ENOENT, done).statx(Fd.CWD, path, Linux.AT_SYMLINK_NOFOLLOW, found);
    unless(recorder, found, Linux.S_IFREG, done);
    recorder.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, path, 0);
    recorder.place(done);
  }
}
