// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.linux.OwnProcess;
import io.jrun.wire.Front;
import io.jrun.wire.FrontException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who is connected to a warm core. Nobody keeps it who has asked for nothing: not from ending when
 * it is idle, nor when it is told to, and not for ever. A front that has asked and has not been
 * answered for a while is told that it is being served, since it would take another core. No more
 * are let in than there are descriptors for.
 */
final class Connections {
  /** A front waits a second for its first answer: native-shim's facts.h. */
  static final long TICK_MS = 250;

  /** A front says what it wants as soon as it has connected. */
  private static final long SILENCE_MS = 10_000;

  /** How long the watch looks again and again after the last one. */
  private static final long REST_MS = 10_000;

  /** The files that a request has open at once, its channel and a spare one. */
  private static final int DESCRIPTORS_EACH = 4;

  private static final int DESCRIPTORS_SPARE = 16;

  /** One connection. */
  static final class Connection {
    private final SocketChannel channel;
    private final long since = System.nanoTime();

    /** Null as long as nothing was asked. */
    private volatile Front front;

    private Connection(SocketChannel channel) {
      this.channel = channel;
    }

    SocketChannel channel() {
      return channel;
    }

    private long milliseconds() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }
  }

  private final Set<Connection> all = ConcurrentHashMap.newKeySet();
  private final AtomicInteger serving = new AtomicInteger();
  private final AtomicLong lastServed = new AtomicLong(System.nanoTime());
  private final AtomicLong lastOpened = new AtomicLong(System.nanoTime());
  private volatile boolean resting;
  private int most = Integer.MAX_VALUE;

  /** Lets one in; null: it cannot be served. */
  Connection open(SocketChannel channel) {
    if (all.size() >= most) {
      return null;
    }
    Connection connection = new Connection(channel);
    all.add(connection);
    lastOpened.set(System.nanoTime());
    if (resting) {
      synchronized (this) {
        notifyAll();
      }
    }
    return connection;
  }

  /** That one has asked for something. */
  void asks(Connection connection, Front front) {
    serving.incrementAndGet();
    connection.front = front;
  }

  /** That one is served, or gone. */
  void close(Connection connection) {
    all.remove(connection);
    if (connection.front != null) {
      lastServed.set(System.nanoTime());
      serving.decrementAndGet();
    }
  }

  /** How many have asked and are not served yet. */
  int serving() {
    return serving.get();
  }

  /** Whether nobody is connected. */
  boolean areNone() {
    return all.isEmpty();
  }

  /** The idle time begins. */
  void begin() {
    lastServed.set(System.nanoTime());
  }

  long idleSeconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastServed.get());
  }

  /** Hangs up on those who have said nothing for so many milliseconds. */
  void dismissSilent(long milliseconds) {
    for (Connection each : all) {
      if (each.front == null && each.milliseconds() >= milliseconds) {
        try {
          each.channel.close();
        } catch (IOException e) {
          // It is gone, then.
          continue;
        }
      }
    }
  }

  /** Begins to look after them, in a thread of its own. */
  void watch() {
    most = Math.max(1, (descriptorsLeft() - DESCRIPTORS_SPARE) / DESCRIPTORS_EACH);
    Thread watch = new Thread(this::lookAgainAndAgain, "connections");
    watch.setDaemon(true);
    watch.start();
  }

  private static int descriptorsLeft() {
    return OwnProcess.openFilesLimit() - OwnProcess.openFiles();
  }

  private void lookAgainAndAgain() {
    while (true) {
      Pause.of(TICK_MS);
      try {
        look();
      } catch (OutOfMemoryError e) {
        // A request takes all there is: it is over soon, or fails.
        continue;
      }
    }
  }

  private void look() {
    dismissSilent(SILENCE_MS);
    for (Connection each : all) {
      sayWorking(each);
    }
    long quiet = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastOpened.get());
    if (all.isEmpty() && quiet > REST_MS) {
      rest();
    }
  }

  private static void sayWorking(Connection connection) {
    Front front = connection.front;
    if (front != null && connection.milliseconds() >= TICK_MS) {
      try {
        front.sayWorking();
      } catch (FrontException e) {
        // Who serves it finds that out too.
        return;
      }
    }
  }

  /** Until there is one. */
  private synchronized void rest() {
    resting = true;
    try {
      while (all.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      resting = false;
    }
  }
}
