// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suite's systemd as the first process of containers of its engines, none of them privileged:
 * it comes up without a failed unit, divides its cgroup, limits and isolates a service, and ends in
 * order. Each flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class SystemdInContainersIT {

  private static Docker docker;
  private static Podman podman;

  @BeforeAll
  static void start() throws IOException {
    OrdinaryUser.prepare();
    docker = Docker.startWithPeer();
    podman = Podman.forFlows();
  }

  @AfterAll
  static void stop() throws IOException {
    podman.close();
    docker.close();
  }

  /** What the flows print; {@code inside COMMAND...} executes in the container. */
  private static final String LOOK =
      """
      await inside test -e /marker
      inside systemctl is-system-running --wait || inside systemctl --failed --no-legend
      inside sh -c 'sed -n s#^0::.*/system.slice/#/system.slice/#p /proc/$(pidof systemd-journald)/cgroup'
      inside systemd-run --quiet --wait --pipe --property=User=nobody --property=NoNewPrivileges=yes \\
        --property=WorkingDirectory=/tmp sh -c 'echo $(id -un) $PWD; sed -n s#.*/run-[^/]*service#transient#p /proc/self/cgroup'
      inside systemctl show --property=Result --value marker.service
      """;

  private static final List<String> SEEN =
      List.of(
          "running",
          "/system.slice/systemd-journald.service",
          "nobody /tmp",
          "transient",
          "success",
          "begun",
          "ended",
          "exited 0");

  @Test
  void ofPodman(Workbench bench, TestReporter reporter) throws IOException {
    Path root = SystemdRoot.in(bench.directory());
    podman
        .flow()
        .writes(
            SEEN,
            bench,
            reporter,
            "cp -a " + root + " root",
            """
            inside() { podman exec flow "$@"; }
            podman run --detach --name=flow --systemd=always --volume=/usr:/usr:ro \\
              --rootfs $PWD/root /usr/lib/systemd/systemd >/dev/null
            """,
            LOOK,
            """
            podman stop --time=100 flow >/dev/null
            cat root/marker
            podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' flow
            """);
    podman.settle();
  }

  @Test
  void ofPodmanOfAnOrdinaryUser(Workbench bench, TestReporter reporter) throws IOException {
    Path cgroup = Snapshot.CGROUPS.resolve(Workbench.id());
    Path root = SystemdRoot.in(bench.directory());
    try (PodmanUser user = PodmanUser.delegated(bench, cgroup)) {
      user.writes(
          SEEN,
          bench,
          reporter,
          "cp -r " + root + " root",
          """
          inside() { podman exec flow "$@"; }
          podman run --detach --name=flow --systemd=always --network=none --volume=/usr:/usr:ro \\
            --rootfs $PWD/root /usr/lib/systemd/systemd >/dev/null
          """,
          LOOK,
          """
          podman stop --time=100 flow >/dev/null
          cat root/marker
          podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' flow
          """);
    }
    Workbench.awaitRemoval(cgroup.resolve("own"));
    Workbench.awaitRemoval(cgroup);
  }

  /** With an option of Docker's own since its version 28; before, with the host's hierarchy. */
  @Test
  void ofDocker(Workbench bench, TestReporter reporter) throws IOException {
    String writable =
        Engine.isSince("dockerd", 28, 0)
            ? "--security-opt=writable-cgroups=true"
            : "--cgroupns=host --volume=/sys/fs/cgroup:/sys/fs/cgroup";
    Path root = SystemdRoot.in(bench.directory());
    docker
        .flow()
        .writes(
            SEEN,
            bench,
            reporter,
            "writable='" + writable + "'",
            "tar -C " + root + " -c . | docker import - system >/dev/null",
            """
            finally 'docker rmi --force system >/dev/null'
            inside() { docker exec flow "$@"; }
            docker run --detach --name=flow --network=none --runtime=$RUNTIME $writable \\
              --stop-signal=SIGRTMIN+3 --env=container=docker --tmpfs=/run --tmpfs=/run/lock --tmpfs=/tmp \\
              --volume=/usr:/usr:ro system /usr/lib/systemd/systemd >/dev/null
            """,
            LOOK,
            """
            docker stop -t 100 flow >/dev/null
            docker cp flow:/marker marker >/dev/null
            cat marker
            docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' flow
            """);
  }
}
