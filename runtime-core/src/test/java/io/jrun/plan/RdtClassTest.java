// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import org.junit.jupiter.api.Test;

/** Whose a class of service is: what a launch makes, and what goes with the container. */
class RdtClassTest {
  private static RdtClass found(String fields, boolean isThere) {
    return new RdtClass(
        Configs.parse("{'linux':{'intelRdt':{" + fields + "}}}").names().intelRdt().orElseThrow(),
        "/r",
        isThere);
  }

  @Test
  void withoutANameItIsTheContainersOwn() {
    RdtClass rdt = found("", false);
    assertEquals("/r/demo", rdt.directory("demo"));
    assertEquals("/r/demo", rdt.removed("demo"));
    assertTrue(rdt.isMade());
    assertFalse(rdt.wanted().monitoring());
  }

  @Test
  void aNamedOneStaysAndItsMonitoringGroupDoesNot() {
    RdtClass rdt = found("'closID':'gold','enableMonitoring':true", true);
    assertEquals("/r/gold/mon_groups/demo", rdt.removed("demo"));
    assertFalse(rdt.isMade());
    assertEquals("", found("'closID':'gold'", false).removed("demo"));
  }

  @Test
  void theRootsIsNeverMadeNorRemoved() {
    RdtClass rdt = found("'closID':'/'", false);
    assertEquals("/r", rdt.directory("demo"));
    assertFalse(rdt.isMade());
    assertEquals("", rdt.removed("demo"));
    assertEquals(
        "/r/mon_groups/demo", found("'closID':'/','enableMonitoring':true", true).removed("demo"));
  }
}
