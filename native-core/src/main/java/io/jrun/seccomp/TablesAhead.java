// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

/**
 * Reads every table of system calls while a native core is built, so that they are part of it: it
 * has no files to read them from.
 */
public final class TablesAhead {
  private TablesAhead() {}

  public static void read() {
    // Only all of them together can tell that nobody knows a name.
    if (SystemCalls.isKnown("")) {
      throw new IllegalStateException("a call without a name");
    }
  }
}
