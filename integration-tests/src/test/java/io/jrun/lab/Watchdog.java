// SPDX-License-Identifier: Apache-2.0
package io.jrun.lab;

import java.io.PrintStream;
import java.time.Duration;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Ends this JVM when a test stands still: whatever waits in a test has a limit of its own, so that
 * one which takes longer than any of them will not end at all. It is told and reported as failed
 * first, with where it stands; the processes that it has started are left for others to look at.
 */
final class Watchdog implements TestExecutionListener {

  /** With what the JVM ends then. */
  static final int STOOD_STILL = 3;

  private static final long LOOK_MILLISECONDS = 1000;

  private final Duration limit;
  private final Reports reports;
  private final PrintStream out;
  private final Thread tests = Thread.currentThread();
  private TestIdentifier last;
  private long since = System.nanoTime();

  /** To be made by the thread that runs the tests. */
  Watchdog(Duration limit, Reports reports, PrintStream out) {
    this.limit = limit;
    this.reports = reports;
    this.out = out;
  }

  void start() {
    Thread thread = new Thread(this::watch, "watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    note(test);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    note(test);
  }

  private synchronized void note(TestIdentifier test) {
    last = test;
    since = System.nanoTime();
  }

  private synchronized boolean standsStill() {
    return last != null && System.nanoTime() - since > limit.toNanos();
  }

  private void watch() {
    while (!standsStill()) {
      try {
        Thread.sleep(LOOK_MILLISECONDS);
      } catch (InterruptedException e) {
        return;
      }
    }
    AssertionError failure = new AssertionError("stood still for " + limit.toSeconds() + " s");
    failure.setStackTrace(tests.getStackTrace());
    reports.abandon(last, failure);
    out.flush();
    Runtime.getRuntime().halt(STOOD_STILL);
  }
}
