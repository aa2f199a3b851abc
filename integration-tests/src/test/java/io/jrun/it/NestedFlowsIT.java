// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Podman in containers of Podman's, both by the same runtime, with the suite's /usr inside: as
 * root, as the root of a user namespace, and as an ordinary user in it. Each flow is the suite's
 * own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class NestedFlowsIT {
  private static final String INNER =
      """
      export HOME=/tmp PATH=/usr/bin:/usr/sbin:/bin CONTAINERS_CONF=/containers.conf XDG_RUNTIME_DIR=/run/user
      mkdir -p /run/user
      podman() {
        /usr/bin/podman --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none \\
          --runtime=$INNER "$@"
      }
      podman import /image.tar busybox >/dev/null 2>&1
      podman run --rm busybox sh -c 'echo inner $(id -u) $(cat /proc/self/uid_map); exit 3' || echo $?
      podman run --detach --name=one busybox sleep 1000 >/dev/null
      podman exec one echo two
      podman rm --force --time=0 one
      """;

  private static Podman podman;
  private static EngineFlow flow;
  private static Path files;

  @BeforeAll
  static void install() throws IOException {
    podman = Podman.forFlows();
    flow = podman.flow();
    files = Files.createDirectory(podman.directory().resolve("files"));
    Files.move(Podman.image(podman.directory()), files.resolve("image.tar"));
    Files.writeString(files.resolve("inner"), INNER);
    Files.writeString(
        files.resolve("containers.conf"),
        Podman.documented("podman/containers.conf", Path.of("/opt/bin/jrun")) + Podman.HERE);
  }

  @AfterAll
  static void remove() throws IOException {
    podman.close();
  }

  @AfterEach
  void settle() {
    podman.settle();
  }

  /** Begins a script: {@code outer OPTION...} runs the inner one in a container. */
  private static String outer() {
    return """
        inner=$RUNTIME
        [ $inner != %1$s/bin/jrun ] || inner=/opt/bin/jrun
        outer() {
          podman run --rm --tmpfs=/tmp:mode=1777 --tmpfs=/run:mode=1777 --tmpfs=/var/tmp:mode=1777 \\
            --env=INNER=$inner --volume=/usr:/usr:ro --volume=/lib:/lib:ro --volume=/lib64:/lib64:ro \\
            --volume=%1$s:/opt:ro --volume=%2$s/image.tar:/image.tar:ro --volume=%2$s/inner:/inner:ro \\
            --volume=%2$s/containers.conf:/containers.conf:ro "$@" $busybox sh /inner
        }
        """
        .formatted(Jrun.prefix(), files);
  }

  @Test
  void asRootInAPrivilegedContainer(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("inner 0 0 0 4294967295", "3", "two", "one"),
        bench,
        reporter,
        outer(),
        "outer --privileged --volume=/etc:/etc:ro");
  }

  @Test
  void asTheRootOfAUserNamespace(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("inner 0 0 1000000 2000", "3", "two", "one"),
        bench,
        reporter,
        outer(),
        // What Podman says of a cgroup for its monitors is not the subject.
        "outer --privileged --userns=auto:size=2000 --volume=/etc:/etc:ro 2>/dev/null");
  }

  /** Not privileged: with an unmasked /proc, and a filter that permits what it needs. */
  @Test
  void asAnOrdinaryUser(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("inner 0 0 1000 1 1 10000 5000", "3", "two", "one"),
        bench,
        reporter,
        outer(),
        """
        mkdir -p etc/containers
        cp /etc/ld.so.cache etc
        cp /etc/containers/policy.json /etc/containers/registries.conf etc/containers
        printf 'root:x:0:0::/:/bin/sh\\nsome:x:1000:1000::/:/bin/sh\\n' >etc/passwd
        printf 'root:x:0:\\nsome:x:1000:\\n' >etc/group
        echo some:10000:5000 | tee etc/subuid >etc/subgid
        chmod -R a+rX etc
        outer --user=1000:1000 --security-opt=unmask=ALL --security-opt=seccomp=unconfined \\
          --cap-add=sys_admin --volume=$PWD/etc:/etc
        """);
  }
}
