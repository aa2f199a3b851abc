// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The smallest memory.max under which a static program starts and ends, for each runtime. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
@Tag("lab-long")
class SmallestMemoryIT {
  private static final int KIB = 1024;

  /** No runtime needs as much, and none gets by with as little. */
  private static final int MOST = 64 * KIB;

  private static final int STEP = 16;
  private static final int ENOUGH = 512;

  /** In KiB. */
  private static int smallest(Workbench bench, Path runtime) {
    int low = 0;
    int high = MOST;
    while (high - low > STEP) {
      int limit = (low + high) / 2 / STEP * STEP;
      if (starts(bench, runtime, limit)) {
        high = limit;
      } else {
        low = limit;
      }
    }
    return high;
  }

  private static boolean starts(Workbench bench, Path runtime, int limit) {
    Map<String, Object> memory = Map.of("limit", limit * KIB, "swap", limit * KIB);
    Bundle bundle =
        bench
            .bundle()
            .args("/bin/true")
            .set("/ociVersion", "1.0.2")
            .set("/linux/resources/memory", memory)
            .write();
    String state = bench.directory().resolve("state-of-" + runtime.getFileName()).toString();
    String id = Workbench.id();
    boolean fine =
        bench
                .bareCommand("--root", state, "run", "--bundle", bundle.directory().toString(), id)
                .by(runtime)
                .run()
                .exitCode()
            == 0;
    bench.bareCommand("--root", state, "delete", "--force", id).by(runtime).run();
    return fine;
  }

  @Test
  void littleIsEnoughToStart(Workbench bench) {
    int own = smallest(bench, Jrun.binary());
    int crun = smallest(bench, Path.of("/usr/bin/crun"));
    int runc = smallest(bench, Path.of("/usr/sbin/runc"));
    System.out.printf("smallest memory.max in KiB: jrun %d, crun %d, runc %d%n", own, crun, runc);
    assertTrue(own <= ENOUGH && own < runc, () -> own + " KiB");
  }
}
