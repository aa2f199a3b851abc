// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

/** A wait by the clock, where there is nothing else to wait for. */
final class Pause {
  private Pause() {}

  static void of(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
