// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;

/**
 * containerd's CRI plugin, asked as a kubelet asks it, with {@code jrun} for the handler of a
 * RuntimeClass. Pods have the node's network where there is no CNI.
 */
record Cri(Containerd containerd, Grpc service) implements AutoCloseable {

  /** Of the RuntimeClass that docs/kubernetes.md has. */
  static final String HANDLER =
      Engine.documentedText("kubernetes/runtimeclass.yaml")
          .lines()
          .filter(line -> line.startsWith("handler: "))
          .map(line -> line.substring("handler: ".length()))
          .findFirst()
          .orElseThrow();

  /** A command that ends with 3 when it is asked to. */
  static final String[] LASTING = {
    "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 1000 & wait; done"
  };

  /** A mapping of ids, as pods with {@code hostUsers: false} and their volumes have it. */
  static final String MAPPING = "{ host_id: 100000 container_id: 0 length: 65536 }";

  /** The Linux part of a pod with {@code hostUsers: false}. */
  static final String MAPPED =
      "security_context { namespace_options { pid: CONTAINER userns_options { mode: POD uids %1$s gids %1$s } } }"
          .formatted(MAPPING);

  /** That of a pod with the node's users, and a network of its own. */
  static final String UNMAPPED = "security_context { namespace_options { pid: CONTAINER } }";

  /** That of a pod with the node's network. */
  static final String HOSTS_NETWORK =
      "security_context { namespace_options { network: NODE pid: CONTAINER } }";

  /** The address of a name server, as a kubelet gives it. */
  static final String NAME_SERVER = "192.0.2.53";

  static Cri of(Containerd containerd) {
    return new Cri(
        containerd,
        new Grpc(
            containerd.socket(),
            containerd.outputs(),
            "cri.proto",
            "runtime.v1.RuntimeService",
            List.of()));
  }

  /** A pod of jrun's, whose containers write their logs below its directory. */
  record Pod(Cri cri, String id, String config, Path logs) {

    /**
     * @param options of the container's configuration, in text format
     */
    String create(String options, String... command) {
      return createOf(Containerd.IMAGE, words("command", command) + options)
          .succeeds()
          .field("container_id");
    }

    /**
     * @param image its name, or the path of a checkpoint's archive
     * @param options of the container's configuration, in text format
     */
    Grpc.Reply createOf(String image, String options) {
      return cri.call(
          "CreateContainer",
          """
          pod_sandbox_id: "%s" sandbox_config { %s }
          config {
            metadata { name: "%s" } image { image: "%s" } log_path: "log" %s
          }
          """
              .formatted(id, config, Workbench.id(), image, options));
    }

    String running(String options, String... command) {
      String container = create(options, command);
      cri.start(container).succeeds();
      return container;
    }

    /** What a container has written, as it is kept: time, stream, F, line. */
    List<String> log() throws IOException {
      return Files.readAllLines(logs.resolve("log")).stream()
          .map(line -> line.split(" ", 4))
          .map(words -> words[1] + " " + words[3])
          .toList();
    }

    /** With its containers. */
    void remove() {
      cri.call("StopPodSandbox", named("pod_sandbox_id", id)).succeeds();
      cri.call("RemovePodSandbox", named("pod_sandbox_id", id)).succeeds();
    }
  }

  /**
   * @param linux fields of the pod's Linux part, in text format
   */
  Pod run(Workbench bench, String... linux) {
    return run(bench, HANDLER, String.join(" ", linux) + " " + HOSTS_NETWORK);
  }

  /** What somebody does with a pod, which is removed then. */
  interface WithPod {
    void in(Pod pod) throws IOException;
  }

  /**
   * @param linux the pod's Linux part, in text format
   */
  void during(Workbench bench, String handler, String linux, WithPod step) throws IOException {
    Pod pod = run(bench, handler, linux);
    try {
      step.in(pod);
    } finally {
      pod.remove();
    }
  }

  /** The same with a pod of runc's first, then with one of the runtime under test. */
  void flow(Workbench bench, TestReporter reporter, String linux, WithPod step) throws IOException {
    EngineFlow.with("runc", HANDLER, reporter, handler -> during(bench, handler, linux, step));
  }

  /** What a script says in a container with these options, in a pod with this Linux part. */
  List<String> said(Workbench bench, String handler, String linux, String options, String script)
      throws IOException {
    List<String> out = new ArrayList<>();
    during(
        bench,
        handler,
        linux,
        pod -> {
          String container = pod.running("linux { " + linux + " } " + options, "sleep", "1000");
          out.addAll(said(container, script));
        });
    return out;
  }

  /** What a script says in a container. */
  List<String> said(String container, String script) {
    return exec(container, "sh", "-c", script).succeeds().field("stdout").lines().toList();
  }

  /**
   * @param linux the pod's Linux part, in text format
   */
  Pod run(Workbench bench, String handler, String linux) {
    String name = Workbench.id();
    Path logs = bench.directory().resolve(name);
    String config =
        """
        metadata { name: "%1$s" uid: "%1$s" namespace: "default" }
        log_directory: "%2$s" dns_config { servers: "%3$s" }
        linux { %4$s }
        """
            .formatted(name, logs, NAME_SERVER, linux);
    String id = sandbox(config, handler).succeeds().field("pod_sandbox_id");
    return new Pod(this, id, config, logs);
  }

  Grpc.Reply sandbox(String config, String handler) {
    return call(
        "RunPodSandbox", "config { %s } runtime_handler: \"%s\"".formatted(config, handler));
  }

  Grpc.Reply call(String method, String request) {
    return service.call(method, request);
  }

  Grpc.Reply start(String container) {
    return call("StartContainer", named("container_id", container));
  }

  Grpc.Reply stop(String container, int timeout) {
    return call("StopContainer", named("container_id", container) + "timeout: " + timeout);
  }

  /** Asks a container that runs {@link #LASTING} to end, once it would: SIGTERM is the 15th. */
  void stopLasting(String container) {
    exec(
            container,
            "sh",
            "-c",
            "until grep -q 'SigCgt:.*[4-7c-f]...$' /proc/1/status; do usleep 10000; done")
        .succeeds();
    stop(container, 60).succeeds();
    assertEquals("3", status(container).field("exit_code"));
  }

  Grpc.Reply status(String container) {
    return call("ContainerStatus", named("container_id", container)).succeeds();
  }

  void awaitExit(String container) {
    Workbench.await(
        "the end of " + container,
        () -> status(container).field("state").equals("CONTAINER_EXITED"));
  }

  Grpc.Reply exec(String container, String... command) {
    return call("ExecSync", named("container_id", container) + words("cmd", command));
  }

  /**
   * @param linux limits, in text format
   */
  Grpc.Reply update(String container, String linux) {
    return call(
        "UpdateContainerResources", named("container_id", container) + "linux { " + linux + " }");
  }

  /** The names of the cgroups in one, sorted; none if it is not there. */
  static List<String> below(Path cgroup) throws IOException {
    if (!Files.exists(cgroup)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(cgroup)) {
      return all.filter(Files::isDirectory)
          .map(each -> each.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  static String named(String field, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return field + ": \"" + escaped + "\" ";
  }

  static String words(String field, String... words) {
    return Arrays.stream(words).map(word -> named(field, word)).collect(Collectors.joining());
  }

  @Override
  public void close() throws IOException {
    containerd.close();
  }
}
