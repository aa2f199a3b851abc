// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whoever shares a volume with a container that is being made changes it meanwhile: a directory and
 * a link to the host are exchanged as fast as can be. A run may fail then, in words; what the link
 * points to is never reached.
 */
@ExtendWith(ResidueExtension.class)
class RaceIT {
  /** A core for each takes long; one that is warm can do many. */
  private static final int RUNS = WarmCore.shared().isPresent() ? 60 : 10;

  private static CProgram swapper;

  @BeforeAll
  static void build() {
    swapper = CProgram.built("swapper");
  }

  /** A directory of the host's that nobody may see or change. */
  private static Path canary(Workbench bench) throws IOException {
    Path canary = Files.createDirectory(bench.directory().resolve("canary"));
    Files.writeString(canary.resolve("secret"), "secret\n");
    return canary;
  }

  private interface Racing {
    void run() throws IOException;
  }

  /** Runs something again and again while two names are exchanged. */
  private static void racing(Path one, Path other, Racing body) throws IOException {
    Process process =
        new ProcessBuilder(swapper.file().toString(), one.toString(), other.toString()).start();
    try {
      for (int i = 0; i < RUNS; i++) {
        body.run();
        assertTrue(process.isAlive(), "the race goes on");
      }
    } finally {
      // Process.destroy would close what it writes, too.
      process.toHandle().destroy();
      try {
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    long times = Long.parseLong(new String(process.getInputStream().readAllBytes()).strip());
    assertTrue(times > RUNS, "exchanged " + times + " times");
  }

  private static void assertUntouched(Path canary) throws IOException {
    try (Stream<Path> entries = Files.list(canary)) {
      assertEquals("[secret]", entries.map(Path::getFileName).toList().toString());
    }
    assertEquals("secret\n", Files.readString(canary.resolve("secret")));
  }

  /** Either it ran, or it says in one record that it did not. */
  private static Outcome inWords(Outcome outcome) {
    if (outcome.exitCode() != 0) {
      outcome.exits(1).message();
    }
    assertTrue(!outcome.out().contains("secret"), outcome::toString);
    return outcome;
  }

  // SEC-17, CVE-2024-45310
  @Test
  void directoriesForAMountAreMadeInside(Workbench bench) throws IOException {
    Path canary = canary(bench);
    Path volume = Files.createDirectory(bench.directory().resolve("volume"));
    Path directory = Files.createDirectory(volume.resolve("a"));
    Path link = Files.createSymbolicLink(volume.resolve("swap"), canary);
    Bundle bundle =
        bench
            .bundle()
            .mount("/vol", "bind", volume.toString(), "rbind", "rw")
            .mount("/vol/a/b/c", "tmpfs", "tmpfs")
            .mount("/vol/a/file", "bind", "/dev/null", "bind")
            .script("ls /vol/a/ /vol/a/b 2>/dev/null; true");
    racing(
        directory,
        link,
        () -> {
          inWords(bench.run(bundle));
          assertUntouched(canary);
        });
  }

  // SEC-11, CVE-2021-30465
  @Test
  void aMountOnWhatIsExchangedDoesNotMakeTheHostASource(Workbench bench) throws IOException {
    Path canary = canary(bench);
    Path first = Files.createDirectory(bench.directory().resolve("first"));
    Path second = Files.createDirectory(bench.directory().resolve("second"));
    Path directory = Files.createDirectory(first.resolve("mount"));
    Path link = Files.createSymbolicLink(first.resolve("swap"), canary);
    Bundle bundle =
        bench
            .bundle()
            .mount("/one", "bind", first.toString(), "rbind", "rw")
            .mount("/one/mount", "bind", second.toString(), "rbind", "rw")
            .mount("/one/other", "bind", second.toString(), "rbind", "rw")
            .script("ls /one/mount/ /one/other/ /one/swap/ 2>/dev/null; true");
    racing(
        directory,
        link,
        () -> {
          inWords(bench.run(bundle));
          assertUntouched(canary);
        });
  }

  // SEC-10, CVE-2019-19921: all of the root file system is the other's to change.
  @Test
  void procIsAProcOrNothing(Workbench bench) throws IOException {
    Path canary = canary(bench);
    Bundle bundle = bench.bundle();
    Path proc = Files.createDirectory(bundle.inside("/proc"));
    Path link = Files.createSymbolicLink(bundle.inside("/swap"), Path.of("/tmp"));
    // Where it is at last depends on who was quicker; that it is a procfs does not.
    bundle.script(
        "for i in $(seq 100); do"
            + " cat /proc/self/comm && exit; cat /swap/self/comm && exit; done 2>/dev/null; exit 9");
    racing(
        proc,
        link,
        () -> {
          Outcome outcome = inWords(bench.run(bundle));
          if (outcome.exitCode() == 0) {
            assertTrue(outcome.out().contains("cat\n"), outcome::toString);
          }
          assertUntouched(canary);
        });
  }
}
