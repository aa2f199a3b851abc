// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import jnr.ffi.LibraryLoader;

/** What a resident core does to its own process. */
public final class OwnProcess {
  /** Of the GNU library alone. */
  public interface Malloc {
    int malloc_trim(long pad);
  }

  /** Bound once, and where it is wanted at all. */
  private static final class Bound {
    private static final Malloc MALLOC = LibraryLoader.create(Malloc.class).load("c");
  }

  private OwnProcess() {}

  /**
   * Sets the mask of the whole process: the files of a resident core must not be readable by others
   * for a moment either. A command's core leaves the caller's alone. Source: umask(2).
   */
  public static void umask(int mask) {
    new JnrKernel().umask(mask);
  }

  /**
   * Gives the kernel back what was freed: the GNU library keeps it for the next who wants it, and
   * the compiler of the virtual machine wants much once. It does nothing with another C library.
   * Source: malloc_trim(3).
   */
  public static void giveBackFreed() {
    try {
      Bound.MALLOC.malloc_trim(0);
    } catch (UnsatisfiedLinkError e) {
      // Another C library.
      return;
    }
  }
}
