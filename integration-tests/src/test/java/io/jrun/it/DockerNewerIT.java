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
 * What Docker Engine has learned since the one that {@link DockerIT} runs everywhere, and what it
 * is on a host with systemd and networks, started by its own unit. Each flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
@Tag("newer")
class DockerNewerIT {
  private static DockerHost docker;

  @BeforeAll
  static void start() throws IOException {
    docker = new DockerHost();
  }

  @AfterAll
  static void stop() throws IOException {
    docker.close();
  }

  @Test
  void aContainerServesIsLimitedWatchedAndStopped(Workbench bench, TestReporter reporter)
      throws IOException {
    docker.writes(
        List.of("served", "134217728 60", "counted", "healthy", "in 7", "0", "exited"),
        bench,
        reporter,
        """
        run --detach --name=flow --publish=18082:80 --memory=64m --pids-limit=50 \\
          --health-cmd='test -e /dev/shm/well' --health-interval=1s $busybox \\
          sh -c 'trap "exit 0" TERM; cd /dev/shm; echo served >file; httpd -f -p 80 & wait' >/dev/null
        ask() { answer=$(busybox wget -q -T 20 -O - http://127.0.0.1:18082/file) && [ "$answer" = served ]; }
        await ask
        echo "$answer"
        cgroup=/sys/fs/cgroup$(sed s/0::// /proc/$(docker inspect -f '{{.State.Pid}}' flow)/cgroup)
        docker update --memory=128m --memory-swap=128m --pids-limit=60 flow >/dev/null
        echo $(cat $cgroup/memory.max $cgroup/pids.max)
        # Two of its own, and now and then a health check.
        count() { [ "$(docker stats --no-stream --format '{{.PIDs}}' flow)" -ge 2 ]; }
        await count
        echo counted
        docker exec flow touch /dev/shm/well
        is() { [ "$(docker inspect -f '{{.State.Health.Status}}' flow)" = "$1" ]; }
        await is healthy
        echo healthy
        docker exec --user=7 flow sh -c 'echo in $(id -u)'
        docker stop -t 100 flow >/dev/null
        docker inspect -f '{{.State.ExitCode}}' flow
        docker inspect -f '{{.State.Status}}' flow
        """);
  }

  /** A harmless one, with everything that a vendor's would have. */
  @Test
  void aDeviceOfCdiIsGivenWithAllThatBelongsToIt(Workbench bench, TestReporter reporter)
      throws IOException {
    docker.writes(
        List.of("1:7", "one", "No space left", "lab", "1", "creating"),
        bench,
        reporter,
        """
        finally 'rm -f /run/flow-hook'
        run --rm --device=example.com/null=one $busybox sh -c \\
          'stat -c %t:%T /dev/other; echo $GIVEN; echo x 2>&1 >/dev/other | grep -o "No space left";
           cat /given; touch /given 2>/dev/null || echo $?'
        grep -o creating /run/flow-hook
        """);
  }

  /** Which Docker asks for if the runtime's features have it. */
  @Test
  void readOnlyIsAsDeepAsTheMountAndAPartOfAVolumeIsMounted(Workbench bench, TestReporter reporter)
      throws IOException {
    docker.writes(
        List.of("1", "1", "made", "inner", "told"),
        bench,
        reporter,
        """
        mkdir -p data/below
        mount -t tmpfs none data/below
        finally 'umount '$PWD'/data/below'
        run --rm --volume=$PWD/data:/data:ro $busybox sh -c \\
          'touch /data/x 2>/dev/null || echo $?; touch /data/below/x 2>/dev/null || echo $?'
        run --rm --mount=type=bind,src=$PWD/data,dst=/data,readonly,bind-recursive=writable $busybox \\
          sh -c 'touch /data/below/x && echo made'
        run --rm --volume=flow:/v $busybox sh -c 'mkdir /v/part; echo inner >/v/part/file'
        run --rm --mount=type=volume,src=flow,dst=/v,volume-subpath=part $busybox cat /v/file
        runtimes=$(docker info --format '{{json .Runtimes}}')
        grep -q "\\"$RUNTIME\\":{[^}]*features[^}]*rro" <<<"$runtimes"
        echo told
        """);
  }
}
