// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
    Workbench.await("two processes", () -> metrics(id).contains("pids.current 2"));
    List<String> metrics = metrics(id);
    assertTrue(metrics.contains("memory.usage_limit 67108864"), metrics::toString);
    assertTrue(
        metrics.stream().anyMatch(line -> line.matches("memory.usage [1-9]\\d+")),
        metrics::toString);
    containerd.remove(id);
  }

  private static List<String> metrics(String id) {
    return containerd.ctr("task", "metrics", id).succeedsSilently().lines().stream()
        .map(line -> line.replaceAll(" +", " ").strip())
        .toList();
  }

  /** As a kubelet with {@code cgroupDriver: cgroupfs} asks for it. */
  @Test
  void aPodHasItsCgroupAndItsContainersLimitsThatAreChanged(Workbench bench) throws IOException {
    Cri cri = Cri.of(containerd);
    String name = Workbench.id();
    Path parent = Files.createDirectory(Snapshot.CGROUPS.resolve(name));
    Cri.Pod pod = cri.run(bench, "cgroup_parent: \"/" + name + "\"");
    String container =
        pod.running(
            "linux { resources { memory_limit_in_bytes: 67108864 cpu_quota: 50000"
                + " cpu_period: 100000 cpu_shares: 512 } }",
            Cri.LASTING);
    assertEquals(Stream.of(container, pod.id()).sorted().toList(), Cri.below(parent));
    Path cgroup = parent.resolve(container);
    assertEquals("67108864\n", Files.readString(cgroup.resolve("memory.max")));
    assertEquals("50000 100000\n", Files.readString(cgroup.resolve("cpu.max")));
    assertEquals("59\n", Files.readString(cgroup.resolve("cpu.weight")));
    assertEquals(
        "nameserver " + Cri.NAME_SERVER + "\n",
        cri.exec(container, "cat", "/etc/resolv.conf").succeeds().field("stdout"));
    cri.update(container, "memory_limit_in_bytes: 134217728 cpu_shares: 1024").succeeds();
    assertEquals("134217728\n", Files.readString(cgroup.resolve("memory.max")));
    assertEquals("50000 100000\n", Files.readString(cgroup.resolve("cpu.max")));
    pod.remove();
    assertEquals(List.of(), Cri.below(parent));
    Files.delete(parent);
  }

  // The shim watches the cgroup, and an emulated machine may let it run too late: see DockerLabIT.
  @Test
  @Tag("lab-long")
  void whoIsKilledForWantOfMemoryIsSaidToBe(Workbench bench) throws IOException {
    Cri cri = Cri.of(containerd);
    Cri.Pod pod = cri.run(bench);
    String container =
        pod.running(
            "linux { resources { memory_limit_in_bytes: 16777216 } }",
            "dd",
            "if=/dev/zero",
            "of=/dev/shm/file",
            "bs=1M",
            "count=32");
    cri.awaitExit(container);
    Workbench.await("the reason", () -> cri.status(container).field("reason").equals("OOMKilled"));
    assertEquals("137", cri.status(container).field("exit_code"));
    pod.remove();
  }
}
