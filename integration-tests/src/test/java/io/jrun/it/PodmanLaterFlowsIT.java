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
 * What Podman has learned in its versions 5.5 to 5.8, and what few ask of it. One that is older is
 * asked too, and says that it cannot. Each flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class PodmanLaterFlowsIT {
  private static final boolean SINCE_5_5 = Engine.isSince("podman", 5, 5);
  private static final boolean SINCE_5_8 = Engine.isSince("podman", 5, 8);

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

  @Test
  void anArtifactIsMounted(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        SINCE_5_5
            ? List.of("one two", "second", "1", "first", "0 1", "first")
            : List.of("invalid filesystem type"),
        bench,
        reporter,
        """
        echo first >one
        echo second >two
        finally 'podman artifact rm localhost/flow:latest >/dev/null'
        podman artifact add localhost/flow:latest one two >/dev/null
        at() { podman run --rm --mount="type=artifact,source=localhost/flow:latest,destination=$1" $busybox sh -c "$2"; }
        if ! at /a true 2>said; then
          grep -o -m 1 'invalid filesystem type' said
          exit
        fi
        at /a 'echo $(ls /a); cat /a/two; (echo x >/a/one) 2>/dev/null || echo $?'
        at /file,title=one 'cat /file'
        at /a,name=part 'echo $(ls /a | sed s/part-//); cat /a/part-0'
        """);
  }

  /** Podman executes the runtime itself, without a monitor. */
  @Test
  void aProcessIsExecutedWithoutASession(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        SINCE_5_8
            ? List.of("in", "4", "typed", "7 /tmp b", "/dev/pts/0", "127", "0000000000000000")
            : List.of("unknown flag"),
        bench,
        reporter,
        """
        podman run --detach --name=flow $busybox sleep 1000 >/dev/null
        directly() { podman exec --no-session "$@"; }
        if ! directly flow true 2>said; then
          grep -o -m 1 'unknown flag' said
          exit
        fi
        directly flow sh -c 'echo in; exit 4' || echo $?
        echo typed | directly --interactive flow cat
        directly --user=7 --workdir=/tmp --env=A=b flow sh -c 'echo $(id -u) $PWD $A'
        directly --tty flow busybox tty | tr -d '\\r'
        directly flow nosuch 2>/dev/null || echo $?
        directly --user=7 flow grep CapEff: /proc/self/status | cut -f 2
        """);
  }

  @Test
  void whatAContainerBeginsWithIsUpdated(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of(
            "a c 1024",
            "on-failure 3",
            SINCE_5_5 ? "b none" : "unknown flag",
            SINCE_5_8 ? "100 200" : "unknown flag"),
        bench,
        reporter,
        """
        podman run --detach --name=flow --env=A=a --env=C=c $busybox \\
          sh -c 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done' >/dev/null
        podman exec flow sh -c 'echo $A $C $(ulimit -n)'
        podman update --restart=on-failure:3 flow >/dev/null
        podman inspect -f '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}' flow
        again() {
          local look=$1
          shift
          podman update "$@" flow >/dev/null 2>said || { grep -o -m 1 'unknown flag' said; return 0; }
          podman restart --time=0 flow >/dev/null
          podman exec flow sh -c "$look"
        }
        again 'echo $A ${C:-none}' --env=A=b --unsetenv=C
        again 'echo $(ulimit -n) $(ulimit -Hn)' --ulimit=nofile=100:200
        """);
  }

  @Test
  void aDirectoryIsTheRoot(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("/made", "0", "0 0", "/made"),
        bench,
        reporter,
        """
        mkdir -p root/bin root/proc root/sys root/dev root/run root/tmp root/etc
        cp /bin/busybox root/bin
        for each in sh touch ls stat cat; do ln -s busybox root/bin/$each; done
        # What Podman would make as a user that such a mount has no id for.
        ln -s /proc/mounts root/etc/mtab
        podman run --rm --rootfs $PWD/root:O sh -c 'touch /made && ls /made'
        ls root | grep -c made || true
        podman run --rm --uidmap=0:1000:100 --gidmap=0:1000:100 --rootfs $PWD/root:idmap \\
          sh -c 'echo $(stat -c "%u %g" /bin); touch /made && ls /made'
        """);
  }

  @Test
  void filesOfThePlaceAreAsTheyWereAskedFor(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of(
            "1234:1234::/own:/bin/sh",
            "1234:",
            "10.9.8.7 other",
            "no hosts",
            "/bin:/more",
            "PATH=/sbin:/usr/sbin:/bin:/usr/bin",
            "unmasked",
            "7",
            "podman-init",
            "below",
            "SIGUSR1 9",
            "tmpfs"),
        bench,
        reporter,
        """
        once() { podman run --rm "$@"; }
        once --user=1234:1234 --passwd-entry='$USERNAME:x:$UID:$GID::/own:/bin/sh' --group-entry='$GROUPNAME:x:$GID:' $busybox \\
          sh -c 'tail -n 1 /etc/passwd | cut -d : -f 3-; tail -n 1 /etc/group | cut -d : -f 3-'
        echo '10.9.8.7 other' >hosts
        once --hosts-file=$PWD/hosts $busybox grep -o '10.9.8.7.*other' /etc/hosts | tr '\\t' ' '
        once --no-hosts $busybox sh -c 'grep -c . /etc/hosts 2>/dev/null || echo no hosts'
        once --env-merge='PATH=${PATH}:/more' $busybox sh -c 'echo $PATH'
        once --unsetenv=PATH $busybox /bin/busybox sh -c '/bin/busybox env | /bin/busybox grep ^PATH='
        once --security-opt=unmask=/proc/kcore $busybox sh -c 'grep -q " /proc/kcore " /proc/mounts || echo unmasked'
        once --cgroup-conf=cgroup.max.depth=7 $busybox cat /sys/fs/cgroup/cgroup.max.depth
        once --init $busybox sh -c 'cat /proc/1/comm'
        once --cgroupns=host $busybox cat /proc/self/cgroup | sed -n 's#^0::.*/libpod-[0-9a-f]*$#below#p'
        podman run --detach --name=flow --stop-signal=SIGUSR1 $busybox \\
          sh -c 'trap "exit 9" USR1; while :; do sleep 1000 & wait; done' >/dev/null
        caught() { podman exec flow sh -c 'ps -o args | grep -q "[s]leep 1000"'; }
        await caught
        podman stop --time=100 flow >/dev/null
        podman inspect -f 'SIGUSR1 {{.State.ExitCode}}' flow
        printf 'FROM %s\\nVOLUME /v\\n' $busybox >Containerfile
        podman build --quiet --tag=localhost/flow . >/dev/null
        finally 'podman rmi --force localhost/flow >/dev/null'
        once --image-volume=tmpfs localhost/flow sh -c 'grep " /v " /proc/mounts | cut -d " " -f 1'
        """);
  }

  @Test
  void namespacesOfAnotherContainerAreJoined(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of("0 1000000 500 named 1", "shared", "0 0 4294967295"),
        bench,
        reporter,
        """
        once() { podman run --rm "$@"; }
        podman run --detach --name=flow --userns=auto:size=500 --hostname=named --ipc=shareable $busybox \\
          sh -c 'touch /dev/shm/shared; exec sleep 1000' >/dev/null
        once --userns=container:flow --pid=container:flow --uts=container:flow $busybox \\
          sh -c 'echo $(cat /proc/self/uid_map) $(hostname) $(ps | grep -c "[s]leep")'
        once --userns=container:flow --ipc=container:flow $busybox ls /dev/shm
        once --pid=container:flow $busybox sh -c 'echo $(cat /proc/self/uid_map)'
        """);
  }

  /** The name of a vendor's, which CDI has a harmless device for. */
  @Test
  void aDeviceOfCdiIsAskedForAsAGpu(Workbench bench, TestReporter reporter) throws IOException {
    flow.writes(
        List.of("1:7", "one", "No space left", "1", "creating"),
        bench,
        reporter,
        """
        mkdir -p /etc/cdi
        finally 'rm -f /run/flow-hook /etc/cdi/flow.json'
        cat >/etc/cdi/flow.json <<'EOF'
        DEVICE
        EOF
        podman run --rm --gpus=all $busybox sh -c \\
          'stat -c %t:%T /dev/other; echo $GIVEN; echo x 2>&1 >/dev/other | grep -o "No space left"
           touch /given 2>/dev/null || echo $?'
        grep -o creating /run/flow-hook
        """
            .replace(
                "DEVICE",
                Docker.DEVICE
                    .replace("example.com/null", "nvidia.com/gpu")
                    .replace("\"one\", \"containerEdits", "\"all\", \"containerEdits")));
  }

  @Test
  void aPodOfKubernetesHasWhatIsSaidOfItsSecurity(Workbench bench, TestReporter reporter)
      throws IOException {
    flow.writes(
        List.of("0", "5 9 10", "100", "Seccomp: 2", "/image/bin/busybox", "part", "host", "1"),
        bench,
        reporter,
        """
        cat >pod.yaml <<'EOF'
        apiVersion: v1
        kind: Pod
        metadata: {name: pod}
        spec:
          hostIPC: true
          restartPolicy: Never
          terminationGracePeriodSeconds: 0
          securityContext:
            supplementalGroups: [9, 10]
            sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "100"}]
          containers:
          - name: one
            image: IMAGE
            command: [sleep, "1000"]
            securityContext: {procMount: Unmasked, runAsUser: 5}
            volumeMounts:
            - {name: image, mountPath: /image}
            - {name: shared, mountPath: /part, subPath: part}
          - name: two
            image: IMAGE
            command: [sleep, "1000"]
            securityContext: {seccompProfile: {type: RuntimeDefault}}
          volumes:
          - {name: image, image: {reference: IMAGE, pullPolicy: Never}}
          - {name: shared, hostPath: {path: HERE, type: Directory}}
        EOF
        mkdir -p here/part
        touch here/part/part
        sed -i "s#IMAGE#$busybox#; s#HERE#$PWD/here#" pod.yaml
        podman kube play --network=none --quiet pod.yaml >/dev/null
        podman exec pod-one sh -c 'grep -c " /proc/" /proc/mounts; id -G | sed "s/^0 //;s/^/5 /"
          cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
        podman exec pod-two sh -c 'grep Seccomp: /proc/self/status | tr "\\t" " "'
        podman exec pod-one sh -c 'ls /image/bin/busybox; ls /part'
        [ "$(podman exec pod-one readlink /proc/self/ns/ipc)" != "$(readlink /proc/self/ns/ipc)" ] || echo host
        podman exec pod-two sh -c 'touch /proc/sys/kernel/x 2>/dev/null || echo $?'
        podman kube down pod.yaml >/dev/null
        """);
  }
}
