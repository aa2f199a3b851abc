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
 * Docker Engine that leaves its images and the root file systems of containers to containerd, as
 * Docker does from its version 29 on where it is installed anew. Each flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class DockerStoreFlowsIT {
  private static Docker docker;

  @BeforeAll
  static void startDaemon() {
    docker = Docker.startWithStore();
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    docker.close();
  }

  @Test
  void containersRunAreCommittedAndBuilt(Workbench bench, TestReporter reporter)
      throws IOException {
    docker
        .flow()
        .writes(
            List.of(
                "io.containerd.snapshotter.v1",
                "overlay",
                "5 6",
                "3",
                "one",
                "A /made",
                "one",
                "one",
                "kept",
                "copied",
                "1",
                "7:8 built",
                "/dev/pts/0"),
            bench,
            reporter,
            """
            docker info --format '{{json .DriverStatus}}' | grep -o 'io.containerd.snapshotter.v1'
            run $busybox sh -c 'grep " / " /proc/mounts | cut -d " " -f 1'
            run --user=5:6 $busybox sh -c 'echo $(id -u) $(id -g); exit 3' || echo $?
            docker run --detach --name=one --network=none --runtime=$RUNTIME $busybox sleep 1000 >/dev/null
            docker exec one sh -c 'echo kept >/made'
            docker pause one
            docker diff one
            docker unpause one
            builds
            docker commit one built >/dev/null
            docker rm --force one
            run built cat /made
            docker save built >saved
            docker rmi built >/dev/null
            docker load --quiet <saved >/dev/null
            run --volume=flow:/v --read-only built \\
              sh -c 'cp /made /v/; sed s/kept/copied/ /v/made; touch /x 2>/dev/null || echo $?'
            mkdir context
            printf 'FROM busybox\\nRUN mkdir /m; chown 7:8 /m\\nUSER 7:8\\nRUN --mount=type=cache,target=/c echo $(id -u):$(id -g) built >/m/made\\n' >context/Dockerfile
            docker buildx build --quiet --no-cache --network=none --tag=built context >/dev/null
            run built cat /m/made
            run --tty $busybox busybox tty | tr -d '\\r'
            """);
  }
}
