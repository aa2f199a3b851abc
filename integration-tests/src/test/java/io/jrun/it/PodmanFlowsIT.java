// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What Podman has learned since the one that {@link PodmanIT} runs everywhere and that needs no
 * machine of its own. Each flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class PodmanFlowsIT {
  private static Podman podman;
  private static EngineFlow flow;

  @BeforeAll
  static void install() throws IOException {
    podman = Podman.forFlows();
    flow = podman.flow();
  }

  @AfterAll
  static void remove() throws IOException {
    podman.close();
  }

  @AfterEach
  void settle() {
    podman.settle();
  }

  /** By a mount that maps ids: a container's own, or those that were asked for. */
  @Test
  void aContainerWithIdsOfItsOwnSeesFilesAsTheirOwnersDo(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of("0 1000000 500", "0", "3:4", "made", "0:0", "7:8"),
        bench,
        reporter,
        """
        mkdir data
        touch data/file
        chown 3:4 data/file
        mapped() { podman run --rm --userns=auto:size=500 "$@"; }
        mapped $busybox sh -c 'echo $(cat /proc/self/uid_map); stat -c %u /bin'
        mapped --volume=$PWD/data:/data:idmap $busybox \\
          sh -c 'stat -c %u:%g /data/file; touch /data/new && echo made'
        stat -c %u:%g data/new
        mapped --volume="$PWD/data:/data:idmap=uids=@3-7-1;gids=@4-8-1" $busybox stat -c %u:%g /data/file
        """);
  }

  @Test
  void aPodOfKubernetesIsPlayed(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of(
            "7 8",
            "named",
            "valued open valued first",
            "into /mem",
            "pod.yaml",
            "0000000000000400",
            "0 1000000 600",
            "1",
            "pod-one exited 0",
            "nothing left"),
        bench,
        reporter,
        """
        cat >pod.yaml <<EOF
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: conf}
        data: {key: valued}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: hidden}
        data: {word: b3Blbg==}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: pod}
        spec:
          hostname: named
          restartPolicy: Never
          shareProcessNamespace: true
          terminationGracePeriodSeconds: 100
          initContainers:
          - name: first
            image: $busybox
            command: [sh, -c, "echo first >/shared/first"]
            volumeMounts: [{name: shared, mountPath: /shared}]
          containers:
          - name: one
            image: $busybox
            command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"]
            securityContext:
              readOnlyRootFilesystem: true
              runAsUser: 7
              runAsGroup: 8
              allowPrivilegeEscalation: false
              capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
            env:
            - {name: FROM, valueFrom: {configMapKeyRef: {name: conf, key: key}}}
            - {name: WORD, valueFrom: {secretKeyRef: {name: hidden, key: word}}}
            volumeMounts:
            - {name: conf, mountPath: /conf, readOnly: true}
            - {name: shared, mountPath: /shared}
            - {name: mem, mountPath: /mem}
            - {name: here, mountPath: /here, readOnly: true}
          volumes:
          - {name: conf, configMap: {name: conf}}
          - {name: shared, emptyDir: {}}
          - {name: mem, emptyDir: {medium: Memory}}
          - {name: here, hostPath: {path: $PWD, type: Directory}}
        EOF
        sed -i 's/\\(hostPath: {path: \\).*\\(, type\\)/\\1PLACE\\2/; s#PLACE#'$PWD/here'#' pod.yaml
        mkdir here
        cp pod.yaml here
        podman kube play --network=none --userns=auto:size=600 --quiet pod.yaml >/dev/null
        podman exec pod-one sh -c 'echo $(id -u) $(id -g); hostname
          echo $FROM $WORD $(cat /conf/key) $(cat /shared/first)
          for each in / /conf /here /mem; do touch $each/x 2>/dev/null && echo into $each; done
          ls /here; grep CapBnd: /proc/self/status | cut -f 2
          echo $(cat /proc/self/uid_map); ps | grep -c "[c]atatonit"'
        # It ends in order, where it would.
        caught() { podman exec pod-one sh -c 'ps -o pid,args | grep -q "[s]leep 1000"'; }
        await caught
        podman stop --time=100 pod-one >/dev/null
        podman inspect -f '{{.Name}} {{.State.Status}} {{.State.ExitCode}}' pod-one
        podman kube down pod.yaml >/dev/null
        [ -n "$(podman ps --all --quiet)" ] || echo nothing left
        """);
  }

  @Test
  void aReadOnlyContainerHasPlacesToWriteUnlessItIsToHaveNone(
      Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("/tmp", "/run", "/var/tmp", "/dev/shm", "and", "/t"),
        bench,
        reporter,
        """
        look='for each in / /tmp /run /var/tmp /dev/shm /dev/pts/.. /t; do
          touch $each/x 2>/dev/null && echo $each; done; true'
        podman run --rm --read-only $busybox sh -c "$look" | grep -v pts
        echo and
        podman run --rm --read-only --read-only-tmpfs=false --tmpfs=/t $busybox sh -c "$look"
        """);
  }

  @Test
  void aHealthCheckIsToldAndUpdatedAndMayEndAContainer(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of(
            "starting 0 running",
            "1",
            "starting 0 running",
            "0",
            "healthy 0 running",
            "1",
            "healthy 1 running",
            "0",
            "healthy 0 running",
            "1",
            "1",
            "137",
            "unhealthy"),
        bench,
        reporter,
        """
        podman run --detach --name=flow --health-cmd='test -e /dev/shm/well' --health-interval=disable \\
          --health-retries=2 --health-on-failure=kill --health-startup-interval=disable \\
          --health-startup-cmd='test -e /dev/shm/up' $busybox sleep 1000 >/dev/null
        say() { podman inspect -f '{{.State.Health.Status}} {{.State.Health.FailingStreak}} {{.State.Status}}' flow; }
        check() { podman healthcheck run flow >/dev/null && echo 0 || echo $?; }
        say
        check
        say
        podman exec flow touch /dev/shm/up
        check
        say
        check
        say
        podman exec flow touch /dev/shm/well
        check
        say
        podman update --health-cmd='false' flow >/dev/null
        check
        check
        podman wait flow
        podman inspect -f '{{.State.Health.Status}}' flow
        """);
  }

  /** Who sends zeros for limits that nobody has asked for. */
  @Test
  void aClientOfDockersIsServed(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of(
            "out",
            "3",
            "typed",
            "logged",
            "in",
            "4",
            "t",
            "paused",
            "7",
            "137",
            "/x",
            "5 t",
            "/dev/pts/0",
            "built"),
        bench,
        reporter,
        """
        # Else the monitors of what was executed stay for five minutes.
        printf '[engine]\\nexit_command_delay = 1\\n' >own.conf
        export CONTAINERS_CONF_OVERRIDE=$PWD/own.conf
        podman --events-backend=file system service --time=0 unix://$PWD/socket >log 2>&1 &
        service=$!
        finally 'pkill -P '$service'; wait '$service
        export DOCKER_HOST=unix://$PWD/socket DOCKER_CONFIG=$PWD
        await docker version
        run() { docker run --rm --network=none "$@"; }
        run $busybox sh -c 'echo $(echo out); exit 3' || echo $?
        echo typed | run --interactive $busybox cat
        docker run --detach --name=flow --network=none $busybox sh -c \\
          'trap "exit 7" TERM; echo logged; while :; do sleep 1000 & wait; done' >/dev/null 2>&1
        logged() { [ "$(docker logs flow)" = logged ]; }
        await logged
        docker logs flow
        docker exec flow sh -c 'echo in; exit 4' || echo $?
        echo t | docker exec --interactive flow cat
        docker pause flow >/dev/null
        docker inspect --format '{{.State.Status}}' flow
        docker unpause flow >/dev/null
        docker stop --time=100 flow >/dev/null
        docker inspect --format '{{.State.ExitCode}}' flow
        docker start flow >/dev/null
        docker kill flow >/dev/null
        docker wait flow
        touch x
        docker cp x flow:/x
        docker start flow >/dev/null
        docker exec flow ls /x
        run --tmpfs=/t --read-only --cap-drop=all --security-opt=no-new-privileges --user=5 $busybox \\
          sh -c 'touch /x 2>/dev/null || echo $(id -u) $(touch /t/x && echo t)'
        run --tty $busybox busybox tty | tr -d '\\r'
        mkdir context
        printf 'FROM %s\\nRUN echo built >/made\\n' $busybox >context/Dockerfile
        DOCKER_BUILDKIT=0 docker build --network=none --quiet --tag=built context >/dev/null 2>&1
        run built cat /made
        docker rmi built >/dev/null
        """);
  }

  @Test
  void optionsThatFewAskFor(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of(
            "7 400 hidden",
            "0027 /below/etc",
            "tmpfs 0",
            "devpts ramfs",
            "a1 a2",
            "i686",
            "255",
            "in 3 4 /tmp b",
            "000001fffeffffff",
            "0000000000000001",
            "initialized",
            "began",
            "hidepid=invisible",
            "1024 noswap"),
        bench,
        reporter,
        """
        echo in >in
        echo hidden >secret
        podman secret create one secret >/dev/null
        finally 'podman secret rm one >/dev/null'
        once() { podman run --rm "$@"; }
        once --secret=one,type=mount,uid=7,mode=0400 --secret=one,type=env,target=WORD $busybox \\
          sh -c 'echo $(stat -c "%u %a" /run/secrets/one) $WORD'
        once --chrootdirs=/below --umask=0027 $busybox sh -c 'echo $(umask) $(ls -d /below/etc)'
        once --security-opt=mask=/root $busybox \\
          sh -c 'echo $(grep " /root " /proc/mounts | cut -d " " -f 3) $(ls /root | wc -l)'
        once --mount=type=ramfs,destination=/r --mount=type=devpts,destination=/p $busybox \\
          sh -c 'echo $(grep -E " /r | /p " /proc/mounts | cut -d " " -f 3 | sort)'
        mkdir some
        touch some/a1 some/a2 some/b
        once --mount=type=glob,src=$PWD/some/a*,destination=/some $busybox sh -c 'echo $(ls /some)'
        once --personality=LINUX32 $busybox uname -m
        once --timeout=1 $busybox sleep 1000 || echo $?
        podman run --detach --name=flow $busybox sleep 1000 >/dev/null
        exec 6<in
        podman exec --preserve-fd=6 --user=3:4 --workdir=/tmp --env=A=b flow \\
          sh -c 'echo $(cat <&6) $(id -u) $(id -g) $PWD $A'
        podman exec --privileged flow sh -c 'grep CapEff: /proc/self/status | cut -f 2'
        once --cap-drop=all --cap-add=chown $busybox grep CapEff: /proc/self/status | cut -f 2
        podman create --name=begun $busybox echo began >/dev/null
        podman init begun >/dev/null
        podman inspect -f '{{.State.Status}}' begun
        podman start --attach begun
        once --security-opt=proc-opts=hidepid=2 $busybox \\
          sh -c 'grep " /proc " /proc/mounts | grep -o "hidepid=[a-z]*"'
        once --shm-size=1m --mount=type=tmpfs,destination=/t,tmpfs-size=1m,noswap $busybox \\
          sh -c 'echo $(df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2) $(grep " /t " /proc/mounts | grep -o noswap)'
        """);
  }
}
