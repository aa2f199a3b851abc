// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The document of update: read, checked, its problems told with their places. */
class ResourcesFileTest {
  private static String refusal(String document) {
    byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
    return assertThrows(InvalidBundleException.class, () -> ResourcesFile.parse(bytes, "-"))
        .getMessage();
  }

  @Test
  void allProblemsAreToldWithTheirPlaces() {
    assertEquals(
        "-:1:20: /memory/limit: must be a number of bytes, or -1 for no limit; -:2:18: /cpu/idle:"
            + " must be 0 or 1",
        refusal("{\"memory\":{\"limit\":-7},\n \"cpu\":{\"idle\":  5}}"));
    assertEquals("-:1:11: /memory: must be an object, not a number", refusal("{\"memory\":5}"));
  }

  @Test
  void devicesAreNotLookedAt() {
    byte[] document =
        "{\"devices\":[{\"allow\":true,\"type\":\"x\"}]}".getBytes(StandardCharsets.UTF_8);
    assertEquals(0, ResourcesFile.parse(document, "-").memory().limit());
  }
}
