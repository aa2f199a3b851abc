// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The Debian package on a machine with systemd and an engine: what scripts/lab has packed, beside
 * the jrun that all other tests use. In /usr/bin it is nobody's but these tests'.
 */
@Tag("lab")
class PackageLabIT {
  private static final Path INSTALLED = Path.of("/usr/bin/jrun");

  private static Outcome execute(String... argv) {
    try {
      Path said = Files.createTempFile("package", "said");
      Process process =
          new ProcessBuilder(argv)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(said.toFile())
              .start();
      assertTrue(process.waitFor(10, TimeUnit.MINUTES), () -> argv[0]);
      Outcome outcome =
          new Outcome(String.join(" ", argv), process.exitValue(), Files.readString(said), "");
      Files.delete(said);
      return outcome;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void install(int revision) {
    execute("sh", "-c", "exec dpkg -i ../target/package/jrun_*-" + revision + "_*.deb").succeeds();
  }

  @BeforeEach
  void installTheFirst() {
    assertFalse(Files.exists(INSTALLED));
    install(1);
  }

  @AfterEach
  void purge() {
    execute("dpkg", "-P", "jrun").succeeds();
    assertFalse(Files.exists(INSTALLED));
  }

  @Test
  void anEngineUsesItAndItsUpgradeKeepsTheEnginesContainers() throws IOException {
    try (Docker docker = Docker.start("systemd", INSTALLED)) {
      String name = docker.running();
      String pid = docker.inspect(name, ".State.Pid");
      install(2);
      assertEquals(
          "still here\n", docker.docker("exec", name, "echo", "still here").succeeds().out());
      assertEquals(pid, docker.inspect(name, ".State.Pid"));
      docker.docker("pause", name).succeeds();
      docker.docker("unpause", name).succeeds();
      docker.stop(name);
      docker.remove(name);
      assertEquals("1\n", docker.run(List.of(), "sh", "-c", "echo $$").succeeds().out());
    }
  }

  @Test
  void nothingIsEnabledAndWhoEnablesTheSocketKeepsIt() {
    assertEquals("disabled", execute("systemctl", "is-enabled", "jrund.socket").text());
    execute("systemctl", "daemon-reload").succeeds();
    execute("systemctl", "start", "jrund.socket").succeeds();
    try {
      execute(INSTALLED.toString(), "--core=warm", "--version").succeeds();
      execute("systemctl", "enable", "jrund.socket").succeeds();
      install(2);
      execute(INSTALLED.toString(), "--core=warm", "--version").succeeds();
      assertEquals("enabled", execute("systemctl", "is-enabled", "jrund.socket").text());
    } finally {
      execute("systemctl", "disable", "jrund.socket").succeeds();
      execute("systemctl", "stop", "jrund.socket", "jrund.service").succeeds();
    }
  }

  @Test
  void doctorFindsAWholeMachineWell() {
    Outcome outcome = execute(INSTALLED.toString(), "doctor", "/var/lib").succeeds();
    for (String line :
        List.of(
            "hierarchy             cgroup v2 at /sys/fs/cgroup",
            "AppArmor              on",
            "manager               systemd ",
            "trial                 created, started and deleted")) {
      assertTrue(outcome.out().contains("  ok       " + line), outcome::toString);
    }
    assertTrue(
        outcome.out().lines().anyMatch(line -> line.matches("  ok +for containers .*memory.*")),
        outcome::toString);
  }
}
