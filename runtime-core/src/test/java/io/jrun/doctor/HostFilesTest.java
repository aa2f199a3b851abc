// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Files of the host's that are read and may say anything. */
class HostFilesTest {
  private static final String RANGES =
      "# a comment\nother:1:2\nsome:100000:65536\nsome:200000:1\n4243:300000:10\nbroken:x:y\n";

  @Test
  void aRangeIsTheUsersByNameOrNumber() {
    assertEquals(
        Optional.of(new SubordinateIds(100000, 65536)), SubordinateIds.parse(RANGES, "some", 4242));
    assertEquals(
        Optional.of(new SubordinateIds(300000, 10)), SubordinateIds.parse(RANGES, "any", 4243));
    assertEquals(Optional.empty(), SubordinateIds.parse(RANGES, "broken", 7));
    assertEquals(Optional.empty(), SubordinateIds.parse("some:1:0\n", "some", 4242));
  }

  @Test
  void anEngineNamesAProgramInQuotes() {
    String json = "{\"runtimes\": {\"jrun\": {\"path\": \"/usr/local/bin/jrun\"}}}";
    assertEquals(Optional.of("/usr/local/bin/jrun"), EngineQuestions.named(json, "/usr/bin/jrun"));
    assertEquals(Optional.of("/opt/x"), EngineQuestions.named("path = [ \"/opt/x\" ]", "/opt/x"));
  }

  @Test
  void aCommentNamesNothing() {
    String toml = "# jrun = [\"/usr/bin/jrun\"]\nrunc = [\"/usr/bin/runc\"]\n";
    assertEquals(Optional.empty(), EngineQuestions.named(toml, "/usr/bin/jrun"));
  }
}
