// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SemanticVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "1.3.0", "1.0.2-dev", "1.2.0+build", "1.10.11-rc.1+x", "1.0.0-"})
  void versionsOfTheFirstMajorAreTaken(String version) {
    assertTrue(SemanticVersion.isMajor(version, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.9, true",
    "1.0.2-dev, true",
    "1.02.0, true",
    "1.3.0, false",
    "1.3.0-rc.1, false",
    "1.10.0, false",
    "1.99999999999.0, false",
    "2.0.0, false",
    "garbage, false",
    ", false",
  })
  void minorVersionsAreCompared(String version, boolean before) {
    assertEquals(before, SemanticVersion.isBefore(version, 3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "1", "1.", "1.0", "1.0.", "1..0", "2.0.0", "10.0.0", "0.1.0", "01.0.0", "v1.0.0",
        " 1.0.0", "1.0.0.0", "1.0.x", "1.x.0", "1.0.0 ", "1.-1.0", "9.9.9", "garbage", "1.0.٣"
      })
  void everythingElseIsNot(String version) {
    assertFalse(SemanticVersion.isMajor(version, 1));
  }
}
