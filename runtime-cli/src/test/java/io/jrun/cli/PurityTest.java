// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The command line knows nothing of the kernel: told by the constants of its class files. */
class PurityTest {
  private static final Path CLASSES =
      Path.of(System.getProperty("basedir", ""), "target", "classes");

  private static List<String> classesWith(String constant) throws IOException {
    List<String> out = new ArrayList<>();
    try (Stream<Path> files = Files.walk(CLASSES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(constant)) {
          out.add(file.getFileName().toString());
        }
      }
    }
    return out;
  }

  @Test
  void theClassesAreLookedAt() throws IOException {
    assertTrue(classesWith("picocli/CommandLine").size() > 3);
  }

  @Test
  void itDoesNotCallTheKernel() throws IOException {
    assertEquals(List.of(), classesWith("jnr/"));
    assertEquals(List.of(), classesWith("OwnKernel"));
  }

  @Test
  void itReadsNeitherProcNorCgroups() throws IOException {
    assertEquals(List.of(), classesWith("/proc"));
    assertEquals(List.of(), classesWith("/sys/fs"));
  }

  @Test
  void itHasNoFilesOfTheOldKind() throws IOException {
    assertEquals(List.of(), classesWith("java/io/File;"));
  }
}
