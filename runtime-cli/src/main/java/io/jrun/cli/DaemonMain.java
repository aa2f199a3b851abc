// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.host.LoadedPrograms;
import io.jrun.linux.OwnProcess;
import io.jrun.linux.Procfs;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import io.jrun.wire.FrontException;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/**
 * The warm core: the same core, resident. Each front that connects is served by a thread of its
 * own, and nothing is kept between two requests but what the JVM has compiled. All state is in
 * files, so that it may be ended at any time; it ends by itself when it is not asked for long
 * enough.
 */
public final class DaemonMain {
  private static final int REHEARSALS = 300;

  /** Between a front's connecting and its first words there is next to nothing. */
  private static final long SILENT_MS = 500;

  private static final long DRAIN_MS = 10_000;
  private static final long SHORTAGE_MS = 50;

  /** Which of the caller's and its own must be the same, in the order of CONTEXT. */
  private static final List<String> NAMESPACES = List.of("mnt", "user", "pid", "cgroup");

  private final DaemonSocket socket;

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
  private final Connections connections = new Connections();

  /** A descriptor for when there are no others. */
  private FileChannel reserve;

  private final Optional<Map<String, Object>> root = Procfs.rootOf("self");
  private final List<Long> namespaces = NAMESPACES.stream().map(Procfs::namespace).toList();

  private DaemonMain(DaemonSocket socket) {
    this.socket = socket;
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
        new DaemonMain(new DaemonSocket(activated ? (ServerSocketChannel) inherited : null));
    // Before there is a socket: whoever sees it and tells this process to end leaves none behind.
    Runtime.getRuntime().addShutdownHook(new Thread(daemon::drain));
    if (!activated) {
      daemon.socket.listen(options.socket());
    }
    LoadedPrograms.shared().stay();
    // The files it makes get the mode that their caller wants.
    OwnProcess.umask(0);
    daemon.rehearse();
    if (options.idleSeconds() > 0) {
      daemon.watchIdleness(options.idleSeconds());
    }
    daemon.reserve = openReserve();
    daemon.connections.watch();
    daemon.accept();
  }

  /**
   * Beside the first requests, which wait for nothing: they are only slower than later ones. A
   * native core has nothing to learn by it.
   */
  private void rehearse() {
    if (Version.isNative()) {
      memory.settle();
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              try {
                Training.rehearse(REHEARSALS);
              } catch (IOException | OutOfMemoryError e) {
                // Then the first requests are the training.
                memory.settle();
                return;
              }
              memory.settle();
            },
            "rehearsal");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Serves whoever comes, until the socket is closed. What runs out (descriptors, threads, memory)
   * ends no core: who cannot be served is let go, and goes to a cold one.
   */
  private void accept() {
    while (true) {
      try {
        admit(socket.accept());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | OutOfMemoryError e) {
        acceptByReserve();
      }
    }
  }

  /** Without a descriptor none can be accepted, and so none be let go: one is kept for that. */
  private void acceptByReserve() {
    try {
      reserve.close();
      SocketChannel front = socket.accept();
      try {
        reserve = openReserve();
      } catch (IOException e) {
        front.close();
        reserve = openReserve();
        return;
      }
      admit(front);
    } catch (IOException | OutOfMemoryError e) {
      Pause.of(SHORTAGE_MS);
    }
  }

  private static FileChannel openReserve() throws IOException {
    return FileChannel.open(Path.of("/dev/null"));
  }

  private void admit(SocketChannel channel) throws IOException {
    Connections.Connection connection = connections.open(channel);
    if (connection == null) {
      channel.close();
      return;
    }
    try {
      requests.execute(() -> serve(connection));
    } catch (OutOfMemoryError e) {
      // No thread to be had.
      connections.close(connection);
      channel.close();
    }
  }

  private void serve(Connections.Connection connection) {
    try (SocketChannel open = connection.channel()) {
      if (open.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(socket.user())) {
        Front front = new Front(Channels.newInputStream(open), Channels.newOutputStream(open));
        connections.asks(connection, front);
        Optional<String> objection = objection(front.caller());
        if (objection.isEmpty()) {
          front.exit(new Dispatch(front).run());
          // When nobody waits any more.
          LoadedPrograms.shared().loadMissed();
          memory.look(requests);
        } else if (GlobalOptions.demandsWarm(front.caller())) {
          front.exit(new Dispatch(front).refuse(place(front.caller()) + objection.get()));
        } else {
          front.decline();
        }
      }
    } catch (IOException | FrontException | OutOfMemoryError e) {
      // That front has gone, or what it asked for is too much; nobody else is concerned.
      return;
    } finally {
      connections.close(connection);
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
    // In a chroot every name means another file.
    Optional<Map<String, Object>> callers = Procfs.rootOf(Long.toString(caller.pid()));
    if (callers.isPresent() && root.isPresent() && !callers.equals(root)) {
      return Optional.of("its root directory is another");
    }
    return Optional.empty();
  }

  /** Where the caller has found this core. */
  private static String place(CallerContext caller) {
    return "no warm core at "
        + WarmSocket.place(caller.euid() == 0, caller::variable).orElse("?")
        + ": ";
  }

  private void watchIdleness(long seconds) {
    // Only now can there be a request: on a slow machine the time may be over already.
    connections.begin();
    Thread watch =
        new Thread(
            () -> {
              while (connections.serving() > 0 || connections.idleSeconds() < seconds) {
                Pause.of(
                    Math.max(1000, TimeUnit.SECONDS.toMillis(seconds - connections.idleSeconds())));
              }
              Runtime.getRuntime().exit(0);
            },
            "idleness");
    watch.setDaemon(true);
    watch.start();
  }

  /**
   * No more requests; those there are may end. Who has come a moment ago may still ask; who has
   * asked for nothing for longer is let go.
   */
  private void drain() {
    try {
      socket.unbind();
    } catch (IOException e) {
      // It ends all the same.
      return;
    }
    for (long waited = 0; !connections.areNone() && waited < DRAIN_MS; waited += 10) {
      connections.dismissSilent(SILENT_MS);
      Pause.of(10);
    }
  }
}
