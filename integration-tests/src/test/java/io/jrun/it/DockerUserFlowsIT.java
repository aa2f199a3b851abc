// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Docker Engine as an ordinary user has it: Docker's own script for that, rootlesskit, pasta for
 * the network, and no cgroup. Each flow is the suite's own runc first, with a daemon of its own.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class DockerUserFlowsIT {

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  private static EngineFlow flow(OrdinaryUser user) throws IOException {
    String prelude =
        """
        export HOME=%s XDG_RUNTIME_DIR=%s DOCKER_HOST=unix://%2$s/docker.sock
        place=$(mktemp -d $HOME/daemon.XXXXXX)
        mkdir $place/path
        ln -s $RUNTIME $place/path/runc
        (
          export PATH=$place/path:$PATH
          export DOCKERD_ROOTLESS_ROOTLESSKIT_NET=pasta DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=implicit
          exec bash /usr/share/docker.io/contrib/dockerd-rootless.sh --data-root=$place/data \\
            --storage-driver=vfs --bridge=none --iptables=false --ip6tables=false \\
            --add-runtime=flow=$RUNTIME --default-runtime=flow >$place/log 2>&1
        ) &
        daemon=$!
        await docker version || { cat $place/log; exit 1; }
        docker import --change 'ENV PATH=/bin' $HOME/image.tar busybox >/dev/null
        run() { docker run --rm --network=none "$@"; }
        busybox=busybox"""
            .formatted(user.home(), user.runtime());
    return new EngineFlow(
        prelude,
        DockerHost.CLEANUP + "; kill $daemon; wait $daemon",
        List.of("/usr/sbin/runc"),
        OrdinaryUser.binary().toString(),
        user.inNamespaces());
  }

  @Test
  void containersRunAndAreBuilt(Workbench bench, TestReporter reporter) throws IOException {
    flow(OrdinaryUser.of(bench))
        .writes(
            List.of(
                "rootless",
                "inner 0 0 4242 1 1 100000 65536",
                "3",
                "5 0",
                "one",
                "137",
                "0 1 0000000000000000 1",
                "4242",
                "lo and one",
                "mounted",
                "built"),
            bench,
            reporter,
            """
            docker info --format '{{json .SecurityOptions}}' 2>/dev/null | grep -o rootless
            run $busybox sh -c 'echo inner $(id -u) $(cat /proc/self/uid_map); exit 3' || echo $?
            docker run --detach --name=one --network=none $busybox sleep 1000 >/dev/null
            docker exec --user=5 one sh -c 'echo $(id -u) $(id -g)'
            docker stop -t 0 one
            docker inspect --format '{{.State.ExitCode}}' one
            run --volume=$PWD:/here --volume=flow:/v --read-only --tmpfs=/t --cap-drop=all \\
              --security-opt=no-new-privileges $busybox sh -c 'touch /here/made /v/x /t/x
                touch /x 2>/dev/null || echo $(stat -c %u /here/made) $? \\
                  $(grep CapEff: /proc/self/status | cut -f 2) $(grep NoNewPrivs: /proc/self/status | cut -f 2)'
            stat -c %u made
            docker run --rm --network=host $busybox \\
              sh -c 'echo $(ip -o link | cut -d : -f 2 | sed "s/ [^l].*/and one/")'
            run --privileged $busybox sh -c 'mount -t tmpfs none /tmp && echo mounted'
            mkdir context
            printf 'FROM busybox\\nRUN --mount=type=cache,target=/c echo built >/made\\n' >context/Dockerfile
            docker buildx build --quiet --no-cache --network=none --tag=built context >/dev/null
            run built cat /made
            """);
  }
}
