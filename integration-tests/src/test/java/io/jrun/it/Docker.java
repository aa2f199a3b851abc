// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Docker Engine with docs/engines/docker/daemon.json: jrun is the default runtime. It has no
 * networks, and a network namespace of its own with a loopback device. The image {@link #IMAGE} of
 * busybox is there from the beginning.
 */
final class Docker extends Engine {

  static final String IMAGE = "busybox";

  static final String PEER = "suite";

  private static final String RUNTIMES =
      "\"runtimes\": {\"" + PEER + "\": {\"path\": \"/usr/sbin/runc\"},";

  /** A device of CDI, a harmless one, with everything that a vendor's would have. */
  static final String DEVICE =
      """
      {"cdiVersion": "0.5.0", "kind": "example.com/null", "devices": [
        {"name": "one", "containerEdits": {
          "deviceNodes": [{"path": "/dev/other", "hostPath": "/dev/full", "permissions": "rw"}],
          "env": ["GIVEN=one"],
          "mounts": [{"hostPath": "/etc/hostname", "containerPath": "/given", "options": ["ro", "bind"]}],
          "hooks": [{"hookName": "createContainer", "path": "/bin/sh",
                     "args": ["sh", "-c", "cat >/run/flow-hook"]}]}}]}
      """;

  /** A script that waits for ever, or for SIGTERM. */
  static final String LASTING = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

  private Docker() {
    super("docker");
  }

  /**
   * @param driver who makes cgroups: cgroupfs or systemd
   */
  static Docker start(String driver) {
    return start(driver, Jrun.binary());
  }

  /** With another jrun than the one under test. */
  static Docker start(String driver, Path runtime) {
    return start(driver, runtime, "\"runtimes\": {");
  }

  /** With the suite's own runc for a runtime, by the name of {@link #PEER}, and CDI. */
  static Docker startWithPeer() {
    return start("cgroupfs", Jrun.binary(), features("\"cdi\": true") + RUNTIMES);
  }

  /** The same, with containerd for its images. */
  static Docker startWithStore() {
    String features = features("\"cdi\": true, \"containerd-snapshotter\": true");
    return start("cgroupfs", Jrun.binary(), features + RUNTIMES);
  }

  private static String features(String words) {
    return "\"cdi-spec-dirs\": [\"DIRECTORY/cdi\"], \"features\": {" + words + "}, ";
  }

  /** The same, with the ids of the user dockremap for its containers. */
  static Docker startMapped() {
    return start("cgroupfs", Jrun.binary(), "\"userns-remap\": \"default\", " + RUNTIMES);
  }

  private static Docker start(String driver, Path runtime, String runtimes) {
    Docker engine = new Docker();
    engine.leaves(Path.of("/run/docker/plugins"), Path.of("/run/containerd/s"));
    // BuildKit names no state root.
    engine.leaves(Path.of("/run/jrun"), Path.of("/run/runc"));
    if (driver.equals("cgroupfs")) {
      engine.leaves(Snapshot.CGROUPS.resolve("docker/buildkit"));
    }
    Path directory = engine.directory();
    Path config = directory.resolve("daemon.json");
    try {
      // As its own places: for the root of a user namespace it is on the way.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
      Files.writeString(
          config,
          documented("docker/daemon.json")
              .replace(Jrun.binary().toString(), runtime.toString())
              .replace("\"runtimes\": {", runtimes)
              .replace("DIRECTORY", directory.toString()));
      Path devices = Files.createDirectory(directory.resolve("cdi"));
      Files.writeString(devices.resolve("flow.json"), DEVICE);
      // For BuildKit, which has no other name for a runtime.
      Files.createDirectory(directory.resolve("client"));
      Path first = Files.createDirectory(directory.resolve("path"));
      Files.createSymbolicLink(first.resolve("runc"), runtime);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> argv =
        List.of(
            "unshare",
            "-n",
            "sh",
            "-c",
            "busybox ip link set lo up; PATH=" + directory.resolve("path") + ":$PATH exec \"$@\"",
            "sh",
            "dockerd",
            "--config-file",
            config.toString(),
            "--host",
            "unix://" + engine.socket(),
            "--pidfile",
            directory.resolve("pid").toString(),
            "--data-root",
            directory.resolve("data").toString(),
            "--exec-root",
            directory.resolve("exec").toString(),
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
            "--exec-opt",
            "native.cgroupdriver=" + driver);
    engine.launch(argv.toArray(String[]::new));
    engine.importImage();
    return engine;
  }

  private void importImage() {
    Path tree = ImageArchive.busybox(directory(), "unused", "sh").layer();
    docker(
            "import",
            "--change",
            "ENV PATH=/bin",
            "--change",
            "CMD [\"sh\"]",
            tree.toString(),
            IMAGE)
        .succeeds();
  }

  /** It gives its containerd 15 s to be read from the disk and to begin. */
  @Override
  boolean wasTooSlow() {
    return log().contains("timeout waiting for containerd to start");
  }

  @Override
  Jrun client(String... args) {
    return client("/usr/bin/docker", List.of(args))
        .env("DOCKER_HOST", "unix://" + socket())
        .env("DOCKER_CONFIG", directory().resolve("client").toString());
  }

  /**
   * Scripts, with {@code run} for {@code docker run}, and {@code $busybox}. {@code builds}: from
   * here on BuildKit, which executes the runc that it finds in the path of dockerd, has the flow's;
   * what is tagged {@code built} is removed in the end.
   */
  EngineFlow flow() {
    String prelude =
        """
        export DOCKER_HOST=unix://%s DOCKER_CONFIG=%s/client
        run() { docker run --rm --network=none --runtime="$RUNTIME" "$@"; }
        builds() {
          local link=%2$s/path/runc
          finally "ln -sfn $(readlink $link) $link
            docker rmi built >/dev/null; docker builder prune --all --force >/dev/null"
          [ $RUNTIME = jrun ] || ln -sfn /usr/sbin/runc $link
        }
        busybox=%3$s"""
            .formatted(socket(), directory(), IMAGE);
    return new EngineFlow(prelude, DockerHost.CLEANUP, List.of(PEER), "jrun");
  }

  Outcome docker(String... args) {
    return client(args).run();
  }

  /** {@code docker run --network none [options] busybox command...}. */
  Jrun runCommand(List<String> options, String... command) {
    List<String> words = new ArrayList<>(List.of("run", "--network", "none"));
    words.addAll(options);
    words.add(IMAGE);
    words.addAll(Arrays.asList(command));
    return client(words.toArray(String[]::new));
  }

  /** Runs a container in the foreground, and removes it. */
  Outcome run(List<String> options, String... command) {
    List<String> all = new ArrayList<>(List.of("--rm"));
    all.addAll(options);
    return runCommand(all, command).run();
  }

  /** A container with a name that runs and lasts. */
  String running(String... options) {
    return detached(List.of(options), "sh", "-c", LASTING);
  }

  /** A container with a name in the background. */
  String detached(List<String> options, String... command) {
    String name = Workbench.id();
    List<String> all = new ArrayList<>(List.of("--detach", "--name", name));
    all.addAll(options);
    runCommand(all, command).run().succeeds();
    return name;
  }

  /** A field of {@code docker inspect}: {@code .State.Status}. */
  String inspect(String name, String field) {
    return docker("inspect", "--format", "{{" + field + "}}", name).succeedsSilently().text();
  }

  void await(String name, String field, String value) {
    Workbench.await(field + " " + value, () -> inspect(name, field).equals(value));
  }

  /**
   * One that was too slow is asked by dockerd to write down what it is at, before it is killed:
   * that lies in /tmp, whatever places dockerd has.
   */
  @Override
  void clearAway() throws IOException {
    try (DirectoryStream<Path> stacks =
        Files.newDirectoryStream(Path.of("/tmp"), "containerd.*.stacks.log")) {
      for (Path each : stacks) {
        System.out.println("  dockerd's containerd took more than 15 s to begin: " + each);
        Files.delete(each);
      }
    }
  }

  /** Asks a container that lasts to end, once it would; it may take its time. */
  void stop(String name) {
    HostProcess.awaitCaught(Integer.parseInt(inspect(name, ".State.Pid")), HostProcess.SIGTERM);
    docker("stop", "-t", "100", name).succeedsSilently();
    assertEquals("0", inspect(name, ".State.ExitCode"));
  }

  /** A file of a container's cgroup, without the end of its line. */
  String cgroup(String name, String file) {
    try {
      String path = Files.readString(Path.of("/proc", inspect(name, ".State.Pid"), "cgroup"));
      return Files.readString(
              Path.of(Snapshot.CGROUPS + path.strip().replaceFirst("(?s).*0::", ""), file))
          .strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void remove(String name) {
    docker("rm", "--force", "--volumes", name).succeedsSilently();
  }
}
