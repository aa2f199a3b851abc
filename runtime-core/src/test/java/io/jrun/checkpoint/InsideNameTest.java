// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links of an image lead nowhere outside it. */
class InsideNameTest {
  @Test
  void linksAreFollowedBelowTheRoot(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("real/conf"));
    Files.createSymbolicLink(root.resolve("conf"), Path.of("/real/conf"));
    Files.createSymbolicLink(root.resolve("real/up"), Path.of("../../../real"));
    Files.createSymbolicLink(root.resolve("round"), Path.of("round"));
    assertEquals("/real/conf", InsideName.resolve(root, "/conf"));
    assertEquals("/real/conf/a/b", InsideName.resolve(root, "/conf/a//./b"));
    assertEquals("/real/conf", InsideName.resolve(root, "/real/up/conf/"));
    assertEquals("/etc/hosts", InsideName.resolve(root, "/../etc/hosts"));
    assertEquals("/round", InsideName.resolve(root, "/round"));
    assertEquals("/", InsideName.resolve(root, "/"));
  }
}
