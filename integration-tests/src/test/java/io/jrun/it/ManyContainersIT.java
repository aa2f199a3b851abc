// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Very many containers at once, one command after the other: src/test/bash/many.sh. What it prints
 * of its rounds is told and judged by nobody here; docs/performance.md has figures.
 */
@ExtendWith(ResidueExtension.class)
class ManyContainersIT {

  private static final Path SCRIPT = Path.of("src/test/bash/many.sh").toAbsolutePath();

  private static void keep(
      int number, Duration limit, Workbench bench, String name, String... runtime) {
    Bundle bundle = bench.bundle().args("sleep", "100000").set("/ociVersion", "1.0.2").write();
    String[] words =
        Stream.concat(
                Stream.of(Integer.toString(number), bundle.directory().toString()),
                Arrays.stream(runtime))
            .toArray(String[]::new);
    Outcome outcome =
        bench
            .bareCommand(words)
            .by(SCRIPT)
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("MEMLOCK", System.getProperty("jrun.memlock", ""))
            .limit(limit)
            .run()
            .succeeds();
    System.out.printf("%d containers, ms for each: %-5s %s%n", number, name, outcome.text());
  }

  private static String[] of(Workbench bench, Path runtime) {
    String state = bench.directory().resolve("state-of-" + runtime.getFileName()).toString();
    return new String[] {runtime.toString(), "--root", state};
  }

  @Test
  @Tag("lab")
  void aHundredExistAtOnce(Workbench bench) {
    keep(100, Duration.ofMinutes(1), bench, "jrun", of(bench, Jrun.binary()));
  }

  @Test
  @Tag("soak")
  void aThousandExistAtOnceAsWithOthers(Workbench bench) {
    for (Path runtime :
        List.of(Jrun.binary(), Path.of("/usr/bin/crun"), Path.of("/usr/sbin/runc"))) {
      assertTrue(Files.isExecutable(runtime), runtime::toString);
      int number = Integer.getInteger("jrun.soak.containers", 1000);
      String name = runtime.getFileName().toString();
      keep(number, Duration.ofMinutes(20), bench, name, of(bench, runtime));
    }
  }
}
