// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * umask(2) of the core's own process, through jnr-posix: for a resident core, whose files must not
 * be readable by others for a moment either. A command's core leaves the caller's mask alone.
 */
public final class Umask {
  private static final POSIX LIBC = POSIXFactory.getNativePOSIX();

  private Umask() {}

  /** Sets the mask of the whole process and gives the one before. */
  public static int set(int mask) {
    return LIBC.umask(mask);
  }
}
