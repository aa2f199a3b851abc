// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program of src/test/c, built once, static: for what no tool in a container does. To be built
 * before a test begins, so that it is no residue.
 */
record CProgram(Path file) {

  static CProgram built(String name) {
    Path file = Path.of("target", name).toAbsolutePath();
    if (!Files.isExecutable(file)) {
      throw new IllegalStateException(file + " is not there: scripts/seclude builds it");
    }
    return new CProgram(file);
  }

  /** Puts it into a bundle's root file system as an executable file. */
  Bundle into(Bundle bundle, String path) {
    try {
      Path target = bundle.inside(path);
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
      target.toFile().setExecutable(true, false);
      return bundle;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
