// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of several programs of a name is meant. */
class ProgramsTest {
  @TempDir Path directory;

  private String holding(String name, String permissions) throws IOException {
    Path place = Files.createTempDirectory(directory, "bin");
    Files.createFile(
        place.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    return place.toString();
  }

  @Test
  void theFirstThatCanBeExecutedIsFound() throws IOException {
    String plain = holding("ps", "rw-r--r--");
    String first = holding("ps", "rwxr-xr-x");
    String second = holding("ps", "rwxr-xr-x");
    String path = String.join(":", "/nonexistent", plain, first, second);
    assertEquals(Optional.of(first + "/ps"), Programs.find("ps", path));
    assertEquals(Optional.empty(), Programs.find("pz", path));
  }

  @Test
  void whatDependsOnTheWorkingDirectoryIsNotSearched() throws IOException {
    Path place = Path.of(holding("ps", "rwxr-xr-x"));
    String relative = Path.of("").toAbsolutePath().relativize(place).toString();
    assertEquals(Optional.empty(), Programs.find("ps", relative + "::."));
  }
}
