// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The standard descriptors of a checkpoint, in runc's file and beside it. */
class DescriptorsTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void runcsFileIsAnArrayOfThreeTexts() {
    Descriptors known =
        new Descriptors(
            List.of("/dev/null", "pipe:[7]", "/a \"b\""),
            List.of("file[3a:3]", "pipe:[7]", ""),
            Set.of("file[3d:1]"));
    assertEquals(
        "[\"/dev/null\",\"pipe:[7]\",\"/a \\\"b\\\"\"]",
        new String(known.namesFile(), StandardCharsets.UTF_8));
    assertEquals(known, Descriptors.read(known.namesFile(), known.keysFile()));
  }

  @Test
  void ofAnothersImagesPipesAreReplaced() {
    Descriptors known = Descriptors.read(bytes("[\"/dev/null\",\"pipe:[7]\",\"pipe:[8]\"]"), null);
    assertEquals(Map.of("pipe:[7]", 1, "pipe:[8]", 2), known.replacements(13));
    assertEquals(Set.of(), known.outside());
  }

  @Test
  void theNullDeviceIsReplacedByOneThatCanBeReadAndWritten() {
    Descriptors known =
        new Descriptors(
            List.of("/dev/null", "/log", "/log"),
            List.of("file[3a:3]", "file[3b:9]", "file[3b:9]"),
            Set.of("file[3d:1]"));
    assertEquals(
        Map.of("file[3a:3]", 13, "file[3b:9]", 1, "file[3d:1]", 13), known.replacements(13));
    assertEquals(Set.of("file[3a:3]", "file[3b:9]", "file[3d:1]"), known.outside());
  }

  @Test
  void whatIsNotThatIsRefused() {
    for (String each : List.of("", "{}", "[]", "[\"a\",\"b\"]", "[1,2,3]", "[\"a\",\"b\",\"c\"")) {
      assertThrows(IllegalArgumentException.class, () -> Descriptors.read(bytes(each), null), each);
    }
  }

  /** Of this very process: nothing of it lies on a mount of another's. */
  @Test
  void aProcessIsLookedAt() {
    Descriptors own = Descriptors.of(ProcessHandle.current().pid(), List.of(1L << 60));
    assertEquals(3, own.names().size());
    assertTrue(own.outside().isEmpty(), own::toString);
    assertEquals(List.of("", "", ""), Descriptors.of(1L << 60, List.of()).names());
  }
}
