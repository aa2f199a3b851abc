// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Who listens where a warm core would, and is none: this very process, so that it is of the same
 * user. Serves one front after the other.
 */
final class Peer implements AutoCloseable {

  private static final int HEADER_SIZE = 8;

  /** What is done with a front that has connected. */
  private interface Manner {
    void serve(SocketChannel front) throws IOException;
  }

  private final Path socket;
  private final ServerSocketChannel listener;

  private Peer(Path socket, Manner manner) {
    this.socket = socket;
    try {
      listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(
        () -> {
          while (listener.isOpen()) {
            try (SocketChannel front = listener.accept()) {
              manner.serve(front);
            }
          }
        });
  }

  /** Hangs up at once. */
  static Peer deaf(Path socket) {
    return new Peer(socket, front -> {});
  }

  /** Says nothing until it is closed. */
  static Peer silent(Path socket) {
    return new Peer(socket, front -> copy(front, null));
  }

  /** Says that it is at work, and after a while with which code to exit. */
  static Peer slow(Path socket, Duration pause, int code) {
    return new Peer(
        socket,
        front -> {
          ByteBuffer working = ByteBuffer.allocate(HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
          front.write(working.putShort(4, (short) 20));
          Workbench.pause(pause.toMillis());
          ByteBuffer exit = ByteBuffer.allocate(HEADER_SIZE + 4).order(ByteOrder.LITTLE_ENDIAN);
          front.write(exit.putInt(0, 4).putShort(4, (short) 18).putInt(HEADER_SIZE, code));
        });
  }

  /**
   * Stands between fronts and a warm core and hangs up on both after so many of the core's frames:
   * to the front it looks as if the core had been killed at that moment.
   */
  static Peer dyingAfter(int frames, Path socket, WarmCore core) {
    return new Peer(
        socket,
        front -> {
          try (SocketChannel behind =
              SocketChannel.open(UnixDomainSocketAddress.of(core.socket()))) {
            start(() -> copy(front, behind));
            for (int i = 0; i < frames; i++) {
              passFrame(behind, front);
            }
          }
        });
  }

  private static void copy(SocketChannel from, SocketChannel to) throws IOException {
    ByteBuffer some = ByteBuffer.allocate(1 << 16);
    while (from.read(some) >= 0) {
      some.flip();
      while (to != null && some.hasRemaining()) {
        to.write(some);
      }
      some.clear();
    }
  }

  /** u32 length, u16 type, u16 zero, the payload: docs/plan.md, "Frames". */
  private static void passFrame(SocketChannel from, SocketChannel to) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    if (!fill(from, header)) {
      return;
    }
    ByteBuffer whole = ByteBuffer.allocate(HEADER_SIZE + header.getInt(0)).put(header.flip());
    if (fill(from, whole)) {
      whole.flip();
      while (whole.hasRemaining()) {
        to.write(whole);
      }
    }
  }

  private static boolean fill(SocketChannel from, ByteBuffer room) throws IOException {
    while (room.hasRemaining()) {
      if (from.read(room) < 0) {
        return false;
      }
    }
    return true;
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One of the two has hung up: what these tests are about.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  Path socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      listener.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
