// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LocationsTest {
  private static final byte[] DOCUMENT =
      Documents.utf8(
          """
          {
            "mounts": [
              {"destination": "/a", "options": ["ro", "nodev"]},
              {"destination": "/b"}
            ],
            "annotations": {"a/b": "1", "c~d": "2", "": "3"}
          }
          """);

  private static void assertAt(int line, int column, String pointer) {
    assertEquals(new Location(line, column), Locations.of(DOCUMENT).find(pointer), pointer);
  }

  @Test
  void pointersLeadToTheStartOfValues() {
    assertAt(1, 1, "");
    assertAt(2, 13, "/mounts");
    assertAt(3, 5, "/mounts/0");
    assertAt(3, 45, "/mounts/0/options/1");
    assertAt(4, 21, "/mounts/1/destination");
  }

  @Test
  void escapedAndEmptyKeysAreFound() {
    assertAt(6, 26, "/annotations/a~1b");
    assertAt(6, 38, "/annotations/c~0d");
    assertAt(6, 47, "/annotations/");
  }

  @Test
  void missingValuesAreWhereTheirNearestAncestorIs() {
    assertAt(4, 5, "/mounts/1/options/3");
    assertAt(2, 13, "/mounts/2");
    assertAt(3, 21, "/mounts/0/destination/x");
    assertAt(1, 1, "/linux/resources");
    assertAt(1, 1, "nonsense");
  }

  @Test
  void manyPointersAreFoundInTheirOrder() {
    List<Location> found =
        Locations.of(DOCUMENT).find(List.of("/annotations", "/mounts/0", "/mounts", "/mounts/0"));
    assertEquals(
        List.of(new Location(6, 18), new Location(3, 5), new Location(2, 13), new Location(3, 5)),
        found);
  }

  @Test
  void brokenDocumentsHaveLocationsUpToTheBreak() {
    Locations locations = Locations.of(Documents.utf8("{\"a\": 1,\n \"b\": [2, }"));
    assertEquals(new Location(2, 8), locations.find("/b/0"));
    assertEquals(new Location(2, 7), locations.find("/b/1"));
    assertEquals(new Location(1, 1), Locations.of(new byte[0]).find("/b"));
  }
}
