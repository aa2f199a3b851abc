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

/**
 * Podman as an ordinary user has it since its fifth version, where pasta makes their networks; with
 * ids to map, and in namespaces where they have a name and a network device that is nobody else's.
 * Each flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class PodmanUserFlowsIT {
  private Path home;
  private OrdinaryUser user;
  private EngineFlow flow;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  @BeforeEach
  void moveIn(Workbench bench) throws IOException {
    user = OrdinaryUser.of(bench);
    home = Files.createDirectory(bench.directory().resolve("home"));
    Files.copy(Podman.image(bench.directory()), home.resolve("image.tar"));
    Path configuration =
        Files.writeString(
            home.resolve("containers.conf"),
            Podman.documented("podman/containers.conf", OrdinaryUser.binary())
                + Podman.HERE.replace("netns = \"none\"\n", ""));
    Podman.execute("chown", "-R", "4242:4242", home.toString());
    String prelude =
        """
        export HOME=%s XDG_RUNTIME_DIR=%s CONTAINERS_CONF=%s TMPDIR=%1$s
        podman() {
          command podman --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none \\
            --runtime="$RUNTIME" "$@"
        }
        busybox=%s
        podman image exists $busybox || podman import --change 'ENV PATH=/bin' $HOME/image.tar $busybox >/dev/null 2>&1
        """
            .formatted(home, user.runtime(), configuration, Podman.IMAGE);
    flow =
        new EngineFlow(
            prelude,
            PodmanHost.CLEANUP + "; podman system migrate >/dev/null 2>&1; true",
            PodmanHost.PEERS,
            OrdinaryUser.binary().toString(),
            user.inNamespaces());
  }

  /** Ids that were mapped are no numbers to whoever cleans up: root does. */
  @AfterEach
  void moveOut() throws IOException {
    Podman.awaitMonitors(home.toString());
    user.assertNothingIsLeft();
    Files.deleteIfExists(Path.of("/dev/shm/libpod_rootless_lock_" + OrdinaryUser.ID));
  }

  @Test
  void idsAreMappedInEveryWay(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
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

  @Test
  void pastaAndABridgeOfTheUsersPublishPorts(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
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
