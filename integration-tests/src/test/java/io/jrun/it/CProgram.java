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
    Path source = Path.of("src", "test", "c", name + ".c");
    Path file = Path.of("target", name).toAbsolutePath();
    try {
      if (!Files.exists(file)
          || Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(source)) < 0) {
        Process compiler =
            new ProcessBuilder(
                    "cc",
                    "-std=gnu11",
                    "-O2",
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-static",
                    source.toString(),
                    "-o",
                    file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(compiler.getInputStream().readAllBytes());
        if (compiler.waitFor() != 0) {
          throw new IllegalStateException(said);
        }
      }
      return new CProgram(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
