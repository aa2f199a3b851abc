// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** config.json in, plan or problems out: as {@link GoldenFile} has them. */
class GoldenPlansTest {
  @TestFactory
  Stream<DynamicTest> everyConfigGivesWhatWasReviewed() {
    return PlanCases.names().stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> givesWhatWasReviewed(name)));
  }

  private static void givesWhatWasReviewed(String name) throws IOException {
    String file = name.startsWith("refused-") ? "problems.txt" : "plan.txt";
    Path expected = PlanCases.directory(name).resolve(file);
    String actual = PlanCases.outcome(name);
    assertEquals(
        file.equals("plan.txt"), actual.startsWith("front: on the host\n"), () -> name + actual);
    GoldenFile.compare(expected, actual);
  }

  @Test
  void theDefaultCaseIsWhatTheSpecCommandWrites() throws IOException {
    byte[] written = SpecWriter.write(SpecTemplate.defaultSpec());
    if (GoldenFile.REWRITES) {
      Files.write(PlanCases.directory("default").resolve("config.json"), written);
    }
    assertArrayEquals(written, PlanCases.config("default"));
  }

  @Test
  void thereAreCasesOfBothKinds() {
    assertTrue(PlanCases.accepted().size() >= 25);
    assertTrue(PlanCases.names().size() - PlanCases.accepted().size() >= 15);
  }

  /** Texts have names and no numbers that differ between x86_64 and aarch64. */
  @Test
  void plansReadTheSameOnEveryArchitecture(@TempDir Path directory)
      throws IOException, InterruptedException {
    String other = System.getProperty("os.arch").equals("amd64") ? "aarch64" : "amd64";
    Path output = directory.resolve("plans");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-Dos.arch=" + other,
                "-Dbasedir=" + System.getProperty("basedir", ""),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                PlanCases.class.getName())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertTrue(process.waitFor(600, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
    StringBuilder here = new StringBuilder();
    for (String name : PlanCases.names()) {
      here.append(name).append('\n').append(PlanCases.outcome(name));
    }
    assertEquals(here.toString(), Files.readString(output, StandardCharsets.UTF_8));
  }
}
