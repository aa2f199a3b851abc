// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.TestReporter;

/**
 * Podman as a host has it where nothing was chosen: its storage in /var/lib/containers, systemd for
 * cgroups, netavark for networks, the journal for logs; and jrun for its runtime, by the file that
 * docs/engines has, as it is. For the virtual machine of scripts/lab alone, which nobody needs
 * afterwards. What Podman makes once is there before the first test.
 */
final class PodmanHost implements AutoCloseable {

  static final String IMAGE = "localhost/busybox:latest";

  private static final Path PART = Path.of("/etc/containers/containers.conf.d/jrun.conf");

  /** What the suite has. */
  static final List<String> PEERS = List.of("/usr/sbin/runc", "/usr/bin/crun");

  private static final Path RESOLVER = Path.of("/etc/resolv.conf");

  static final String CLEANUP =
      "podman pod rm --all --force --time=0 >/dev/null 2>&1;"
          + " podman rm --all --force --time=0 >/dev/null 2>&1;"
          + " podman volume rm --all --force >/dev/null 2>&1; true";

  private final EngineFlow flow =
      new EngineFlow(
          "podman() { command podman --runtime=\"$RUNTIME\" \"$@\"; }\nbusybox=" + IMAGE,
          CLEANUP,
          PEERS,
          Jrun.binary().toString());

  PodmanHost() throws IOException {
    configure();
    Path directory = Files.createTempDirectory("image");
    String image = Podman.image(directory).toString();
    Podman.execute("podman", "import", "--quiet", "--change", "ENV PATH=/bin", image, IMAGE);
    Podman.execute("rm", "-rf", directory.toString());
    for (String runtime : List.of("/usr/sbin/runc", "/usr/bin/crun", Jrun.binary().toString())) {
      Podman.execute(
          "podman", "--runtime", runtime, "run", "--rm", "--publish=18080:80", IMAGE, "true");
    }
  }

  /** What the machine is told, for root and for users. */
  static void configure() throws IOException {
    Files.createDirectories(PART.getParent());
    Files.writeString(PART, Engine.documented("podman/containers.conf"));
    // Without one the names of networks are nobody's to tell.
    if (!Files.exists(RESOLVER)) {
      Files.writeString(RESOLVER, "nameserver " + Cri.NAME_SERVER + "\n");
    }
    giveIds();
  }

  /** Of whom Podman asks ids for --userns=auto. */
  static void giveIds() throws IOException {
    for (String file : List.of("subuid", "subgid")) {
      Path ids = Path.of("/etc", file);
      if (!Files.readString(ids).contains("containers:")) {
        Files.writeString(ids, Files.readString(ids) + "containers:1000000:1000000\n");
      }
    }
    // Ids that are nobody's are found no more: libsubid 4.20.
    Path users = Path.of("/etc/passwd");
    if (!Files.readString(users).contains("containers:")) {
      Files.writeString(
          users, Files.readString(users) + "containers:x:999:999::/:/usr/sbin/nologin\n");
    }
  }

  /** Takes that back. */
  static void forget() throws IOException {
    Files.delete(PART);
    Podman.execute("systemctl", "stop", "machine.slice");
  }

  void writes(List<String> expected, Workbench bench, TestReporter reporter, String... script)
      throws IOException {
    flow.writes(expected, bench, reporter, script);
  }

  @Override
  public void close() throws IOException {
    Podman.execute("podman", "system", "reset", "--force");
    forget();
    Podman.execute(
        "rm", "-rf", "/run/libpod", "/run/containers", "/run/runc", "/run/crun", "/run/jrun");
  }
}
