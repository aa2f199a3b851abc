// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A text that was reviewed. With {@code -Djrun.golden.rewrite=true} what is made now takes its
 * place, for another review.
 */
final class GoldenFile {
  static final boolean REWRITES = Boolean.getBoolean("jrun.golden.rewrite");

  private GoldenFile() {}

  /** Compares line by line: the first that differs says more than two whole texts. */
  static void compare(Path expected, String actual) throws IOException {
    if (REWRITES) {
      Files.createDirectories(expected.getParent());
      Files.writeString(expected, actual);
    }
    String[] wanted = Files.readString(expected).split("\n", -1);
    String[] got = actual.split("\n", -1);
    for (int i = 0; i < Math.max(wanted.length, got.length); i++) {
      int line = i + 1;
      assertEquals(
          i < wanted.length ? wanted[i] : "the end",
          i < got.length ? got[i] : "the end",
          () -> expected + ", line " + line + ": review with -Djrun.golden.rewrite=true");
    }
  }
}
