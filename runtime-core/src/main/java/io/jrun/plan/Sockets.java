// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.linux.UnixSocket;

/**
 * Sockets of the caller's that wait for a descriptor: absolute paths, empty where there is none.
 *
 * @param console {@code --console-socket}: takes the master of the terminal
 * @param pidfd {@code --pidfd-socket}: takes a pidfd of the process
 */
public record Sockets(String console, String pidfd) {
  /** How long the last component of a path can be, in bytes: an address has no room for more. */
  public static final int MAX_NAME = UnixSocket.MAX_PATH;

  public static final Sockets NONE = new Sockets("", "");

  /** Not by comparing records: the JVM spins their comparison at run time, in 20 ms. */
  public boolean areGiven() {
    return !console.isEmpty() || !pidfd.isEmpty();
  }
}
