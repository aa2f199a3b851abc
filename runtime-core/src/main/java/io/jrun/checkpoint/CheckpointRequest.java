// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the command line asked of a checkpoint.
 *
 * @param parentPath relative to the images' directory; empty: there are no earlier images
 * @param preDump only memory is written, and the container goes on
 * @param statusFd of the caller's: told when pages can be asked for
 */
public record CheckpointRequest(
    String id,
    CriuOptions options,
    String parentPath,
    boolean leaveRunning,
    boolean preDump,
    boolean linkRemap,
    boolean tcpSkipInFlight,
    Optional<PageServer> pageServer,
    OptionalInt statusFd) {
  /** Whether the container is still there when it is done. */
  public boolean goesOn() {
    return leaveRunning || preDump;
  }
}
