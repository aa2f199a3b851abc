// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that mean the same to everybody, and others. */
class CallersNamesTest {
  @TempDir Path given;
  private Path directory;

  @BeforeEach
  void seeThrough() throws IOException {
    directory = given.toRealPath();
  }

  private Path link(String name, String target) throws IOException {
    return Files.createSymbolicLink(directory.resolve(name), Path.of(target));
  }

  private static Optional<String> of(Path path) {
    return CallersNames.everybodys(path.toString());
  }

  @Test
  void whatIsThereWithoutLinksIsPlain() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertTrue(CallersNames.isPlain(file.toString()));
    assertEquals(Optional.of(file.toString()), of(file));
    assertFalse(CallersNames.isPlain(link("link", "file").toString()));
    assertFalse(CallersNames.isPlain(directory.resolve("none").toString()));
  }

  @Test
  void ordinaryLinksAndWhatIsNotThereKeepTheirNames() throws IOException {
    for (Path path :
        new Path[] {
          link("link", "."),
          directory.resolve("link/link/none/more"),
          link("absolute", directory.toString()),
          link("dangling", "none"),
          directory.resolve("none")
        }) {
      assertEquals(Optional.of(path.toString()), of(path));
    }
  }

  @Test
  void aParentIsThatOfWhereALinkLeads() throws IOException {
    Files.createDirectories(directory.resolve("a/b"));
    link("link", "a/b");
    assertEquals(
        Optional.of(directory + "/a/c"), CallersNames.everybodys(directory + "/link/../c"));
    assertEquals(Optional.of("/"), CallersNames.everybodys("/tmp/../../.."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/self",
        "/proc/self/fd/0",
        "/proc/self/cwd/x",
        "/proc/thread-self/fd/0",
        "/proc/mounts",
        "/dev/stdin",
        "/dev/stderr",
        "/dev/fd/63",
        "relative",
        ""
      })
  void whatDependsOnWhoLooksIsTheFronts(String name) {
    assertEquals(Optional.empty(), CallersNames.everybodys(name));
  }

  @Test
  void linksThatLeadThereAreTheFrontsToo() throws IOException {
    assertEquals(Optional.empty(), of(link("one", "/dev/stdin")));
    assertEquals(Optional.empty(), of(link("two", "one")));
    assertEquals(Optional.empty(), of(link("cwd", "/proc/self/cwd").resolve("x/y")));
    assertEquals(Optional.empty(), of(link("round", "round")));
  }
}
