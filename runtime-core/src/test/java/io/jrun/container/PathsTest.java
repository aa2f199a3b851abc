// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PathsTest {
  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("/", "//", "..", ".", "a", "...", "é", "b ", "..a", "/../", "/./")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 2000)
  void aCleanPathIsAbsoluteAndHasNoPartsThatMeanNothing(@ForAll("paths") String path) {
    String clean = Paths.clean(path);
    assertTrue(clean.startsWith("/"));
    assertFalse(clean.contains("//"));
    assertTrue(clean.equals("/") || !clean.endsWith("/"));
    for (String part : clean.split("/")) {
      assertFalse(part.equals(".") || part.equals(".."), clean);
    }
    assertEquals(clean, Paths.clean(clean));
  }

  @Property(tries = 1000)
  void cleaningIsWhatNormalizingAnAbsolutePathIs(@ForAll("paths") String path) {
    assertEquals(Path.of("/" + path).normalize().toString(), Paths.clean(path));
  }

  @Property(tries = 1000)
  void anAbsolutePathDoesNotDependOnTheDirectory(@ForAll("paths") String path) {
    assertEquals(Paths.clean(path), Paths.absolute("/somewhere", "/" + path));
  }

  @Example
  void joiningCleansOnlyWhereThatChangesNothing() {
    assertEquals("/w/a/b", Paths.join("/w", "./a//b/"));
    assertEquals("/a", Paths.join("/w", "/a/."));
    assertEquals("/w/a/../b", Paths.join("/w", "a/../b"));
    assertEquals("/w/..", Paths.join("/w", ".."));
    assertEquals("/w/...", Paths.join("/w", "..."));
    assertEquals("a", Paths.join("", "a"));
  }

  @Example
  void examples() {
    for (List<String> each :
        List.of(
            List.of("", "/"),
            List.of("/..", "/"),
            List.of("/a/./b//c/", "/a/b/c"),
            List.of("/a/../../b", "/b"),
            List.of("a", "/a"),
            List.of("/...", "/..."),
            List.of("/a/b/..", "/a"))) {
      assertEquals(each.get(1), Paths.clean(each.get(0)));
    }
    assertEquals("/w/x", Paths.absolute("/w", "x"));
    assertEquals("/x", Paths.absolute("/w", "../x"));
    assertEquals("/w", Paths.absolute("/w", "."));
    assertEquals("/x", Paths.absolute("/w", "/x"));
  }
}
