// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * Calls on terminals: ioctl(2) with the requests of ioctl_tty(2). The numbers are those of
 * asm-generic/ioctls.h, which x86_64 and aarch64 share.
 */
public final class Tty {
  /** Bytes of struct termios of asm-generic/termbits.h. */
  public static final int TERMIOS_SIZE = 36;

  /** Where c_oflag is in it. */
  public static final int OFLAG_OFFSET = 4;

  /** Bytes of struct winsize: rows, columns and two of no meaning, 16 bits each. */
  public static final int WINSIZE_SIZE = 8;

  /** Of c_oflag: output is processed. */
  public static final long OPOST = 1;

  private Tty() {}

  /** Unlocks the slave of a master just opened. */
  public static void unlock(Kernel kernel, Fd master) {
    Block no = Block.struct(4, "{0}");
    call(kernel, master, Linux.TIOCSPTLCK, Arg.of(no));
  }

  /** The slave of a master, without a look-up by its name. */
  public static Fd peer(Kernel kernel, Fd master) {
    return (Fd)
        kernel.invoke(
            Kernel.Gives.FD,
            "tty",
            Syscall.IOCTL,
            Arg.of(master),
            Arg.flags(Linux.TIOCGPTPEER, Flags.IOCTL),
            Arg.flags(Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_CLOEXEC, Flags.OPEN));
  }

  /** Fills a struct termios; fails with ENOTTY where there is no terminal. */
  public static void modes(Kernel kernel, Fd tty, Block into) {
    call(kernel, tty, Linux.TCGETS, Arg.of(into));
  }

  public static void setModes(Kernel kernel, Fd tty, Block modes) {
    call(kernel, tty, Linux.TCSETS, Arg.of(modes));
  }

  public static void size(Kernel kernel, Fd tty, Block into) {
    call(kernel, tty, Linux.TIOCGWINSZ, Arg.of(into));
  }

  public static void setSize(Kernel kernel, Fd tty, Block size) {
    call(kernel, tty, Linux.TIOCSWINSZ, Arg.of(size));
  }

  /** A struct winsize. */
  public static Block winsize(int rows, int columns) {
    return Block.struct(WINSIZE_SIZE, "{" + rows + " rows, " + columns + " columns}")
        .u16(0, rows)
        .u16(2, columns);
  }

  /** Makes it the controlling terminal of the session that the caller leads. */
  public static void makeControlling(Kernel kernel, Fd tty) {
    call(kernel, tty, Linux.TIOCSCTTY, Arg.imm(0));
  }

  private static void call(Kernel kernel, Fd tty, long request, Arg argument) {
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.IOCTL,
        Arg.of(tty),
        Arg.flags(request, Flags.IOCTL),
        argument);
  }
}
