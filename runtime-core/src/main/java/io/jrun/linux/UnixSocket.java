// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.nio.charset.StandardCharsets;

/** Sockets of the file system, and descriptors sent over them: unix(7). */
public final class UnixSocket {
  /** How long a path can be, in bytes: sun_path of linux/un.h, less its NUL. */
  public static final int MAX_PATH = 107;

  private static final int ADDRESS_SIZE = 110;

  private UnixSocket() {}

  /**
   * A stream connected to whoever listens at the path. It fails with EAGAIN and does not wait where
   * nobody accepts connections.
   */
  public static Fd connect(Kernel kernel, String path) {
    Fd socket =
        (Fd)
            kernel.invoke(
                Kernel.Gives.FD,
                "socket",
                Syscall.SOCKET,
                Arg.imm(Linux.AF_UNIX),
                Arg.imm(Linux.SOCK_STREAM | Linux.O_NONBLOCK | Linux.O_CLOEXEC),
                Arg.imm(0));
    connect(kernel, socket, path);
    return socket;
  }

  /** A socket for a stream of bytes. */
  public static Fd stream(Kernel kernel) {
    return (Fd)
        kernel.invoke(
            Kernel.Gives.FD,
            "socket",
            Syscall.SOCKET,
            Arg.imm(Linux.AF_UNIX),
            Arg.imm(Linux.SOCK_STREAM | Linux.O_CLOEXEC),
            Arg.imm(0));
  }

  /** A socket for messages; {@code flags} may have O_NONBLOCK. */
  public static Fd datagrams(Kernel kernel, long flags) {
    return (Fd)
        kernel.invoke(
            Kernel.Gives.FD,
            "socket",
            Syscall.SOCKET,
            Arg.imm(Linux.AF_UNIX),
            Arg.imm(Linux.SOCK_DGRAM | Linux.O_CLOEXEC | flags),
            Arg.imm(0));
  }

  /** Gives a socket a path, which must be nobody's yet. */
  public static void bind(Kernel kernel, Fd socket, String path) {
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.BIND,
        Arg.of(socket),
        Arg.of(address(path)),
        Arg.imm(ADDRESS_SIZE));
  }

  /** Connects a socket to whoever listens at a path; "@name" is the abstract name. */
  public static void connect(Kernel kernel, Fd socket, String path) {
    Block address = address(path);
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.CONNECT,
        Arg.of(socket),
        Arg.of(address),
        // An abstract name is as long as the address says.
        Arg.imm(
            path.startsWith("@")
                ? 2 + path.getBytes(StandardCharsets.UTF_8).length
                : ADDRESS_SIZE));
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
    if (path.startsWith("@")) {
      block.content()[2] = 0;
    }
    return block;
  }

  /**
   * Sends a text, and a descriptor beside it: struct msghdr of linux/socket.h, SCM_RIGHTS.
   *
   * @return how many bytes of the text were sent
   */
  public static Value send(Kernel kernel, Fd socket, Block text, Fd passed) {
    Block vector = Block.struct(16, "{" + text.show() + "}").pointer(0, text).u64(8, text.size());
    Block control =
        Block.struct(24, "{SCM_RIGHTS " + passed.show() + "}")
            .u64(0, 20)
            .u32(8, Linux.SOL_SOCKET)
            .u32(12, Linux.SCM_RIGHTS)
            .patch(16, 4, passed);
    Block message =
        Block.struct(56, "{" + text.show() + ", SCM_RIGHTS " + passed.show() + "}")
            .pointer(16, vector)
            .u64(24, 1)
            .pointer(32, control)
            .u64(40, control.size());
    return (Value)
        kernel.invoke(
            Kernel.Gives.VALUE,
            "sent",
            Syscall.SENDMSG,
            Arg.of(socket),
            Arg.of(message),
            Arg.imm(Linux.MSG_NOSIGNAL));
  }

  /** A pair of connected sockets that keep messages apart: fills 8 bytes, 4 for each of them. */
  public static void pairOfMessages(Kernel kernel, Block ends) {
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.SOCKETPAIR,
        Arg.imm(Linux.AF_UNIX),
        Arg.imm(Linux.SOCK_SEQPACKET | Linux.O_CLOEXEC),
        Arg.imm(0),
        Arg.of(ends));
  }

  /**
   * Room for a message, and for a descriptor that comes along.
   *
   * @param header struct msghdr of linux/socket.h: the kernel leaves there what has come
   * @param control where a descriptor's number is, if one has come
   */
  public record Message(Block header, Block control) {
    /** Where in {@link #header} the length of what came beside is: 8 bytes. */
    public static final int CONTROL_LENGTH = 40;

    /** That length with one descriptor. */
    public static final int ONE_DESCRIPTOR = 24;

    /** Where in {@link #control} the descriptor's number is: 4 bytes. */
    public static final int DESCRIPTOR = 16;

    /** Room for any number of messages, one after the other. */
    public static Message into(Block bytes) {
      Block vector = Block.struct(16, bytes.show()).pointer(0, bytes).u64(8, bytes.size());
      Block control = Block.struct(ONE_DESCRIPTOR, "room for a descriptor");
      Block header =
          Block.struct(56, "{" + bytes.show() + ", room for a descriptor}")
              .pointer(16, vector)
              .u64(24, 1)
              .pointer(32, control)
              .patch(CONTROL_LENGTH, 8, Value.of(control.size()));
      return new Message(header, control);
    }
  }

  /**
   * Waits for a message; at most one descriptor is taken, closed by execve.
   *
   * @return how many bytes it has; 0 at the end
   */
  public static Value receive(Kernel kernel, Fd socket, Message message) {
    return (Value)
        kernel.invoke(
            Kernel.Gives.VALUE,
            "count",
            Syscall.RECVMSG,
            Arg.of(socket),
            Arg.of(message.header()),
            Arg.imm(Linux.MSG_CMSG_CLOEXEC));
  }
}
