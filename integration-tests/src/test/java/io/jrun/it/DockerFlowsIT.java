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
  private static final boolean SINCE_28 = Engine.isSince("dockerd", 28, 0);

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

  /** Since its version 28; one before says that it does not know the type. */
  @Test
  void anImageAndAPartOfOneAreMounted(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        SINCE_28
            ? List.of("/image/bin/busybox", "1", "1", "/image/busybox")
            : List.of("mount type unknown"),
        bench,
        reporter,
        """
        with() { run --mount="type=image,source=$busybox,target=/image$1" $busybox sh -c "$2"; }
        if ! with '' true 2>said; then
          grep -o -m 1 'mount type unknown' said
          exit
        fi
        with '' 'ls /image/bin/busybox; touch /image/x 2>/dev/null || echo $?; grep -c " /image " /proc/mounts'
        with ,image-subpath=bin 'ls /image/busybox'
        """);
  }

  /** As a vendor's driver would be, which CDI has in its place. */
  @Test
  void aDeviceOfCdiIsAskedForAsAGpu(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("1:7", "one", "No space left", "1", "creating"),
        bench,
        reporter,
        """
        finally 'rm -f /run/flow-hook'
        run --gpus=driver=cdi,device=example.com/null=one $busybox sh -c \
          'stat -c %t:%T /dev/other; echo $GIVEN; echo x 2>&1 >/dev/other | grep -o "No space left"
           touch /given 2>/dev/null || echo $?'
        grep -o creating /run/flow-hook
        """);
  }

  @Test
  void securityIsAsItWasAskedFor(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of(
            SINCE_28 ? "made" : "invalid --security-opt",
            "read-only",
            "masked",
            "0 /proc",
            "/",
            "below docker",
            "docker-init sh",
            "one two.example",
            "321",
            "/dev/log",
            "1",
            "0 9 10"),
        bench,
        reporter,
        """
        make='mkdir /sys/fs/cgroup/own 2>/dev/null && echo made || echo read-only'
        run --security-opt=writable-cgroups=true $busybox sh -c "$make" 2>said ||
          grep -o -m 1 'invalid --security-opt' said
        run $busybox sh -c "$make"
        masks='grep -c " /proc/" /proc/mounts'
        [ "$(run $busybox sh -c "$masks")" -gt 5 ] && echo masked
        run --security-opt=systempaths=unconfined $busybox sh -c "echo \\$($masks) /proc"
        run --cgroupns=private $busybox cat /proc/self/cgroup | sed -n s/^0:://p
        run --cgroupns=host $busybox cat /proc/self/cgroup | sed -n 's#^0::.*/docker/[0-9a-f]*$#below docker#p'
        run --init $busybox sh -c 'echo $(cat /proc/1/comm /proc/$$/comm)'
        run --hostname=one --domainname=two.example $busybox \
          sh -c 'echo $(hostname) $(cat /proc/sys/kernel/domainname)'
        run --oom-score-adj=321 $busybox cat /proc/self/oom_score_adj
        # The kernel's log, which anybody may write to whom no device program denies it.
        device='mknod /dev/log c 1 11 && (: >/dev/log) 2>/dev/null && ls /dev/log || echo $?'
        run --device-cgroup-rule='c 1:11 rwm' $busybox sh -c "$device"
        run $busybox sh -c "$device"
        run --group-add=9 --group-add=10 $busybox id -G
        """);
  }

  @Test
  void buildKitGivesStepsTheLimitsAndTheNetworkThatWereAskedFor(
      Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("100 200", "1024", "lo", "10.1.2.3 other", "lo 1"),
        bench,
        reporter,
        """
        builds
        mkdir context
        cat >context/Dockerfile <<'X'
        FROM busybox
        RUN echo $(ulimit -n) $(ulimit -Hn) >/made; df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2 >>/made
        RUN --network=host ls /sys/class/net >>/made; grep -o '10.1.2.3.*other' /etc/hosts | tr '\t' ' ' >>/made
        RUN --network=none echo $(ls /sys/class/net) $(cat /proc/sys/net/ipv4/ip_forward 2>/dev/null || echo 1) >>/made
        CMD cat /made
        X
        docker buildx build --quiet --no-cache --network=none --allow=network.host --ulimit=nofile=100:200 \
          --shm-size=1m --add-host=other:10.1.2.3 --tag=built context >/dev/null
        run built
        """);
  }

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
        builds
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
