// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.nio.charset.StandardCharsets;

/** Sockets of the file system: unix(7). */
public final class UnixSocket {
  /** How long a path can be, in bytes: sun_path of linux/un.h, less its NUL. */
  public static final int MAX_PATH = 107;

  private static final int ADDRESS_SIZE = 110;

  private UnixSocket() {}

  /**
   * A stream connected to whoever listens at the path. It fails with EAGAIN and does not wait where
   * nobody accepts connections.
   */
  public static Fd connect(Kernel k, String path) {
    Fd socket =
        (Fd)
            k.invoke(
                Kernel.Gives.FD,
                "socket",
                Syscall.SOCKET,
                Arg.imm(Linux.AF_UNIX),
                Arg.imm(Linux.SOCK_STREAM | Linux.O_NONBLOCK | Linux.O_CLOEXEC),
                Arg.imm(0));
    k.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.CONNECT,
        Arg.of(socket),
        Arg.of(address(path)),
        Arg.imm(ADDRESS_SIZE));
    return socket;
  }

  /** struct sockaddr_un of linux/un.h, 110 bytes. */
  private static Block address(String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length > MAX_PATH) {
      throw new IllegalArgumentException("a socket's path has " + MAX_PATH + " bytes at most");
    }
    Block block = Block.struct(ADDRESS_SIZE, "{AF_UNIX, " + Block.text(path).show() + "}");
    block.u16(0, (int) Linux.AF_UNIX);
    System.arraycopy(name, 0, block.content(), 2, name.length);
    return block;
  }
}
