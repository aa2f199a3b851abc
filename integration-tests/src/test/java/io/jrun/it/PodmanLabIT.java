// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Podman asks of controllers and of systemd; and systemd itself in a container. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class PodmanLabIT {
  private static Podman podman;

  @BeforeAll
  static void install() throws IOException {
    podman = Podman.servedWarm();
    // Once there has been a container in it, machine.slice stays.
    by("systemd", "run", "--rm", Podman.IMAGE, "true");
    podman.settle();
  }

  @AfterAll
  static void remove() throws IOException {
    podman.close();
    Podman.execute("systemctl", "stop", "machine.slice");
  }

  @AfterEach
  void settle() {
    podman.settle();
  }

  /** A command of Podman's with the cgroup manager of that name. */
  private static Outcome by(String manager, String... args) {
    return podman
        .podman(
            Stream.concat(Stream.of("--cgroup-manager=" + manager), Stream.of(args))
                .toArray(String[]::new))
        .succeedsSilently();
  }

  private static Path cgroup(String container) throws IOException {
    return cgroupOf(Integer.parseInt(podman.inspect(container, "{{.State.Pid}}")));
  }

  private static List<String> limits(Path cgroup) throws IOException {
    StringBuilder out = new StringBuilder();
    for (String file : List.of("memory.max", "memory.swap.max", "cpu.max", "pids.max")) {
      out.append(Files.readString(cgroup.resolve(file)));
    }
    return out.toString().lines().toList();
  }

  @ParameterizedTest
  @CsvSource({"cgroupfs, libpod_parent/libpod-%s", "systemd, machine.slice/libpod-%s.scope"})
  void limitsAreSetChangedAndCounted(String manager, String place, Workbench bench)
      throws IOException {
    String id =
        by(
                manager,
                "run",
                "--detach",
                "--memory=64m",
                "--memory-swap=64m",
                "--pids-limit=50",
                "--cpus=0.5",
                Podman.IMAGE,
                "sh",
                "-c",
                "sleep 1000 & wait")
            .text();
    Path cgroup = cgroup(id);
    assertEquals(Snapshot.CGROUPS.resolve(place.formatted(id)), cgroup);
    assertEquals(List.of("67108864", "0", "50000 100000", "50"), limits(cgroup));
    Workbench.await("two processes", () -> ExecIT.processesIn(cgroup) == 2);
    String stats =
        by(manager, "stats", "--no-stream", "--no-reset", "--format", "{{.MemUsage}} {{.PIDS}}", id)
            .text();
    assertTrue(stats.matches("[1-9][0-9.]*[kM]B / 67.11MB 2"), stats);
    assertEquals("in\n", by(manager, "exec", id, "echo", "in").out());
    by(manager, "update", "--memory=128m", "--memory-swap=128m", "--cpus=1", id);
    if (manager.equals("systemd")) {
      // It knows, or it would undo it.
      SystemdCgroupIT.systemctl(bench, "daemon-reload");
    }
    assertEquals(List.of("134217728", "0", "100000 100000", "50"), limits(cgroup));
    by(manager, "rm", "--force", "--time=0", id);
    assertFalse(Files.exists(cgroup), cgroup::toString);
  }

  /** With systemd Podman 4.3 denies its devices nothing, as it does in a cgroup that it makes. */
  @Test
  void aPodIsASlice() throws IOException {
    String pod = by("systemd", "pod", "create", "--name=pod", "--share=ipc,uts").text();
    String id = by("systemd", "run", "--detach", "--pod=pod", Podman.IMAGE, "sleep", "1000").text();
    Path slice = Snapshot.CGROUPS.resolve("machine.slice/machine-libpod_pod_" + pod + ".slice");
    assertEquals(slice.resolve("libpod-" + id + ".scope"), cgroup(id));
    by("systemd", "pod", "rm", "--force", "--time=0", "pod");
    assertFalse(Files.exists(slice), slice::toString);
  }

  /**
   * conmon sees why, and puts that down: where Podman was called, in which Podman does not look,
   * and from its 2.1.13 on where it does.
   */
  @Test
  void whoTakesMoreMemoryThanThereIsIsKilled() throws IOException {
    String id = Workbench.id();
    podman
        .podman(
            "run",
            "--name=" + id,
            "--memory=16m",
            "--memory-swap=16m",
            "--shm-size=64m",
            Podman.IMAGE,
            "dd",
            "if=/dev/zero",
            "of=/dev/shm/file",
            "bs=1M",
            "count=32")
        .exits(137);
    String told = podman.podman("inspect", "--format={{.State.OOMKilled}}", id).succeeds().text();
    podman.podman("rm", id).succeeds();
    podman.settle();
    boolean written = Files.deleteIfExists(podman.directory().resolve("oom"));
    assertTrue(written || told.equals("true"), "conmon has seen it");
  }

  @Test
  void systemdIsTheFirstProcess(Workbench bench) throws IOException {
    Path root = SystemdRoot.in(bench.directory());
    Path marker = SystemdRoot.marker(root);
    String id =
        by(
                "systemd",
                "run",
                "--detach",
                "--systemd=always",
                "--volume=/usr:/usr:ro",
                "--rootfs",
                root.toString(),
                "/usr/lib/systemd/systemd")
            .text();
    Workbench.await("the service", () -> Files.exists(marker));
    assertEquals(
        "running\n", by("systemd", "exec", id, "systemctl", "is-system-running", "--wait").out());
    assertEquals(
        "0::/system.slice/systemd-journald.service\n",
        by("systemd", "exec", id, "sh", "-c", "cat /proc/$(pidof systemd-journald)/cgroup").out());
    // By SIGRTMIN+3, as Podman knows.
    by("systemd", "stop", "--time=600", id);
    assertEquals("begun\nended\n", Files.readString(marker));
    assertEquals("exited 0", podman.inspect(id, "{{.State.Status}} {{.State.ExitCode}}"));
    by("systemd", "rm", id);
  }
}
