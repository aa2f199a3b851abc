// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;
import java.util.List;

/** The four kinds of mount propagation, by the words of config.md. */
final class Propagations {
  static final List<String> WORDS = List.of("shared", "slave", "private", "unbindable");

  private Propagations() {}

  /** The MS_ flag of "shared", "slave", "private" or "unbindable"; 0 for any other word. */
  static long named(String word) {
    return switch (word) {
      case "shared" -> Linux.MS_SHARED;
      case "slave" -> Linux.MS_SLAVE;
      case "private" -> Linux.MS_PRIVATE;
      case "unbindable" -> Linux.MS_UNBINDABLE;
      default -> 0;
    };
  }
}
