// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.linux.OwnProcess;
import io.jrun.linux.Procfs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/**
 * Where a warm core listens: a socket of its own, in a place that is its user's alone, or one that
 * systemd has handed over.
 */
final class DaemonSocket {
  /** sockaddr_un's sun_path, with its NUL. Source: unix(7). */
  private static final int LONGEST_PATH = 107;

  /** Fronts that have connected and are not accepted yet; net.core.somaxconn cuts it. */
  private static final int QUEUE = 4096;

  private final ServerSocketChannel channel;
  private final UserPrincipal user = Procfs.user();

  /** The socket that is this process's to remove; null if systemd holds it. */
  private Path bound;

  /**
   * @param handedOver by systemd, or null
   */
  DaemonSocket(ServerSocketChannel handedOver) throws IOException {
    channel =
        handedOver != null ? handedOver : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  }

  /** The user whose fronts are served. */
  UserPrincipal user() {
    return user;
  }

  /** Waits for the next front. */
  SocketChannel accept() throws IOException {
    return channel.accept();
  }

  /**
   * Makes a socket of that name and listens.
   *
   * @throws ContainerException if there cannot be one, with why
   */
  void listen(Path socket) {
    try {
      bind(socket);
    } catch (IOException | IllegalArgumentException e) {
      throw new ContainerException("cannot listen at " + socket + ": " + reason(e), e);
    }
  }

  private static String reason(Exception failure) {
    return failure instanceof NoSuchFileException
        ? "its directory's parent is not there"
        : failure instanceof AccessDeniedException
            ? "permission denied"
            : failure instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : failure.getMessage();
  }

  /** Only its owner may reach it: the directory is closed to all others from the start. */
  private synchronized void bind(Path socket) throws IOException {
    Path directory = socket.getParent();
    if (directory == null) {
      throw new IOException("that is no file");
    }
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new IOException("the path of a socket has " + LONGEST_PATH + " bytes at most");
    }
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    requirePrivate(directory);
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.readAttributes(socket, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther()) {
        throw new IOException("a file that is no socket is there");
      }
      if (answers(UnixDomainSocketAddress.of(socket))) {
        throw new IOException("a warm core listens there already");
      }
    }
    // Under another name until it listens, so that whoever sees the socket is answered. One left
    // behind by a core that was killed is replaced.
    Path first = directory.resolve("." + ProcessHandle.current().pid());
    OwnProcess.umask(0177);
    try {
      channel.bind(UnixDomainSocketAddress.of(first), QUEUE);
      Files.move(first, socket, StandardCopyOption.ATOMIC_MOVE);
      bound = socket;
    } catch (IOException e) {
      Files.deleteIfExists(first);
      throw e;
    }
  }

  /** Where others may write, they may put a socket of their own in the place of this one. */
  private void requirePrivate(Path directory) throws IOException {
    PosixFileAttributes found = Files.readAttributes(directory, PosixFileAttributes.class);
    if (!found.isDirectory()) {
      throw new IOException(directory + " is not a directory");
    }
    if (!found.owner().equals(user)
        || found.permissions().contains(PosixFilePermission.GROUP_WRITE)
        || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("others can write to " + directory);
    }
  }

  private static boolean answers(UnixDomainSocketAddress address) {
    try (SocketChannel other = SocketChannel.open(address)) {
      return other.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Listens no more. Waits for a bind that is under way: what it makes would stay. */
  synchronized void unbind() throws IOException {
    channel.close();
    Path socket = bound;
    if (socket != null) {
      Files.deleteIfExists(socket);
    }
  }
}
