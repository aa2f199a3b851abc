// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.Optional;
import java.util.function.Function;

/** Where fronts and a warm core meet. */
final class WarmSocket {
  private WarmSocket() {}

  /** Where a front of this user looks for a warm core, unless it is told. */
  static Optional<String> place(boolean isRoot, Function<String, Optional<String>> variable) {
    Optional<String> directory = isRoot ? Optional.of("/run") : variable.apply("XDG_RUNTIME_DIR");
    return variable.apply("JRUN_SOCKET").or(() -> directory.map(d -> d + "/jrund/core.sock"));
  }
}
