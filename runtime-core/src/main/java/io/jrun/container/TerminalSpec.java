// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Box;
import io.jrun.spec.Process;
import java.util.Optional;

/**
 * The terminal of a process. Source: config.md "Process", {@code terminal} and {@code consoleSize}.
 *
 * @param rows its height in characters; 0 for both leaves the size to the caller
 * @param columns its width
 */
public record TerminalSpec(int rows, int columns) {
  /** What struct winsize holds: asm-generic/termios.h. */
  private static final int MAX_SIZE = 0xffff;

  /** Whether the document asks for a size. */
  public boolean hasSize() {
    return rows > 0 && columns > 0;
  }

  /** The size means nothing without a terminal, and must be ignored then. */
  static Optional<TerminalSpec> parse(Process process, Problems problems) {
    if (!Boolean.TRUE.equals(process.terminal())) {
      return Optional.empty();
    }
    Box size = process.consoleSize() == null ? new Box(0, 0) : process.consoleSize();
    String limit = "must be between 0 and " + MAX_SIZE;
    problems.require(size.height() <= MAX_SIZE, "/process/consoleSize/height", limit);
    problems.require(size.width() <= MAX_SIZE, "/process/consoleSize/width", limit);
    return Optional.of(new TerminalSpec((int) size.height(), (int) size.width()));
  }
}
