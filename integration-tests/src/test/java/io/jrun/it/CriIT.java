// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * containerd's CRI plugin, asked as a kubelet asks it, with {@code jrun} for the handler of a
 * RuntimeClass. Pods have the node's network: there is no CNI.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class CriIT {
  private static Cri cri;

  @BeforeAll
  static void startDaemon() throws IOException, InterruptedException {
    Criu.prepareWhereItIs();
    cri = Cri.of(Containerd.start());
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    cri.close();
  }

  // Pods

  @Test
  void aPodAndItsContainerLive(Workbench bench) throws IOException {
    assertEquals("containerd", cri.call("Version", "").succeeds().field("runtime_name"));
    Cri.Pod pod = cri.run(bench);
    Grpc.Reply sandbox = cri.call("PodSandboxStatus", Cri.named("pod_sandbox_id", pod.id()));
    assertEquals(Cri.HANDLER, sandbox.succeeds().field("runtime_handler"));
    String container =
        pod.create(
            "", "sh", "-c", "trap 'exit 3' TERM; echo begun; while :; do sleep 1000 & wait; done");
    // The first of its states is 0, which is not sent.
    assertEquals("", cri.status(container).field("state"));
    cri.start(container).succeeds();
    assertEquals("CONTAINER_RUNNING", cri.status(container).field("state"));
    Path log = pod.logs().resolve("log");
    Workbench.await("the log", () -> Files.exists(log) && read(log).endsWith("begun\n"));
    assertEquals("in here\n", cri.exec(container, "echo", "in here").succeeds().field("stdout"));
    cri.stop(container, 60).succeeds();
    assertEquals("CONTAINER_EXITED", cri.status(container).field("state"));
    assertEquals("3", cri.status(container).field("exit_code"));
    assertEquals(List.of("stdout begun"), pod.log());
    cri.call("RemoveContainer", Cri.named("container_id", container)).succeeds();
    cri.call("StopPodSandbox", Cri.named("pod_sandbox_id", pod.id())).succeeds();
    sandbox = cri.call("PodSandboxStatus", Cri.named("pod_sandbox_id", pod.id())).succeeds();
    assertEquals("SANDBOX_NOTREADY", sandbox.field("state"));
    cri.call("RemovePodSandbox", Cri.named("pod_sandbox_id", pod.id())).succeeds();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aHandlerThatIsNotConfiguredIsRefused() {
    cri.sandbox(
            "metadata { name: \"x\" uid: \"x\" namespace: \"x\" } linux { security_context {"
                + " namespace_options { network: NODE } } }",
            "nonesuch")
        .failsNaming("no runtime for \"nonesuch\" is configured");
  }

  @Test
  void containersOfAPodShareWhatIsThePods(Workbench bench) {
    Cri.Pod pod = cri.run(bench);
    String apart =
        "linux { security_context { namespace_options { network: NODE pid: CONTAINER } } }";
    String first = pod.running(apart, Cri.LASTING);
    String second = pod.running(apart, Cri.LASTING);
    for (String namespace : List.of("ipc", "uts", "net")) {
      assertEquals(namespaceOf(first, namespace), namespaceOf(second, namespace), namespace);
    }
    for (String namespace : List.of("pid", "mnt")) {
      assertTrue(!namespaceOf(first, namespace).equals(namespaceOf(second, namespace)));
    }
    // With its containers in it, running.
    pod.remove();
  }

  private static String namespaceOf(String container, String namespace) {
    return cri.exec(container, "readlink", "/proc/self/ns/" + namespace).succeeds().field("stdout");
  }

  // Containers

  @Test
  void aContainerThatEndsByItselfHasItsExitCode(Workbench bench) throws IOException {
    Cri.Pod pod = cri.run(bench);
    String container = pod.running("", "sh", "-c", "echo out; echo err >&2; exit 7");
    cri.awaitExit(container);
    assertEquals("7", cri.status(container).field("exit_code"));
    assertEquals("Error", cri.status(container).field("reason"));
    assertEquals(List.of("stderr err", "stdout out"), pod.log().stream().sorted().toList());
    pod.remove();
  }

  @Test
  void aContainerThatDoesNotListenIsKilled(Workbench bench) {
    Cri.Pod pod = cri.run(bench);
    String container = pod.running("", "sleep", "1000");
    cri.stop(container, 0).succeeds();
    assertEquals("137", cri.status(container).field("exit_code"));
    pod.remove();
  }

  @Test
  void aProgramThatIsNotThereIsNamed(Workbench bench) {
    Cri.Pod pod = cri.run(bench);
    String container = pod.create("", "nonesuch");
    cri.start(container)
        .failsNaming(
            "jrun create failed: unable to start container process: exec: \"nonesuch\":"
                + " executable file not found in $PATH");
    assertEquals("StartError", cri.status(container).field("reason"));
    assertEquals("128", cri.status(container).field("exit_code"));
    pod.remove();
  }

  @Test
  void theSecurityContextIsTheContainers(Workbench bench) throws IOException {
    Path host = Files.createDirectory(bench.directory().resolve("host"));
    Files.writeString(host.resolve("file"), "of the node\n");
    Cri.Pod pod = cri.run(bench);
    String container =
        pod.running(
            """
            working_dir: "/tmp" envs { key: "GREETING" value: "hello" }
            mounts { container_path: "/host" host_path: "%s" readonly: true }
            linux { security_context {
              run_as_user { value: 1000 } run_as_group { value: 1000 } supplemental_groups: 7
              readonly_rootfs: true no_new_privs: true
              capabilities { drop_capabilities: "ALL" }
              seccomp { profile_type: RuntimeDefault }
              masked_paths: "/proc/keys" readonly_paths: "/proc/sys"
            } }
            """
                .formatted(host),
            Cri.LASTING);
    assertEquals(
        List.of(
            "1000",
            "1000 7",
            "/tmp",
            "hello",
            "of the node",
            "2",
            "0000000000000000",
            "1",
            "2",
            "0"),
        cri.exec(
                container,
                "sh",
                "-c",
                "id -u; id -G; pwd; echo $GREETING; cat /host/file;"
                    + " touch /x /host/x 2>&1 | grep -c Read-only;"
                    + " grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | cut -f 2;"
                    + " cat /proc/keys | wc -c")
            .succeeds()
            .field("stdout")
            .lines()
            .toList());
    pod.remove();
  }

  // Checkpoints

  /** As a kubelet's checkpoint API asks for it; containerd has it since 2.0, and says so before. */
  @Test
  void aContainerIsCheckpointedWhileItRuns(Workbench bench) throws IOException {
    Cri.Pod pod = cri.run(bench);
    String container = pod.running("", Cri.LASTING);
    Path archive = bench.directory().resolve("checkpoint.tar");
    Grpc.Reply reply =
        cri.call(
            "CheckpointContainer",
            Cri.named("container_id", container) + Cri.named("location", archive.toString()));
    if (cri.containerd().version() < 2) {
      assertEquals(Grpc.UNIMPLEMENTED, reply.failsNaming("CheckpointContainer").status());
      assertFalse(Files.exists(archive));
    } else {
      reply.succeeds();
      String names =
          bench.bareCommand("-tf", archive.toString()).by(Path.of("/bin/tar")).run().out();
      assertTrue(names.contains("checkpoint/inventory.img"), names);
    }
    cri.exec(container, "true").succeeds();
    assertEquals("CONTAINER_RUNNING", cri.status(container).field("state"));
    pod.remove();
  }

  // Exec

  @Test
  void execSyncHasOutputAndExitCode(Workbench bench) {
    Cri.Pod pod = cri.run(bench);
    String container = pod.running("", Cri.LASTING);
    Grpc.Reply reply = cri.exec(container, "sh", "-c", "echo out; echo err >&2; exit 9").succeeds();
    assertEquals("out\n", reply.field("stdout"));
    assertEquals("err\n", reply.field("stderr"));
    assertEquals("9", reply.field("exit_code"));
    cri.exec(container, "nonesuch").failsNaming("executable file not found in $PATH");
    cri.call(
            "ExecSync",
            Cri.named("container_id", container) + Cri.words("cmd", "sleep", "1000") + "timeout: 1")
        .failsNaming("timeout 1s exceeded");
    pod.remove();
  }

  @Test
  void execStreamsThroughItsUrl(Workbench bench) throws Exception {
    Cri.Pod pod = cri.run(bench);
    String container = pod.running("", Cri.LASTING);
    CriStream stream =
        CriStream.open(
            cri.call(
                "Exec",
                Cri.named("container_id", container)
                    + Cri.words(
                        "cmd", "sh", "-c", "read line; echo got $line; echo err >&2; exit 5")
                    + "stdin: true stdout: true stderr: true"));
    stream.send(0, "a line\n");
    stream.awaitEnd();
    assertEquals("got a line\n", stream.channel(1));
    assertEquals("err\n", stream.channel(2));
    assertTrue(
        stream.channel(3).contains("\"ExitCode\",\"message\":\"5\""), () -> stream.channel(3));
    pod.remove();
  }

  @Test
  @Tag("own-core")
  void theEndOfAWarmCoreLosesNoPod(Workbench bench) {
    Cri.Pod pod;
    String container;
    try (WarmCore core = cri.containerd().startCore()) {
      pod = cri.run(bench);
      container = pod.running("", Cri.LASTING);
      core.destroy();
    }
    assertEquals("in\n", cri.exec(container, "echo", "in").succeeds().field("stdout"));
    cri.stopLasting(container);
    pod.remove();
  }
}
