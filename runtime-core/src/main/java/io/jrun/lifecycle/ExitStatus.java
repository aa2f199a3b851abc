// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

/** A wait status: wait(2). */
public final class ExitStatus {
  private ExitStatus() {}

  /** What to exit with for a wait status: the program's own code, or 128 and the signal. */
  public static int code(long status) {
    int signal = (int) (status & 0x7f);
    return signal == 0 ? (int) (status >> 8 & 0xff) : 128 + signal;
  }
}
