// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Docker Engine whose containers have the ids of a user of its own (userns-remap). Each flow is
 * runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class DockerMappedFlowsIT {
  private static Docker docker;

  @BeforeAll
  static void startDaemon() throws IOException {
    add("passwd", "dockremap:x:993:993::/:/bin/false");
    add("group", "dockremap:x:993:");
    add("subuid", "dockremap:200000:65536");
    add("subgid", "dockremap:200000:65536");
    docker = Docker.startMapped();
    // It makes a directory for them with the first.
    docker.run(List.of(), "true").succeedsSilently();
  }

  private static void add(String file, String line) throws IOException {
    Path path = Path.of("/etc", file);
    if (!Files.readString(path).contains("dockremap:")) {
      Files.writeString(path, line + "\n", StandardOpenOption.APPEND);
    }
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    docker.close();
  }

  @Test
  void containersHaveIdsOfTheirOwnUnlessTheyAreToHaveTheHosts(
      Workbench bench, TestReporter reporter) throws IOException {
    docker
        .flow()
        .writes(
            List.of(
                "0 200000 65536",
                "0 0",
                "3 3:4",
                "written",
                "0",
                "000001fffeffffff",
                "one",
                "one",
                "1",
                "one",
                "0 0 4294967295",
                "mounted",
                "1 100",
                "/dev/pts/0",
                "0 0",
                "1:7"),
            bench,
            reporter,
            """
            builds
            run $busybox sh -c 'echo $(cat /proc/self/uid_map); touch /x; echo $(stat -c %u /x /bin)'
            touch file
            chown 200003:200004 file
            run --volume=$PWD:/here --tmpfs=/t --read-only --user=3:4 $busybox \\
              sh -c 'echo $(id -u) $(stat -c %u:%g /here/file); echo x >>/here/file && touch /t/x && echo written'
            docker run --detach --name=one --network=none --ipc=shareable --runtime=$RUNTIME $busybox sleep 1000 >/dev/null
            docker exec one id -u
            docker exec --privileged one sh -c 'grep CapEff: /proc/self/status | cut -f 2'
            docker pause one
            docker unpause one
            run --pid=container:one --ipc=container:one $busybox sh -c 'ps | grep -c "[s]leep"'
            docker rm --force one
            run --userns=host --privileged $busybox \\
              sh -c 'echo $(cat /proc/self/uid_map); mkdir -p /m; mount -t tmpfs none /m && echo mounted'
            run --sysctl=net.ipv4.ip_forward=1 --ulimit=nofile=100:200 $busybox \\
              sh -c 'echo $(cat /proc/sys/net/ipv4/ip_forward) $(ulimit -n)'
            run --tty $busybox busybox tty | tr -d '\\r'
            mkdir context
            printf 'FROM busybox\\nRUN touch /a; echo $(id -u) $(stat -c %%u /a) >/made\\n' >context/Dockerfile
            docker buildx build --quiet --no-cache --network=none --tag=built context >/dev/null
            run built cat /made
            run --device=/dev/full:/dev/other $busybox stat -c %t:%T /dev/other
            """);
  }
}
