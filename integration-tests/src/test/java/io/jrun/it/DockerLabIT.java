// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Docker Engine asks of controllers and of AppArmor. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class DockerLabIT {
  private static Docker docker;

  @BeforeAll
  static void startDaemon() {
    docker = Docker.start("cgroupfs");
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    docker.close();
  }

  @Test
  void limitsAreSetChangedAndCounted() {
    String name =
        docker.running(
            "--memory=64m",
            "--memory-swap=64m",
            "--cpus=0.5",
            "--cpu-shares=512",
            "--cpuset-cpus=0",
            "--pids-limit=50");
    assertEquals("67108864", docker.cgroup(name, "memory.max"));
    assertEquals("0", docker.cgroup(name, "memory.swap.max"));
    assertEquals("50000 100000", docker.cgroup(name, "cpu.max"));
    assertEquals("59", docker.cgroup(name, "cpu.weight"));
    assertEquals("0", docker.cgroup(name, "cpuset.cpus"));
    assertEquals("50", docker.cgroup(name, "pids.max"));
    docker
        .docker(
            "update", "--memory=128m", "--memory-swap=128m", "--cpus=1", "--pids-limit=60", name)
        .succeeds();
    assertEquals("134217728", docker.cgroup(name, "memory.max"));
    assertEquals("100000 100000", docker.cgroup(name, "cpu.max"));
    assertEquals("60", docker.cgroup(name, "pids.max"));
    assertEquals("59", docker.cgroup(name, "cpu.weight"));
    Workbench.await("two processes", () -> docker.cgroup(name, "pids.current").equals("2"));
    String stats =
        docker
            .docker("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", name)
            .succeeds()
            .text();
    assertTrue(stats.matches("[1-9][0-9.]*[KM]iB / 128MiB 2"), stats);
    docker.remove(name);
  }

  /**
   * The shim begins to watch the cgroup when the container has been started, and hears of a change
   * when it comes to run: an emulated machine that has to wait for its host may be too late for
   * that, once.
   */
  @ParameterizedTest
  @Tag("lab-long")
  @CsvSource({"exec, 137", "'', 5"})
  void whoIsKilledForWantOfMemoryIsSaidToBe(String how, String code) {
    String take = "sleep 3; " + how + " dd if=/dev/zero of=/dev/shm/file bs=1M count=32; exit 5";
    boolean isSaid = false;
    for (int tries = 0; tries < 3 && !isSaid; tries++) {
      String name =
          docker.detached(
              List.of("--memory=16m", "--memory-swap=16m", "--shm-size=64m"), "sh", "-c", take);
      assertEquals(code, docker.docker("wait", name).succeedsSilently().text());
      for (int looks = 0; looks < 10 && !isSaid; looks++) {
        Workbench.pause(500);
        isSaid = docker.inspect(name, ".State.OOMKilled").equals("true");
      }
      docker.remove(name);
    }
    assertTrue(isSaid, "OOMKilled");
  }

  @Test
  void appArmorConfinesByTheDefaultProfileUnlessToldOtherwise() {
    String script = "cat /proc/self/attr/current";
    assertEquals(
        "docker-default (enforce)",
        docker.run(List.of(), "sh", "-c", script).succeedsSilently().text());
    assertEquals(
        "unconfined",
        docker
            .run(List.of("--security-opt", "apparmor=unconfined"), "sh", "-c", script)
            .succeedsSilently()
            .text());
    Outcome missing = docker.run(List.of("--security-opt", "apparmor=nonesuch"), "true");
    assertTrue(missing.exitCode() >= 125 && missing.err().contains("nonesuch"), missing::toString);
  }
}
