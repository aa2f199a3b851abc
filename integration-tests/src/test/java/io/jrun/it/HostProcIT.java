// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Containers of programs that watch a host, which have the host's files and its procfs below a
 * directory of their own: what lies on a procfs there does not lie on the container's.
 */
@ExtendWith(ResidueExtension.class)
class HostProcIT {
  /** As watchers of hosts are told to be run: {@code -v /:/host -v /proc:/host/proc}. */
  @Test
  @Tag("smoke")
  void aHostsProcIsBoundOnTheOneThatCameWithItsRoot(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/host", "bind", "/", "rbind", "rslave")
            .mount("/host/proc", "bind", "/proc", "rbind", "rslave")
            .script(
                "cat /host/proc/sys/kernel/ostype;"
                    + " test $(grep -c ' /host/proc ' /proc/self/mountinfo) -ge 2 && echo covered");
    assertEquals("Linux\ncovered\n", bench.run(bundle).succeeds().out());
  }

  @Test
  void whatLiesInTheHostsProcMayBeCovered(Workbench bench) throws IOException {
    Path source = Files.createDirectory(bench.directory().resolve("source"));
    Bundle bundle =
        bench
            .bundle()
            .mount("/hostproc", "bind", "/proc", "rbind", "rslave")
            .mount("/hostproc/sys", "bind", source.toString(), "bind")
            .script("ls /hostproc/sys; test -e /proc/sys/kernel");
    bench.run(bundle).succeedsSilently();
  }

  /** Below a name where a procfs may be expected the container's own is refused still. */
  @Test
  void aLinkFromThereIntoTheContainersProcIsRefused(Workbench bench) throws IOException {
    Path source = Files.createDirectory(bench.directory().resolve("source"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("/proc"));
    String id = Workbench.id();
    Bundle bundle =
        bench
            .bundle()
            .mount("/host", "bind", source.toString(), "rbind")
            .mount("/host/link/sys", "bind", source.toString(), "bind");
    bench.create(bundle, id).failsNaming("/mounts/", "inside /proc");
    bench.assertNothingOf(id);
  }
}
