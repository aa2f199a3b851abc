// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * That this run of the tests tests what it says: cores of the commands' own, or the one warm core.
 */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class CoreIT {

  private static long coresOf(ProcessHandle front) {
    String executable = Jrun.isNative() ? "/core" : "/java";
    return front
        .children()
        .filter(child -> child.info().command().orElse("").endsWith(executable))
        .count();
  }

  @Test
  @Tag("smoke")
  void aCommandHasACoreOfItsOwnUnlessTheRunHasAWarmOne(Workbench bench) throws IOException {
    assertNotNull(System.getProperty("jrun.warm"), "which run this is");
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .script("touch /tmp/here; while ! test -e /tmp/go; do usleep 10000; done");
    Jrun.Running run = bench.runCommand(bundle, Workbench.id()).start();
    Workbench.await("the container", () -> Files.exists(bundle.inside("/tmp/here")));
    long cores = coresOf(run.process().toHandle());
    Files.createFile(bundle.inside("/tmp/go"));
    run.await().succeedsSilently();
    assertEquals(WarmCore.shared().isPresent() ? 0 : 1, cores);
    WarmCore.shared().ifPresent(core -> assertTrue(core.process().isAlive(), core::words));
  }
}
