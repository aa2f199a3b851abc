// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * containerd whose containers are units of systemd's: {@code ctr --runc-systemd-cgroup}, and the
 * CRI plugin with {@code SystemdCgroup = true}.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class ContainerdSystemdIT {
  private static Containerd containerd;

  @BeforeAll
  static void startDaemon() throws IOException {
    containerd = Containerd.startWithSystemd();
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    containerd.close();
  }

  private static String limits(Path cgroup) throws IOException {
    return Files.readString(cgroup.resolve("memory.max"))
        + Files.readString(cgroup.resolve("cpu.max"));
  }

  @Test
  void aContainerIsAScopeWithItsLimits(Workbench bench) throws IOException {
    String id = Workbench.id();
    containerd
        .runCommand(
            List.of(
                "--detach",
                "--runc-systemd-cgroup",
                "--cgroup",
                "system.slice:ctr:" + id,
                "--memory-limit",
                "67108864",
                "--cpus",
                "0.5"),
            id,
            "sleep",
            "1000")
        .run()
        .succeeds();
    Path cgroup = Snapshot.CGROUPS.resolve("system.slice").resolve("ctr-" + id + ".scope");
    assertEquals(cgroup, cgroupOf(containerd.pid(id)));
    assertEquals("67108864\n50000 100000\n", limits(cgroup));
    containerd.exec(id, "true").succeedsSilently();
    containerd
        .update(id, "{\"memory\":{\"limit\":134217728},\"cpu\":{\"quota\":30000}}")
        .succeeds();
    // systemd knows, or it would undo it.
    SystemdCgroupIT.systemctl(bench, "daemon-reload");
    assertEquals("134217728\n30000 100000\n", limits(cgroup));
    containerd.remove(id);
    assertFalse(Files.exists(cgroup), cgroup::toString);
  }

  /** A kubelet with {@code cgroupDriver: systemd} makes a slice for each pod, and names it. */
  @Test
  void aPodIsScopesInItsSlice(Workbench bench) throws IOException {
    String name = "jrun" + Workbench.TOKEN + ".slice";
    Path slice = Snapshot.CGROUPS.resolve(name);
    Cri cri = Cri.of(containerd);
    Cri.Pod pod = cri.run(bench, "cgroup_parent: \"/" + name + "\"");
    String container =
        pod.running(
            "linux { resources { memory_limit_in_bytes: 67108864 cpu_quota: 50000"
                + " cpu_period: 100000 } }",
            Cri.LASTING);
    Path cgroup = slice.resolve("cri-containerd-" + container + ".scope");
    assertEquals("67108864\n50000 100000\n", limits(cgroup));
    assertEquals(
        List.of(cgroup.getFileName().toString(), "cri-containerd-" + pod.id() + ".scope").stream()
            .sorted()
            .toList(),
        Cri.below(slice));
    cri.update(container, "memory_limit_in_bytes: 134217728 cpu_quota: 30000 cpu_period: 100000")
        .succeeds();
    assertEquals("134217728\n30000 100000\n", limits(cgroup));
    assertEquals("in\n", cri.exec(container, "echo", "in").succeeds().field("stdout"));
    cri.stopLasting(container);
    pod.remove();
    assertEquals(List.of(), Cri.below(slice));
    SystemdCgroupIT.systemctl(bench, "stop", name);
  }
}
