// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/** Podman as an ordinary user has it. Each flow is the suite's own runtimes' first. */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class PodmanUserFlowsIT {
  private PodmanUser podman;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  @BeforeEach
  void moveIn(Workbench bench) throws IOException {
    podman = PodmanUser.of(bench);
  }

  @AfterEach
  void moveOut() throws IOException {
    podman.close();
  }

  @Test
  void idsAreMappedInEveryWay(Workbench bench, TestReporter reporter) throws IOException {
    podman.writes(
        List.of(
            "0 1 65536",
            "7 8 7:8",
            "0 1 7 7 0 1 8 8 65529",
            "0 4242 1 1 100000 65536",
            "0 1 7 7 0 1 8 8 65529",
            "0 1 100",
            "0:0 made",
            "file",
            "1:3"),
        bench,
        reporter,
        """
        mkdir data
        touch data/file
        once() { podman run --rm --network=none "$@"; }
        map='echo $(cat /proc/self/uid_map)'
        once --userns=nomap $busybox sh -c "$map"
        once --userns=keep-id:uid=7,gid=8 --volume=$PWD:/here $busybox \\
          sh -c 'echo $(id -u) $(id -g) $(stat -c %u:%g /here); '"$map"
        once --userns=host $busybox sh -c "$map"
        once --uidmap=+7:@4242 --gidmap=+8:@4242 $busybox sh -c "$map"
        once --userns=auto:size=100 $busybox sh -c "$map"
        once --userns=auto:size=100 --volume=$PWD/data:/data:U $busybox \\
          sh -c 'touch /data/new; echo $(stat -c %u:%g /data/file) made'
        podman unshare rm data/new
        once --volume=$PWD/data:/data:O $busybox touch /data/other
        ls data
        once --device=/dev/null:/dev/other $busybox stat -c %t:%T /dev/other
        """);
  }

  /** Groups that are not mapped have no name in there, and open files all the same. */
  @Test
  void groupsAreKeptForWhoAsksForThem(Workbench bench, TestReporter reporter) throws IOException {
    Path file = Files.writeString(bench.directory().resolve("file"), "read\n");
    Podman.execute("chown", "0:4243", file.toString());
    Podman.execute("chmod", "640", file.toString());
    podman
        .inGroups("4243")
        .writes(
            List.of("1", "read", "1", "read", "0 65534", "read", "read"),
            bench,
            reporter,
            "file=" + file,
            """
          once() { podman run --rm --network=none --volume=$file:/file:ro "$@"; }
          once $busybox cat /file 2>/dev/null || echo $?
          once --group-add=keep-groups $busybox cat /file
          once --annotation=run.oci.keep_original_groups=0 $busybox cat /file 2>/dev/null || echo $?
          once --group-add=keep-groups --userns=keep-id $busybox cat /file
          podman run --detach --name=flow --network=none --volume=$file:/file:ro --group-add=keep-groups \\
            $busybox sleep 1000 >/dev/null
          podman exec flow sh -c 'echo $(id -G); cat /file'
          podman exec --user=5 flow cat /file
          """);
  }

  @Test
  void pastaAndABridgeOfTheUsersPublishPorts(Workbench bench, TestReporter reporter)
      throws IOException {
    podman.writes(
        List.of("lo and one", "served", "served", "served"),
        bench,
        reporter,
        """
        once() { podman run --rm "$@"; }
        serve='cd /dev/shm; echo served >file; httpd -f -p 80 & wait'
        ask() { answer=$($1 wget -q -T 20 -O - http://$2/file) && [ "$answer" = served ]; }
        once --network=pasta $busybox sh -c 'echo $(ip -o link | cut -d : -f 2 | sed "s/ [^l].*/and one/")'
        podman run --detach --name=flow --network=pasta --publish=18083:80 $busybox sh -c "$serve" >/dev/null
        await ask busybox 127.0.0.1:18083
        echo $answer
        finally 'podman network rm --force --time=0 flow >/dev/null'
        podman network create flow >/dev/null
        podman run --detach --name=other --network=flow --publish=18084:80 $busybox sh -c "$serve" >/dev/null
        await ask busybox 127.0.0.1:18084
        echo $answer
        await ask "once --network=flow $busybox busybox" other
        echo $answer
        """);
  }
}
