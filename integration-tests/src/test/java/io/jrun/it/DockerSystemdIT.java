// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Docker Engine whose containers are units of systemd's: native.cgroupdriver=systemd. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class DockerSystemdIT {
  private static Docker docker;

  @BeforeAll
  static void startDaemon() throws IOException {
    docker = Docker.start("systemd");
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    docker.close();
  }

  @Test
  void aContainerIsAScopeWithItsLimits(Workbench bench) throws IOException {
    assertEquals(
        "systemd", docker.docker("info", "--format", "{{.CgroupDriver}}").succeeds().text());
    String name =
        docker.running("--memory=64m", "--memory-swap=64m", "--cpus=0.5", "--pids-limit=50");
    String unit = "docker-" + docker.inspect(name, ".Id") + ".scope";
    Path cgroup = Snapshot.CGROUPS.resolve("system.slice").resolve(unit);
    assertEquals(cgroup, cgroupOf(Integer.parseInt(docker.inspect(name, ".State.Pid"))));
    assertEquals(
        "0::/\n", docker.docker("exec", name, "cat", "/proc/self/cgroup").succeedsSilently().out());
    docker.docker("pause", name).succeeds();
    docker.docker("unpause", name).succeeds();
    docker
        .docker(
            "update", "--memory=128m", "--memory-swap=128m", "--cpus=1", "--pids-limit=60", name)
        .succeeds();
    // systemd knows, or it would undo it.
    SystemdCgroupIT.systemctl(bench, "daemon-reload");
    assertEquals("134217728", docker.cgroup(name, "memory.max"));
    assertEquals("100000 100000", docker.cgroup(name, "cpu.max"));
    assertEquals("60", docker.cgroup(name, "pids.max"));
    docker.stop(name);
    assertFalse(Files.exists(cgroup), cgroup::toString);
    docker.remove(name);
  }
}
