// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Programs of the host, by their names. */
public final class Programs {
  private Programs() {}

  /** The first directory's that has it, for anybody to execute; relative ones have none. */
  public static Optional<String> find(String name, List<String> directories) {
    for (String directory : directories) {
      if (directory.startsWith("/") && Files.isExecutable(Path.of(directory, name))) {
        return Optional.of(Path.of(directory, name).toString());
      }
    }
    return Optional.empty();
  }

  /**
   * The same along a search path.
   *
   * @param path directories with colons between
   */
  public static Optional<String> find(String name, String path) {
    return find(name, Arrays.asList(path.split(":")));
  }
}
