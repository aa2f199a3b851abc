// SPDX-License-Identifier: Apache-2.0
package io.jrun.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.EngineFilter.includeEngines;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What the lab writes of tests, where Maven's reports are not to be had. */
class ReportsIT {

  /** Run by the tests here alone: its name is none of an integration test. */
  static class Sample {
    @Test
    void passes() {}

    @Test
    void fails() {
      assertEquals(1, 2);
    }
  }

  /** As a class has tests for a warm core and for one of its own, one JVM after the other. */
  @Test
  void aClassThatIsRunTwiceHasTwoFiles(@TempDir Path directory) throws IOException {
    assertFalse(reports(directory));
    assertFalse(reports(directory));
    for (String time : List.of("", "-2")) {
      String text =
          Files.readString(directory.resolve("TEST-" + Sample.class.getName() + time + ".xml"));
      assertTrue(text.contains("tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"1\""), text);
    }
    try (var files = Files.list(directory)) {
      assertEquals(2, files.count());
    }
  }

  private static boolean reports(Path directory) {
    Reports reports =
        new Reports(
            directory, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Sample.class))
                .filters(includeEngines("junit-jupiter"))
                .build(),
            reports);
    return reports.allPassed();
  }
}
