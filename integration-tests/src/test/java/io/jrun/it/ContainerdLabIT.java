// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What containerd asks of controllers. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class ContainerdLabIT {
  private static Containerd containerd;

  @BeforeAll
  static void startDaemon() {
    containerd = Containerd.start();
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    containerd.close();
  }

  @Test
  void limitsAreSetAndFiguresAreTheContainers() throws IOException {
    String id = Workbench.id();
    containerd
        .runCommand(
            List.of("--detach", "--memory-limit", "67108864", "--cpus", "0.5"),
            id,
            "sh",
            "-c",
            "sleep 1000 & wait")
        .run()
        .succeeds();
    Path cgroup = Snapshot.CGROUPS.resolve("default").resolve(id);
    assertEquals("67108864\n", Files.readString(cgroup.resolve("memory.max")));
    assertEquals("50000 100000\n", Files.readString(cgroup.resolve("cpu.max")));
    List<String> metrics =
        containerd.ctr("task", "metrics", id).succeedsSilently().lines().stream()
            .map(line -> line.replaceAll(" +", " ").strip())
            .toList();
    assertTrue(metrics.contains("pids.current 2"), metrics::toString);
    assertTrue(metrics.contains("memory.usage_limit 67108864"), metrics::toString);
    assertTrue(
        metrics.stream().anyMatch(line -> line.matches("memory.usage [1-9]\\d+")),
        metrics::toString);
    containerd.remove(id);
  }
}
