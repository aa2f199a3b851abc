// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A front and a core of one version that number what they say in another way, as those of two
 * commits may: neither takes the other's word for anything.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class OtherBuildIT {
  private static final String WORDS =
      "jrun: the core is of another build than the front: install both from one build\n";

  @Test
  void aColdCoreOfAnotherBuildIsNamedInOneLine(Workbench bench) {
    Path front = Distribution.ofAnotherBuild(bench.directory().resolve("other"));
    String id = Workbench.id();
    for (String debug : new String[] {"--log-level=info", "--debug"}) {
      Outcome outcome =
          bench
              .bareCommand(debug, "run", "--bundle", "/", id)
              .by(front)
              .env("JRUN_CORE", "cold")
              .run()
              .exits(1);
      assertEquals(WORDS, outcome.err());
      assertEquals("", outcome.out());
    }
    bench.assertNothingOf(id);
  }

  @Test
  void aWarmCoreOfAnotherBuildIsPassedOverOrNamed(Workbench bench) {
    Path front = Distribution.ofAnotherBuild(bench.directory().resolve("other"));
    try (WarmCore core = WarmCore.start(bench)) {
      assertEquals(
          "jrun: no warm core at "
              + core.socket()
              + ": it is of another build: end it, and start one of this\n",
          core.command(bench, "list").by(front).run().exits(1).err());
      // The cold core of this front is of the other build as well.
      assertEquals(WORDS, core.asked(bench.command("list")).by(front).run().exits(1).err());
      core.command(bench, "--version").run().succeeds();
      assertTrue(core.process().isAlive());
    }
  }

  @Test
  void programsThatAnotherBuildHasStoredAreLeftToACore(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Path front = Distribution.ofAnotherBuild(bench.directory().resolve("other"));
    assertTrue(Files.exists(bench.root().resolve(id).resolve("verbs")));
    Outcome kill = bench.command("kill", id, "KILL").by(front).run().exits(1);
    assertEquals(WORDS, kill.err());
    assertEquals("running", bench.status(id));
    bench.deleteByForce(id).succeeds();
  }
}
