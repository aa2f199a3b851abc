// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.linux.OwnProcess;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives back memory that the warm core has taken and no longer needs. Many requests at once make
 * the heap grow; and each collection of the young generation keeps what the request in progress
 * holds, which adds up where requests come one after the other. So the whole heap is collected a
 * moment after it was found to have grown, and so seldom that this takes one hundredth of a
 * processor at most. A heap that has not grown is left alone, so that a request now and then does
 * not cost a collection each.
 */
final class SpareMemory {
  private static final long MOMENT_MS = 250;

  /** The time between two collections, in times of what the last one took. */
  private static final long SELDOM = 100;

  private final AtomicBoolean looking = new AtomicBoolean();

  /** When a next collection may be: {@link System#nanoTime}. */
  private volatile long nextNanos;

  /** What small requests leave behind until the young generation is collected. */
  private static final long USUAL_GARBAGE = 8 << 20;

  /**
   * Bytes of heap that are no reason to collect it: a quarter more than when requests are served. A
   * native core's heap is not measured by its size, which it says is what it once was, but by what
   * is in use.
   */
  private volatile long usualSize = Long.MAX_VALUE;

  private volatile long usualUse = Long.MAX_VALUE;

  /** From here on requests are served. What a rehearsal has left, more than any burst, goes now. */
  void settle() {
    giveBack();
    nextNanos = System.nanoTime();
    usualSize = Runtime.getRuntime().totalMemory() / 4 * 5;
    usualUse = used() + USUAL_GARBAGE;
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private boolean hasGrown() {
    return Runtime.getRuntime().totalMemory() > usualSize || used() > usualUse;
  }

  /** To be asked at the end of each request, when nobody waits. */
  void look(Executor executor) {
    if (hasGrown() && looking.compareAndSet(false, true)) {
      try {
        executor.execute(this::giveBackInAMoment);
      } catch (OutOfMemoryError e) {
        // No thread to be had: a later request looks again.
        looking.set(false);
      }
    }
  }

  private void giveBackInAMoment() {
    long left = TimeUnit.NANOSECONDS.toMillis(nextNanos - System.nanoTime());
    Pause.of(Math.max(MOMENT_MS, left));
    // Before: what a request leaves behind that ends from here on is looked at anew.
    looking.set(false);
    long began = System.nanoTime();
    giveBack();
    long ended = System.nanoTime();
    nextNanos = ended + SELDOM * (ended - began);
  }

  private static void giveBack() {
    try {
      Runtime.getRuntime().gc();
      OwnProcess.giveBackFreed();
    } catch (OutOfMemoryError e) {
      // Requests need all there is just now: a later one looks again.
      return;
    }
  }
}
