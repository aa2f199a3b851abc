// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code features}: what engines read, before they have any container. */
@ExtendWith(ResidueExtension.class)
class FeaturesIT {

  @Test
  @Tag("smoke")
  void theDocumentIsPrintedAndNothingElse(Workbench bench) {
    Outcome outcome = bench.jrun("features").succeedsSilently();
    JsonNode document = outcome.json();
    assertEquals("1.0.0", document.get("ociVersionMin").asText());
    assertEquals("1.3.0", document.get("ociVersionMax").asText());
    assertEquals(6, document.get("hooks").size());
    assertEquals(64, document.get("mountOptions").size());
    assertEquals(41, document.at("/linux/capabilities").size());
    assertTrue(document.at("/linux/cgroup/v2").booleanValue());
    assertTrue(document.at("/linux/cgroup/systemd").booleanValue());
    assertTrue(document.at("/linux/cgroup/systemdUser").booleanValue());
    assertEquals(
        "org.systemd.property.", document.at("/potentiallyUnsafeConfigAnnotations/0").asText());
    assertTrue(outcome.out().startsWith("{\n    \"ociVersionMin\": "), outcome::toString);
  }

  @Test
  void itTakesNoArguments(Workbench bench) {
    bench.jrun("features", "x").exits(1);
  }
}
