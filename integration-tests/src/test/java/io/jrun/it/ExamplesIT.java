// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The scripts of docs/examples, which are there to be copied. */
@ExtendWith(ResidueExtension.class)
class ExamplesIT {

  private static final Path SCRIPT =
      Path.of(System.getProperty("basedir", ""))
          .toAbsolutePath()
          .resolve("../docs/examples/ci.sh")
          .normalize();

  private static Jrun pipeline(Workbench bench, String step, String command) {
    String script = "TMPDIR=$(dirname \"$ROOTFS\") JRUN=$1 exec \"$EXAMPLE\"";
    return bench
        .command()
        .through(script)
        .env("PATH", System.getenv("PATH"))
        .env("EXAMPLE", SCRIPT.toString())
        .env("ROOTFS", bench.bundle().rootfs().toString())
        .env("STEP", step)
        .env("COMMAND", command);
  }

  @Test
  void aPipelineRunsItsSteps(Workbench bench) {
    Outcome outcome = pipeline(bench, "finish", "cat program").run();
    assertEquals(
        "step build: passed\nstep test: passed\nstep finish: passed\n",
        outcome.succeedsSilently().out());
  }

  @Test
  void theFirstStepThatFailsEndsItWithItsCodeAndItsLog(Workbench bench) {
    Outcome outcome = pipeline(bench, "lint", "echo a finding; exit 3").run().exits(3);
    assertEquals(
        "step build: passed\nstep test: passed\nstep lint: exit code 3\n  a finding\n",
        outcome.out());
  }

  @Test
  void aStepWhoseTimeIsUpEnds(Workbench bench) {
    Outcome outcome =
        pipeline(bench, "hangs", "trap 'echo told; exit' TERM; while :; do usleep 10000; done")
            .run()
            .exits(124);
    assertEquals(
        "step build: passed\nstep test: passed\nstep hangs: exit code 124\n  told\n",
        outcome.out());
  }
}
