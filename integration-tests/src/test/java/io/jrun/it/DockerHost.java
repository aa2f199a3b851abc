// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.TestReporter;

/**
 * Docker Engine as a host has it: its own unit and containerd's, systemd for cgroups, overlayfs for
 * images, a bridge with published ports; and jrun for its default runtime, by the file that
 * docs/engines has, with CDI beside it. For the virtual machine of scripts/lab alone, which nobody
 * needs afterwards.
 */
final class DockerHost implements AutoCloseable {

  static final String IMAGE = "busybox";

  private static final Path CONFIGURATION = Path.of("/etc/docker/daemon.json");
  private static final Path DEVICES = Path.of("/etc/cdi");
  private static final String[] UNITS = {"containerd.service", "docker.socket", "docker.service"};

  static final String CLEANUP =
      "docker ps --all --quiet | xargs -r docker rm --force --volumes >/dev/null 2>&1;"
          + " docker volume prune --all --force >/dev/null 2>&1; true";

  private final EngineFlow flow =
      new EngineFlow(
          "run() { docker run --runtime=\"$RUNTIME\" \"$@\"; }\nbusybox=" + IMAGE,
          CLEANUP,
          List.of("runc"),
          "jrun");

  DockerHost() throws IOException {
    Files.createDirectories(CONFIGURATION.getParent());
    String documented = Engine.documented("docker/daemon.json");
    Files.writeString(
        CONFIGURATION, documented.replaceFirst("\\{", "{\n  \"features\": {\"cdi\": true},"));
    Files.createDirectories(DEVICES);
    Files.writeString(DEVICES.resolve("flow.json"), Docker.DEVICE);
    for (String unit : UNITS) {
      Files.deleteIfExists(Path.of("/etc/systemd/system", unit));
    }
    Podman.execute("systemctl", "daemon-reload");
    Podman.execute("systemctl", "start", "docker.service");
    Path directory = Files.createTempDirectory("image");
    Path image = Podman.image(directory);
    Podman.execute(
        "sh",
        "-c",
        "docker import --change 'ENV PATH=/bin' " + image + " " + IMAGE + " >/dev/null");
    Podman.execute("rm", "-rf", directory.toString());
    for (String runtime : List.of("runc", "jrun")) {
      Podman.execute("docker", "run", "--rm", "--runtime", runtime, IMAGE, "true");
    }
  }

  void writes(List<String> expected, Workbench bench, TestReporter reporter, String... script)
      throws IOException {
    flow.writes(expected, bench, reporter, script);
  }

  @Override
  public void close() throws IOException {
    Podman.execute("systemctl", "stop", "docker.socket", "docker.service", "containerd.service");
    for (String unit : UNITS) {
      Podman.execute("systemctl", "--quiet", "mask", unit);
    }
    Podman.execute("ip", "link", "delete", "docker0");
    Podman.execute(
        "rm",
        "-rf",
        CONFIGURATION.toString(),
        DEVICES.toString(),
        "/run/docker",
        "/run/containerd");
  }
}
