// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.TestReporter;

/**
 * What somebody does with an engine, as a script of bash's, done by more than one runtime: first by
 * those that the engine's distribution has, then by the one under test. Only the last decides the
 * test. What a peer could not do goes into the report; and where none of them could the failure
 * says so, for then it is the machine's or the engine's.
 *
 * @param prelude what every script begins with: functions that name the engine's own options
 * @param cleanup what removes everything that a script may have left on its way
 * @param peers as the engine is told of them, one script each, until one succeeds
 * @param subject the runtime under test, as the engine is told of it
 * @param wrapper a script of root's that executes {@code "$@"} as whoever it is to be, or nothing
 */
record EngineFlow(
    String prelude, String cleanup, List<String> peers, String subject, String wrapper) {

  EngineFlow(String prelude, String cleanup, List<String> peers, String subject) {
    this(prelude, cleanup, peers, subject, "exec \"$@\"");
  }

  private static final Path BASH = Path.of("/bin/bash");

  /** Of a script, wherever it runs: two of them are less than what scripts/lab gives a test. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /**
   * {@code await COMMAND...}: until it succeeds, or has been tried for three minutes, which is long
   * on an emulated machine too. {@code finally COMMANDS}: what undoes what the script does beside
   * containers.
   */
  private static final String FUNCTIONS =
      """
      await() {
        local end=$((SECONDS + 180))
        until "$@" >/dev/null 2>&1; do
          if ((SECONDS > end)); then
            echo "waited in vain for $*"
            return 1
          fi
          sleep 0.1
        done
      }
      finally() { undo=$1; }
      undo=
      """;

  /**
   * Asserts that the script writes these lines, whoever the runtime is. It has {@code RUNTIME}, a
   * directory of its own, and {@link #FUNCTIONS}.
   */
  void writes(List<String> expected, Workbench bench, TestReporter reporter, String... script)
      throws IOException {
    List<String> inVain = new ArrayList<>();
    for (String peer : peers) {
      Outcome outcome = by(peer, bench, script);
      if (outcome.exitCode() == 0 && outcome.lines().equals(expected)) {
        break;
      }
      inVain.add(peer);
      reporter.publishEntry("not with " + peer, told(outcome));
    }
    Outcome outcome = by(subject, bench, script);
    String whose =
        inVain.size() == peers.size()
            ? "the machine's or the engine's, as it seems: not with " + inVain + " either\n"
            : "";
    assertEquals(expected, outcome.lines(), () -> whose + outcome);
    assertEquals(0, outcome.exitCode(), () -> whose + outcome);
  }

  /** What somebody does with an engine that is asked otherwise than by a script. */
  interface Step {
    void by(String runtime) throws IOException;
  }

  /** The same, with a peer and the runtime under test, as the engine is told of them. */
  static void with(String peer, String subject, TestReporter reporter, Step step)
      throws IOException {
    String whose = "";
    try {
      step.by(peer);
    } catch (AssertionError e) {
      whose = "the machine's or the engine's, as it seems: not with " + peer + " either\n";
      reporter.publishEntry("not with " + peer, e.getMessage().replaceAll("\\s*\\n", " | "));
    }
    try {
      step.by(subject);
    } catch (AssertionError e) {
      throw new AssertionError(whose + e.getMessage(), e);
    }
  }

  private static String told(Outcome outcome) {
    String text = "exit code " + outcome.exitCode() + ": " + outcome.out() + outcome.err();
    return text.strip().replaceAll("\\s*\\n", " | ");
  }

  private Outcome by(String runtime, Workbench bench, String... script) throws IOException {
    Path place = Files.createTempDirectory(bench.directory(), "flow");
    place.toFile().setExecutable(true, false);
    place.toFile().setReadable(true, false);
    Path file =
        Files.writeString(
            place.resolve("script"),
            FUNCTIONS
                + prelude
                + "\ncd "
                + place
                + "\nclean() { set +e; eval \"$undo\"; "
                + cleanup
                + "; }\ntrap clean EXIT\n"
                + String.join("\n", script)
                + "\n");
    return bench
        .bareCommand("-e", "-u", "-o", "pipefail", file.toString())
        .by(BASH)
        .through(wrapper)
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .env("RUNTIME", runtime)
        // The engine may run it in namespaces of its own, where no warm core serves.
        .env("JRUN_CORE", "auto")
        .limit(LIMIT.dividedBy(Workbench.PATIENCE))
        .run();
  }
}
