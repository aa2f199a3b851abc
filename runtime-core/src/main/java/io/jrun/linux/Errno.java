// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Arrays;
import java.util.Optional;

/**
 * The kernel's error numbers that jrun meets, with the words a C library has for them. Numbers are
 * those of asm-generic/errno-base.h and errno.h, the same on x86_64 and aarch64.
 */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  ESRCH(3, "no such process"),
  EINTR(4, "interrupted system call"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device or address"),
  E2BIG(7, "argument list too long"),
  ENOEXEC(8, "exec format error"),
  EBADF(9, "bad file descriptor"),
  ECHILD(10, "no child processes"),
  EAGAIN(11, "resource temporarily unavailable"),
  ENOMEM(12, "cannot allocate memory"),
  EACCES(13, "permission denied"),
  EFAULT(14, "bad address"),
  ENOTBLK(15, "block device required"),
  EBUSY(16, "device or resource busy"),
  EEXIST(17, "file exists"),
  EXDEV(18, "invalid cross-device link"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "too many open files in system"),
  EMFILE(24, "too many open files"),
  ENOTTY(25, "inappropriate ioctl for device"),
  ETXTBSY(26, "text file busy"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left on device"),
  ESPIPE(29, "illegal seek"),
  EROFS(30, "read-only file system"),
  EMLINK(31, "too many links"),
  EPIPE(32, "broken pipe"),
  EDOM(33, "numerical argument out of domain"),
  ERANGE(34, "numerical result out of range"),
  EDEADLK(35, "resource deadlock avoided"),
  ENAMETOOLONG(36, "file name too long"),
  ENOLCK(37, "no locks available"),
  ENOSYS(38, "function not implemented"),
  ENOTEMPTY(39, "directory not empty"),
  ELOOP(40, "too many levels of symbolic links"),
  ENODATA(61, "no data available"),
  EPROTO(71, "protocol error"),
  EOVERFLOW(75, "value too large for defined data type"),
  ELIBBAD(80, "accessing a corrupted shared library"),
  EUSERS(87, "too many users"),
  ENOTSOCK(88, "socket operation on non-socket"),
  EPROTOTYPE(91, "protocol wrong type for socket"),
  EOPNOTSUPP(95, "operation not supported"),
  ECONNREFUSED(111, "connection refused"),
  EALREADY(114, "operation already in progress"),
  ECONNRESET(104, "connection reset by peer"),
  ETIMEDOUT(110, "connection timed out"),
  ESTALE(116, "stale file handle"),
  EDQUOT(122, "disk quota exceeded"),
  EKEYREVOKED(128, "key has been revoked");

  private final int number;
  private final String words;

  Errno(int number, String words) {
    this.number = number;
    this.words = words;
  }

  public int number() {
    return number;
  }

  /** What strerror(3) says, in lower case. */
  public String words() {
    return words;
  }

  /**
   * The words and the name of any error number, known here or not: "permission denied (EACCES)".
   */
  public static String describe(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno.words + " (" + errno.name() + ")";
      }
    }
    return "error " + number;
  }

  /** The one with this number, if it is known here. */
  public static Optional<Errno> of(int number) {
    return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
  }

  /** The words alone, as engines match on them. */
  public static String words(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno.words;
      }
    }
    return "error " + number;
  }
}
