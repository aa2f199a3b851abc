// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.cgroup.LoadedPrograms;
import io.jrun.lifecycle.ContainerException;
import io.jrun.linux.OwnProcess;
import io.jrun.linux.Procfs;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
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

  /** sockaddr_un's sun_path, with its NUL. Source: unix(7). */
  private static final int LONGEST_PATH = 107;

  /** Which of the caller's and its own must be the same, in the order of CONTEXT. */
  private static final List<String> NAMESPACES = List.of("mnt", "user", "pid", "cgroup");

  private final ServerSocketChannel listener;

  /** The socket that is this process's to remove; null if systemd holds it. */
  private Path bound;

  private final UserPrincipal user;

  /** As many threads as there are requests; an idle one goes after ten seconds. */
  private final ExecutorService requests =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "request");
            thread.setDaemon(true);
            return thread;
          });

  private final SpareMemory memory = new SpareMemory();
  private final AtomicInteger serving = new AtomicInteger();
  private final AtomicLong lastServed = new AtomicLong(System.nanoTime());
  private final List<Long> namespaces = NAMESPACES.stream().map(Procfs::namespace).toList();

  private DaemonMain(ServerSocketChannel listener) throws IOException {
    this.listener = listener;
    this.user = Procfs.user();
  }

  public static void main(String[] args) {
    try {
      DaemonOptions options =
          DaemonOptions.parse(
              List.of(args), Procfs.isRoot(), name -> Optional.ofNullable(System.getenv(name)));
      if (options.help()) {
        System.out.print(Help.of(new DaemonVerb()));
      } else {
        serve(options);
      }
    } catch (ContainerException | UsageException | IOException e) {
      // Nobody is there to word it but this process itself, and nobody to read it but a log.
      System.err.println("jrun daemon: " + OneLine.of(e.getMessage()));
      Runtime.getRuntime().exit(1);
    }
  }

  private static void serve(DaemonOptions options) throws IOException {
    Channel inherited = System.inheritedChannel();
    boolean activated = inherited instanceof ServerSocketChannel;
    DaemonMain daemon =
        new DaemonMain(
            activated
                ? (ServerSocketChannel) inherited
                : ServerSocketChannel.open(StandardProtocolFamily.UNIX));
    // Before there is a socket: whoever sees it and tells this process to end leaves none behind.
    Runtime.getRuntime().addShutdownHook(new Thread(daemon::drain));
    if (!activated) {
      daemon.listen(options.socket());
    }
    LoadedPrograms.shared().stay();
    // The files it makes get the mode that their caller wants.
    OwnProcess.umask(0);
    daemon.rehearse();
    if (options.idleSeconds() > 0) {
      daemon.watchIdleness(options.idleSeconds());
    }
    daemon.accept();
  }

  private void listen(Path socket) {
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
      listener.bind(UnixDomainSocketAddress.of(first));
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
              } finally {
                memory.settle();
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
      if (open.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(user)) {
        Front front = new Front(Channels.newInputStream(open), Channels.newOutputStream(open));
        Optional<String> objection = objection(front.caller());
        if (objection.isEmpty()) {
          front.exit(new Invocation(front).run());
          // When nobody waits any more.
          LoadedPrograms.shared().loadMissed();
          memory.look(requests);
        } else if (GlobalOptions.demandsWarm(front.caller())) {
          front.exit(new Invocation(front).refuse(place(front.caller()) + objection.get()));
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
   * Why a caller is not ours, if so: it is of another build, or sees another host than this process
   * does.
   */
  private Optional<String> objection(CallerContext caller) {
    if (!caller.version().equals(Version.number())) {
      return Optional.of("it is of version " + Version.number() + " and not " + caller.version());
    }
    for (int i = 0; i < NAMESPACES.size(); i++) {
      if (!caller.namespaces().get(i).equals(namespaces.get(i))) {
        return Optional.of("it lives in another " + NAMESPACES.get(i) + " namespace");
      }
    }
    return Optional.empty();
  }

  /** Where the caller has found this core. */
  private static String place(CallerContext caller) {
    return "no warm core at "
        + DaemonOptions.place(caller.euid() == 0, caller::variable).orElse("?")
        + ": ";
  }

  private void watchIdleness(long seconds) {
    // Only now can there be a request: on a slow machine the time may be over already.
    lastServed.set(System.nanoTime());
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
      unbind();
    } catch (IOException e) {
      // It ends all the same.
      return;
    }
    for (long waited = 0; serving.get() > 0 && waited < DRAIN_MS; waited += 10) {
      pause(10);
    }
  }

  /** Waits for a bind that is under way: what it makes would stay. */
  private synchronized void unbind() throws IOException {
    listener.close();
    Path socket = bound;
    if (socket != null) {
      Files.deleteIfExists(socket);
    }
  }

  static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
