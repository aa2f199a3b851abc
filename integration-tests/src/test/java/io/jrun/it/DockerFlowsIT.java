// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What Docker Engine has learned since the one that {@link DockerIT} runs everywhere and that needs
 * no machine of its own. Each flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class DockerFlowsIT {
  private static Docker docker;
  private static EngineFlow flow;
  private static Path image;

  @BeforeAll
  static void startDaemon() throws IOException {
    docker = Docker.startWithPeer();
    flow = docker.flow();
    Path files = Files.createDirectory(docker.directory().resolve("files"));
    image = Podman.image(files);
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    docker.close();
  }

  /** BuildKit executes the runc that it finds in the path of dockerd. */
  @Test
  void buildKitRunsStepsWithMountsOfEveryKind(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of(
            "file",
            "hidden",
            "read-only",
            "1",
            "cached",
            "lo",
            "7 8 /w b",
            "0022",
            "CapBnd:\t00000000a80425fb",
            "Seccomp:\t2",
            "exit code: 5"),
        bench,
        reporter,
        """
        before=$(readlink $link)
        finally 'ln -sfn '$before' '$link'; docker rmi built >/dev/null; docker builder prune --all --force >/dev/null'
        [ $RUNTIME = jrun ] || ln -sfn /usr/sbin/runc $link
        mkdir context
        echo file >context/file
        echo hidden >secret
        cat >context/Dockerfile <<'X'
        FROM busybox
        RUN --mount=type=tmpfs,target=/t --mount=type=cache,target=/c --mount=type=bind,target=/b \\
            --mount=type=secret,id=one <<EOF
        cat /b/file /run/secrets/one >/made
        touch /b/x 2>/dev/null || echo read-only >>/made
        grep -c ' /t ' /proc/mounts >>/made
        touch /c/cached
        mkdir -p /tmp
        chmod 1777 /tmp
        EOF
        RUN --mount=type=cache,target=/c --network=none ls /c >>/made; ls /sys/class/net >>/made
        USER 7:8
        WORKDIR /w
        ENV A=b
        RUN (echo $(id -u) $(id -g) $PWD $A; umask; grep -E 'CapBnd|Seccomp:' /proc/self/status) >/tmp/who
        CMD cat /made /tmp/who
        X
        docker buildx build --quiet --no-cache --network=none --secret=id=one,src=secret --tag=built context >/dev/null
        run built
        printf 'FROM busybox\\nRUN exit 5\\n' >context/Dockerfile
        docker buildx build --network=none context >said 2>&1 || grep -o -m 1 'exit code: 5' said
        """);
  }

  /** dockerd in a privileged container, with the same runtime for its own and for its builds. */
  @Test
  void dockerRunsInAContainerOfDockers(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("inner 0", "3", "two", "one", "one", "one", "built", "0"),
        bench,
        reporter,
        """
        inner=/opt/bin/jrun
        [ $RUNTIME = jrun ] || inner=/usr/sbin/runc
        mkdir etc
        cp /etc/ld.so.cache /etc/passwd /etc/group etc
        cat >inner <<'X'
        export HOME=/tmp PATH=/tmp/path:/usr/bin:/usr/sbin:/bin DOCKER_HOST=unix:///tmp/socket
        mkdir /tmp/path /tmp/context /sys/fs/cgroup/own
        ln -s $INNER /tmp/path/runc
        echo 0 >/sys/fs/cgroup/own/cgroup.procs
        dockerd --host=$DOCKER_HOST --pidfile=/run/pid --data-root=/tmp/data --exec-root=/run/exec \\
          --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \\
          --add-runtime=inner=$INNER --default-runtime=inner >/tmp/log 2>&1 &
        until docker version >/dev/null 2>&1; do
          kill -0 $! || { cat /tmp/log; exit 1; }
          usleep 100000
        done
        docker import --change 'ENV PATH=/bin' /image.tar busybox >/dev/null
        docker run --rm --network=none busybox sh -c 'echo inner $(id -u); exit 3' || echo $?
        docker run --detach --name=one --network=none busybox sleep 1000 >/dev/null
        docker exec one echo two
        docker pause one
        docker unpause one
        docker rm --force one
        printf 'FROM busybox\\nRUN echo built >/made\\n' >/tmp/context/Dockerfile
        docker build --quiet --network=none --tag=built /tmp/context >/dev/null
        docker run --rm --network=none built cat /made
        kill $!
        wait $!
        echo $?
        X
        run --privileged --cgroupns=private --tmpfs=/tmp:exec,size=500m --tmpfs=/run --tmpfs=/var/run \\
          --env=INNER=$inner --volume=/usr:/usr:ro --volume=/lib:/lib:ro --volume=/lib64:/lib64:ro \\
          --volume=$PWD/etc:/etc --volume=PREFIX:/opt:ro --volume=IMAGE:/image.tar:ro \\
          --volume=$PWD/inner:/inner:ro $busybox sh /inner
        """
            .replace("PREFIX", Jrun.prefix().toString())
            .replace("IMAGE", image.toString()));
  }
}
