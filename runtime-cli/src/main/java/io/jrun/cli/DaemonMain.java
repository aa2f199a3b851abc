// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.linux.Procfs;
import io.jrun.linux.Umask;
import io.jrun.shim.CallerContext;
import io.jrun.shim.Front;
import io.jrun.shim.ShimException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jdk.net.ExtendedSocketOptions;

/**
 * The warm core: the same core, resident. Each front that connects is served by a thread of its
 * own, and nothing is kept between two requests but what the JVM has compiled. All state is in
 * files, so that it may be ended at any time; it ends by itself when it is not asked for long
 * enough.
 */
public final class DaemonMain {
  private static final int REHEARSALS = 300;
  private static final long DRAIN_MS = 10_000;

  private final ServerSocketChannel listener;

  /** The socket that is this process's to remove; null if systemd holds it. */
  private volatile Path bound;

  private final String user;

  /** As many threads as there are requests; an idle one goes after a minute. */
  private final ExecutorService requests =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "request");
            thread.setDaemon(true);
            return thread;
          });

  private final AtomicInteger serving = new AtomicInteger();
  private final AtomicLong lastServed = new AtomicLong(System.nanoTime());
  private final List<Long> namespaces =
      List.of(
          Procfs.namespace("mnt"),
          Procfs.namespace("user"),
          Procfs.namespace("pid"),
          Procfs.namespace("cgroup"));

  private DaemonMain(ServerSocketChannel listener) {
    this.listener = listener;
    this.user = System.getProperty("user.name");
  }

  public static void main(String[] args) throws IOException {
    DaemonOptions options = DaemonOptions.parse(args);
    Channel inherited = System.inheritedChannel();
    boolean activated = inherited instanceof ServerSocketChannel;
    Path socket = options.socket();
    DaemonMain daemon =
        new DaemonMain(
            activated
                ? (ServerSocketChannel) inherited
                : ServerSocketChannel.open(StandardProtocolFamily.UNIX));
    // Before there is a socket: whoever sees it and tells this process to end leaves none behind.
    Runtime.getRuntime().addShutdownHook(new Thread(daemon::drain));
    if (!activated) {
      daemon.listen(socket);
    }
    daemon.rehearse();
    if (options.idleSeconds() > 0) {
      daemon.watchIdleness(options.idleSeconds());
    }
    daemon.accept();
  }

  /** Only its owner may reach it: the directory is closed to all others from the start. */
  private void listen(Path socket) throws IOException {
    Path directory = socket.getParent();
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    if (Files.exists(socket)) {
      if (answers(address)) {
        throw new IOException(socket + ": a warm core listens there already");
      }
      Files.delete(socket); // left behind by one that was killed
    }
    int before = Umask.set(0177);
    bound = socket;
    try {
      listener.bind(address);
    } catch (IOException e) {
      bound = null;
      throw e;
    } finally {
      Umask.set(before);
    }
  }

  private static boolean answers(UnixDomainSocketAddress address) {
    try (SocketChannel other = SocketChannel.open(address)) {
      return other.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Beside the first requests, which wait for nothing: they are only slower than later ones. */
  private void rehearse() {
    Thread thread =
        new Thread(
            () -> {
              try {
                Training.rehearse(REHEARSALS);
              } catch (IOException e) {
                // Then the first requests are the training.
                return;
              }
            },
            "rehearsal");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      SocketChannel front;
      try {
        front = listener.accept();
      } catch (ClosedChannelException e) {
        return;
      }
      serving.incrementAndGet();
      requests.execute(() -> serve(front));
    }
  }

  private void serve(SocketChannel channel) {
    try (SocketChannel open = channel) {
      if (open.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName().equals(user)) {
        Front front = new Front(Channels.newInputStream(open), Channels.newOutputStream(open));
        if (isFor(front.caller())) {
          front.exit(new Invocation(front).run());
        } else {
          front.decline();
        }
      }
    } catch (IOException | ShimException e) {
      // That front has gone; nobody else is concerned.
      return;
    } finally {
      lastServed.set(System.nanoTime());
      serving.decrementAndGet();
    }
  }

  /**
   * A caller that sees another host than this process does, or is of another build, is not ours.
   */
  private boolean isFor(CallerContext caller) {
    return caller.version().equals(Version.number()) && caller.namespaces().equals(namespaces);
  }

  private void watchIdleness(long seconds) {
    Thread watch =
        new Thread(
            () -> {
              while (serving.get() > 0 || idleSeconds() < seconds) {
                pause(Math.max(1000, TimeUnit.SECONDS.toMillis(seconds - idleSeconds())));
              }
              Runtime.getRuntime().exit(0);
            },
            "idleness");
    watch.setDaemon(true);
    watch.start();
  }

  private long idleSeconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastServed.get());
  }

  /** No more requests; those there are may end. */
  private void drain() {
    try {
      listener.close();
      Path socket = bound;
      if (socket != null) {
        Files.deleteIfExists(socket);
      }
    } catch (IOException e) {
      // It ends all the same.
      return;
    }
    for (long waited = 0; serving.get() > 0 && waited < DRAIN_MS; waited += 10) {
      pause(10);
    }
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
