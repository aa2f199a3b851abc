// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What Podman has learned since the one that {@link PodmanIT} runs everywhere, and what it is on a
 * host with systemd, networks and a storage of its own: as it is used there, by its defaults. Each
 * flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
@Tag("newer")
class PodmanNewerIT {
  private static PodmanHost podman;

  @BeforeAll
  static void install() throws IOException {
    podman = new PodmanHost();
  }

  @AfterAll
  static void remove() throws IOException {
    podman.close();
  }

  /** A file that systemd's generator makes a unit of; the container tells when it is ready. */
  @Test
  void aQuadletIsAServiceThatIsReadyWhenItsContainerSaysSo(Workbench bench, TestReporter reporter)
      throws IOException {
    podman.writes(
        List.of("active", "the monitor", "in its cgroup", "kept", "1", "inactive", "gone"),
        bench,
        reporter,
        """
        units=/run/containers/systemd
        mkdir -p $units
        finally 'systemctl stop flow.service flow-volume.service; rm -rf '$units'; systemctl daemon-reload
          podman volume rm --all --force >/dev/null'
        printf '[Volume]\\n' >$units/flow.volume
        cat >$units/flow.container <<EOF
        [Container]
        Image=$busybox
        ContainerName=flow
        GlobalArgs=--runtime=$RUNTIME
        Notify=true
        ReadOnly=true
        Volume=flow.volume:/data
        PodmanArgs=--stop-timeout=100
        Exec=sh -c 'echo kept >/data/file; trap "exit 0" TERM; notify send READY=1; while :; do sleep 1000 & wait; done'
        [Service]
        TimeoutSec=200
        EOF
        systemctl daemon-reload
        systemctl start flow.service
        systemctl is-active flow.service
        [ "$(systemctl show -P MainPID flow.service)" = "$(podman inspect -f '{{.State.ConmonPid}}' flow)" ]
        echo the monitor
        pid=$(podman inspect -f '{{.State.Pid}}' flow)
        grep -q "0::$(systemctl show -P ControlGroup flow.service)/libpod-payload-" /proc/$pid/cgroup
        echo in its cgroup
        podman exec flow cat /data/file
        podman exec flow touch /x 2>/dev/null || echo $?
        systemctl stop flow.service
        systemctl is-active flow.service || true
        [ -n "$(podman ps --all --quiet)" ] || echo gone
        """);
  }

  /** Podman makes timers of systemd's for the checks, and ends a container that is not well. */
  @Test
  @Tag("lab-long")
  void aQuadletIsReadyWhenItsContainerIsHealthyAndFailsWhenItIsNot(
      Workbench bench, TestReporter reporter) throws IOException {
    podman.writes(
        List.of("active", "healthy", "failed", "gone"),
        bench,
        reporter,
        """
        units=/run/containers/systemd
        mkdir -p $units
        finally 'systemctl stop flow.service; systemctl reset-failed flow.service
          rm -rf '$units'; systemctl daemon-reload'
        cat >$units/flow.container <<EOF
        [Container]
        Image=$busybox
        ContainerName=flow
        GlobalArgs=--runtime=$RUNTIME
        Notify=healthy
        HealthCmd=test -e /dev/shm/well
        HealthInterval=2s
        HealthRetries=2
        HealthOnFailure=kill
        Exec=sh -c 'touch /dev/shm/well; exec sleep 1000'
        [Service]
        TimeoutSec=200
        EOF
        systemctl daemon-reload
        systemctl start flow.service
        systemctl is-active flow.service
        podman inspect -f '{{.State.Health.Status}}' flow
        podman exec flow rm /dev/shm/well
        failed() { [ "$(systemctl is-active flow.service)" = failed ]; }
        await failed
        systemctl is-active flow.service || true
        [ -n "$(podman ps --all --quiet)" ] || echo gone
        """);
  }

  @Test
  void anOverlayAnImageAndAPartOfAVolumeAreMounted(Workbench bench, TestReporter reporter)
      throws IOException {
    podman.writes(
        List.of("file", "new", "file", "busybox", "1", "inner", "5:6"),
        bench,
        reporter,
        """
        mkdir data
        touch data/file
        podman run --rm --volume=$PWD/data:/data:O $busybox sh -c 'touch /data/new; ls /data'
        ls data
        podman run --rm --mount=type=image,source=$busybox,destination=/image $busybox \\
          sh -c 'ls /image/bin/busybox | xargs basename; touch /image/x 2>/dev/null || echo $?'
        podman run --rm --volume=flow:/v $busybox sh -c 'mkdir /v/part; echo inner >/v/part/file'
        podman run --rm --mount=type=volume,source=flow,destination=/v,subpath=/part $busybox cat /v/file
        podman run --rm --user=5:6 --volume=flow:/v:U $busybox stat -c %u:%g /v
        """);
  }

  @Test
  void limitsRestartsAndTheEnvironmentAreUpdated(Workbench bench, TestReporter reporter)
      throws IOException {
    podman.writes(
        List.of("67108864 20", "134217728 30", "50000 100000", "on-failure", "134217728 30"),
        bench,
        reporter,
        """
        podman run --detach --name=flow --memory=64m --pids-limit=20 $busybox sleep 1000 >/dev/null
        cgroup=/sys/fs/cgroup$(sed s/0::// /proc/$(podman inspect -f '{{.State.Pid}}' flow)/cgroup)
        limits() { echo $(cat $cgroup/memory.max $cgroup/pids.max); }
        limits
        podman update --memory=128m --pids-limit=30 --cpus=0.5 --restart=on-failure:2 flow >/dev/null
        limits
        cat $cgroup/cpu.max
        podman inspect -f '{{.HostConfig.RestartPolicy.Name}}' flow
        systemctl daemon-reload
        limits
        """);
  }
}
