// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the runtime says about itself: version, help, and what it answers to words it does not know.
 */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class VersionIT {

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-v"})
  @Tag("smoke")
  void versionNamesRuntimeCommitAndSpecInThisOrder(String option, Workbench bench) {
    List<String> lines = bench.bareCommand(option).run().succeedsSilently().lines();
    assertTrue(lines.get(0).matches("jrun version \\d+\\.\\d+\\.\\d+.*"), lines.get(0));
    // Built from a checkout it is known which one.
    String commit = Files.exists(Path.of("../.git")) ? "[0-9a-f]{12}" : "[0-9a-f]{12}|unknown";
    assertTrue(lines.get(1).matches("commit: (" + commit + ")"), lines.get(1));
    assertEquals("spec: 1.3.0", lines.get(2));
    assertTrue(lines.get(3).startsWith("java: "), lines.get(3));
  }

  // dockerd takes the last line that contains the word.
  @Test
  void theWordVersionStandsOnTheFirstLineOnly(Workbench bench) {
    List<String> lines = bench.bareCommand("--version").run().succeeds().lines();
    assertEquals(1, lines.stream().filter(line -> line.contains("version")).count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void helpBeginsWithTheName(String option, Workbench bench) {
    List<String> lines = bench.bareCommand(option).run().succeedsSilently().lines();
    assertEquals("NAME:", lines.get(0));
    assertTrue(
        lines.get(1).startsWith("   " + Jrun.name() + " - Open Container Initiative runtime"),
        lines.get(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"create", "start", "run", "state", "kill", "delete", "list", "ps", "spec"})
  void everyCommandHasHelp(String command, Workbench bench) {
    List<String> lines = bench.bareCommand(command, "--help").run().succeedsSilently().lines();
    assertEquals("NAME:", lines.get(0));
    assertTrue(lines.get(1).startsWith("   " + Jrun.name() + " " + command), lines.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "check", "daemon"})
  void jrunsOwnCommandsHaveHelp(String command, Workbench bench) {
    everyCommandHasHelp(command, bench);
  }

  @Test
  void anUnknownCommandIsRefused(Workbench bench) {
    Outcome outcome = bench.bareCommand("bogus").run();
    assertTrue(outcome.exitCode() != 0, outcome::toString);
    assertTrue(outcome.message().contains("No help topic for 'bogus'"), outcome::toString);
  }

  @Test
  void anUnknownOptionIsRefused(Workbench bench) {
    Outcome outcome = bench.bareCommand("create", "--bogus", "x").run().exits(1);
    assertEquals("flag provided but not defined: -bogus", outcome.message());
  }

  @Test
  void aWrongNumberOfArgumentsIsRefusedAndTheHelpShown(Workbench bench) {
    Outcome outcome = bench.bareCommand("create").run().exits(1);
    assertTrue(outcome.out().startsWith("Incorrect Usage.\n\nNAME:\n"), outcome::toString);
    assertEquals(Jrun.binary() + ": \"create\" requires exactly 1 argument(s)", outcome.message());
  }

  @Test
  void theCallersEnvironmentDoesNotReachTheJvm(Workbench bench) {
    Outcome outcome =
        bench
            .bareCommand("--version")
            .env("JAVA_TOOL_OPTIONS", "-Xshow")
            .env("_JAVA_OPTIONS", "-Xbogus")
            .env("JDK_JAVA_OPTIONS", "-Xbogus")
            .env("CLASSPATH", "/nowhere")
            .env("LD_LIBRARY_PATH", "/nowhere")
            .run();
    assertTrue(outcome.succeedsSilently().out().startsWith(Jrun.name() + " version "));
  }
}
