// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where criu is looked for. */
class CriuCommandTest {
  private static Path program(Path directory) throws IOException {
    Path program = Files.writeString(Files.createDirectories(directory).resolve("criu"), "");
    assertTrue(program.toFile().setExecutable(true));
    return program;
  }

  @Test
  void theFirstOfThePathIsTaken(@TempDir Path directory) throws IOException {
    Path first = program(directory.resolve("one"));
    program(directory.resolve("two"));
    Files.createDirectories(directory.resolve("none/criu"));
    List<String> environment =
        List.of("A=b", "PATH=" + directory + "/none:" + directory + "/one:" + directory + "/two");
    CriuCommand found = CriuCommand.find(environment).orElseThrow();
    assertEquals(first.toString(), found.path());
    assertEquals(environment, found.environment());
  }

  @Test
  void relativePlacesArePassedOver() {
    Optional<CriuCommand> found = CriuCommand.find(List.of("PATH=.:bin::"));
    assertNotEquals(Optional.of("./criu"), found.map(CriuCommand::path));
    found.ifPresent(each -> assertTrue(each.path().startsWith("/usr/"), each.path()));
  }

  @Test
  void whoeverHasNoPathGetsOne() {
    CriuCommand.find(List.of())
        .ifPresent(each -> assertTrue(each.environment().get(0).startsWith("PATH=/usr")));
  }
}
