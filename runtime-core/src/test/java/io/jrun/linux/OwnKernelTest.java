// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import jnr.posix.FileStat;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that any user may make, made. */
class OwnKernelTest {
  /** Not ours, and so a witness. */
  private static final POSIX POSIX = POSIXFactory.getNativePOSIX();

  @TempDir Path directory;
  private final OwnKernel kernel = new OwnKernel();

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  @Test
  void filesAreMadeFoundRenamedAndRemoved() {
    kernel.mkdirat(Fd.CWD, path("d"), 0750);
    Fd d = kernel.openat(Fd.CWD, path("d"), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    assertTrue(d.number() > 2);
    kernel.symlinkat("target", d, "link");
    assertTrue(Files.isSymbolicLink(directory.resolve("d/link")));
    kernel.renameat(d, "link", d, "other");
    kernel.unlinkat(d, "other", 0);
    kernel.close(d);
    kernel.unlinkat(Fd.CWD, path("d"), Linux.AT_REMOVEDIR);
    assertFalse(Files.exists(directory.resolve("d"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aFailureIsAnExceptionWithCallAndErrno() {
    SyscallException e =
        assertThrows(
            SyscallException.class, () -> kernel.openat(Fd.CWD, path("none"), Linux.O_RDONLY));
    assertEquals(Errno.ENOENT.number(), e.errno());
    assertEquals("openat", e.call());
    assertEquals("openat: no such file or directory (ENOENT)", e.getMessage());
    SyscallException closed = assertThrows(SyscallException.class, () -> kernel.close(Fd.of(-1)));
    assertEquals(Errno.EBADF.number(), closed.errno());
  }

  @Test
  void anIgnoredErrorIsNoneForThatOneCall() {
    kernel.mkdirat(Fd.CWD, path("d"), 0700);
    kernel.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, path("d"), 0700);
    assertThrows(SyscallException.class, () -> kernel.mkdirat(Fd.CWD, path("d"), 0700));
    assertThrows(
        SyscallException.class,
        () -> kernel.ignoring(Errno.ENOENT).mkdirat(Fd.CWD, path("d"), 0700));
    Fd none =
        (Fd)
            kernel
                .ignoring(Errno.ENOENT)
                .invoke(
                    Kernel.Gives.FD,
                    "fd",
                    Syscall.OPENAT,
                    Arg.of(Fd.CWD),
                    Arg.of(path("none")),
                    Arg.imm(0),
                    Arg.imm(0));
    assertEquals(-Errno.ENOENT.number(), none.number());
  }

  @Test
  void whatACallWritesIsInTheBlockAfterIt() throws IOException {
    Files.writeString(directory.resolve("f"), "hello");
    Fd f = kernel.openat(Fd.CWD, path("f"), Linux.O_RDONLY | Linux.O_CLOEXEC);
    Block room = Block.room(8);
    kernel.read(f, room);
    assertEquals("hello\0\0\0", new String(room.content(), StandardCharsets.US_ASCII));
    Block stat = Block.room(Linux.STATX_SIZE);
    kernel.statx(f, "", Linux.AT_EMPTY_PATH, stat);
    ByteBuffer view = ByteBuffer.wrap(stat.content()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(Linux.S_IFREG, view.getShort(Linux.STATX_MODE_OFFSET) & Linux.S_IFMT);
    kernel.close(f);
  }

  @Test
  void deviceNumbersAreWhereStatxHasThem() {
    Block stat = Block.room(Linux.STATX_SIZE);
    kernel.statx(Fd.CWD, "/dev/null", 0, stat);
    ByteBuffer view = ByteBuffer.wrap(stat.content()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(Linux.S_IFCHR, view.getShort(Linux.STATX_MODE_OFFSET) & Linux.S_IFMT);
    assertEquals(1, view.getInt(Linux.STATX_RDEV_MAJOR_OFFSET));
    assertEquals(3, view.getInt(Linux.STATX_RDEV_MINOR_OFFSET));
  }

  @Test
  void whatIsToldOfAFileIsWhatAnotherBindingTells() throws IOException {
    Files.writeString(directory.resolve("f"), "hello");
    for (String file : List.of(path("f"), directory.toString(), "/dev/null")) {
      FileStat expected = POSIX.stat(file);
      Block stat = Block.room(Linux.STATX_SIZE);
      kernel.statx(Fd.CWD, file, 0, stat);
      ByteBuffer view = ByteBuffer.wrap(stat.content()).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(expected.mode(), view.getShort(Linux.STATX_MODE_OFFSET) & 0xffff, file);
      assertEquals(expected.ino(), view.getLong(Linux.STATX_INO_OFFSET), file);
    }
  }

  @Test
  void theUmaskIsThatOfTheWholeProcess() {
    int before = POSIX.umask(0);
    try {
      kernel.umask(0137);
      assertEquals(0137, POSIX.umask(before));
    } finally {
      POSIX.umask(before);
    }
  }

  @Test
  void aProcfsHasItsMagic() {
    Fd proc = kernel.openat(Fd.CWD, "/proc", Linux.O_PATH | Linux.O_CLOEXEC);
    Block statfs = Block.room(Linux.STATFS_SIZE);
    kernel.fstatfs(proc, statfs);
    assertEquals(Linux.PROC_SUPER_MAGIC, statfs.readU64(0));
    kernel.close(proc);
  }

  @Test
  void flagsMeanOnThisArchitectureWhatTheyAreCalled() throws IOException {
    Files.writeString(directory.resolve("f"), "");
    Files.createSymbolicLink(directory.resolve("l"), directory.resolve("f"));
    assertEquals(
        Errno.ENOTDIR.number(),
        assertThrows(
                SyscallException.class, () -> kernel.openat(Fd.CWD, path("f"), Linux.O_DIRECTORY))
            .errno());
    assertEquals(
        Errno.ELOOP.number(),
        assertThrows(
                SyscallException.class, () -> kernel.openat(Fd.CWD, path("l"), Linux.O_NOFOLLOW))
            .errno());
    assertEquals(
        Errno.EEXIST.number(),
        assertThrows(
                SyscallException.class,
                () ->
                    kernel.openat(
                        Fd.CWD, path("f"), Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL, 0600))
            .errno());
  }

  @Test
  void aProcessIsHeldByADescriptor() {
    Fd pidfd = kernel.pidfdOpen(Pid.of(ProcessHandle.current().pid()));
    kernel.pidfdSendSignal(pidfd, 0);
    kernel.close(pidfd);
    assertEquals(
        Errno.ESRCH.number(),
        assertThrows(SyscallException.class, () -> kernel.pidfdOpen(Pid.of(4_194_305))).errno());
  }

  @Test
  void numbersAndAddressesArePatchedIntoWhatTheKernelReads() throws IOException {
    Files.writeString(directory.resolve("f"), "x");
    Fd f = kernel.openat(Fd.CWD, path("f"), Linux.O_RDONLY | Linux.O_CLOEXEC);
    Block poll = Block.struct(8, "{f}").patch(0, 4, f).u16(4, (int) Linux.POLLIN);
    kernel.poll(poll, 1);
    assertEquals(
        Linux.POLLIN, ByteBuffer.wrap(poll.content()).order(ByteOrder.LITTLE_ENDIAN).getShort(6));
    kernel.close(f);
  }

  @Test
  void aRegisterHasNoMeaningWhereCallsAreMadeAtOnce() {
    assertThrows(IllegalArgumentException.class, () -> kernel.fchdir(Fd.register(3, "fd")));
  }
}
