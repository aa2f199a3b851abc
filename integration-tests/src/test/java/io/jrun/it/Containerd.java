// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * containerd with docs/engines/containerd/config.toml, and its client ctr. Containers live in the
 * namespace {@code default}; the image of busybox is there from the beginning.
 */
final class Containerd extends Engine {

  /** Of busybox; its command is a shell. */
  static final String IMAGE = "localhost/busybox:test";

  /** Of busybox as well; its command waits for ever. */
  static final String PAUSE = "localhost/pause:test";

  /** The suite's own runtime, which goes first. */
  static final Path RUNC = Path.of("/usr/sbin/runc");

  private static final String CRI = "[plugins.\"io.containerd.grpc.v1.cri\"]\n";

  /** What is behind the name of a runtime whose containers may write to their cgroups. */
  static final String WRITABLE = "-writable";

  /** What is behind the name of one with options of the shim's: see {@link #rootOf}. */
  static final String OPTIONS = "-options";

  private static final String PAUSING =
      "trap 'exit 0' TERM INT; while :; do sleep 1000 & wait; done";

  private final boolean systemd;

  /**
   * Pods have networks by CNI, in a network namespace of the daemon's, and devices by CDI; and
   * there are more runtimes.
   */
  private final boolean whole;

  private Containerd(boolean systemd, boolean whole) {
    super("containerd");
    this.systemd = systemd;
    this.whole = whole;
  }

  static Containerd start() {
    return start(false);
  }

  /**
   * With a network for pods that have one of their own (192.0.2.0/24), and the devices of {@link
   * #devices}: what a node has where containerd is 1.7 or later.
   */
  static Containerd startWithNetworksAndDevices() {
    return start(true);
  }

  private static Containerd start(boolean whole) {
    Containerd engine = new Containerd(false, whole);
    engine.leaves(Snapshot.CGROUPS.resolve("default"), Snapshot.CGROUPS.resolve("k8s.io"));
    return engine.begin();
  }

  /** With {@code SystemdCgroup = true}: pods are units of systemd's. */
  static Containerd startWithSystemd() throws IOException {
    return new Containerd(true, false).begin();
  }

  private Containerd begin() {
    leaves(
        // The shims' sockets, what ctr passes standard streams through, the state of containers.
        Path.of("/run/containerd/s"),
        Path.of("/run/containerd/fifo"),
        Path.of("/run/containerd/runc"),
        // Where plugins would ask to be told of containers: from its second version on.
        Path.of("/run/nri"));
    String config = directory().resolve("config.toml").toString();
    try {
      Files.writeString(Path.of(config), configuration());
      // As containerd's own places: for the root of a user namespace it is on the way.
      Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwx--x--x"));
      if (whole) {
        leaves(Path.of("/run/netns"), rootOf("runc"), rootOf(Cri.HANDLER));
        Files.createDirectory(devices());
        Files.createDirectory(directory().resolve("addresses"));
        Files.writeString(
            Files.createDirectory(directory().resolve("cni")).resolve("one.conflist"),
            """
            {"cniVersion": "1.0.0", "name": "one", "plugins": [{"type": "ptp", "ipam": {
              "type": "host-local", "dataDir": "%s/addresses", "ranges": [[{"subnet": "192.0.2.0/24"}]]}}]}
            """
                .formatted(directory()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (whole) {
      String run = "ip link set lo up; exec \"$@\"";
      launch("unshare", "-n", "sh", "-c", run, "sh", "containerd", "--config", config);
    } else {
      launch("containerd", "--config", config);
    }
    for (String namespace : List.of("default", "k8s.io")) {
      importImage(namespace, IMAGE, "sh");
      importImage(namespace, PAUSE, "sh", "-c", PAUSING);
    }
    return this;
  }

  /**
   * As documented, with directories of its own. Where there are no controllers pods have no limits,
   * and where the machine lets nobody lower an OOM score they keep the daemon's.
   */
  private String configuration() throws IOException {
    String where = "";
    Path runtime = Jrun.binary();
    Path peer = RUNC;
    if (!hasControllers()) {
      where = "\n  disable_cgroup = true\n  restrict_oom_score_adj = true";
      // It has no such word any more, and gives every pod a weight.
      if (version() >= 2) {
        runtime = withoutWeight(runtime);
        peer = withoutWeight(peer);
      }
    }
    String alone = "SystemdCgroup = false";
    String text = documented("containerd/config.toml");
    assertTrue(text.contains(alone), text);
    String more = whole ? "\n  enable_cdi = true\n  cdi_spec_dirs = [\"" + devices() + "\"]" : "";
    if (!peer.equals(RUNC)) {
      text = text.replace(table("runc"), runtime("runc", "", peer));
    }
    if (whole) {
      text += variants("runc", peer) + variants(Cri.HANDLER, runtime) + networks();
    }
    return text.replace(alone, "SystemdCgroup = " + systemd)
        .replace(Jrun.binary().toString(), runtime.toString())
        .replace(CRI, CRI + "  sandbox_image = \"" + PAUSE + '"' + where + more + "\n")
        .replaceFirst(
            "(?m)^version = 2$",
            "version = 2\nroot = \"%1$s/root\"\nstate = \"%1$s/state\"\n[grpc]\n  address = \"%2$s\""
                .formatted(directory(), socket()));
  }

  private static String table(String name) {
    return "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes."
        + name
        + "]\n    runtime_type = \"io.containerd.runc.v2\"\n";
  }

  private static String runtime(String name, String word, Path program, String... options) {
    String lines = String.join("\n      ", options);
    return "\n  %s    %s\n    [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.%s.options]\n      BinaryName = \"%s\"\n      %s\n"
        .formatted(table(name), word, name, program, lines);
  }

  private String variants(String name, Path program) {
    return runtime(name + WRITABLE, "cgroup_writable = true", program)
        + runtime(
            name + OPTIONS,
            "",
            program,
            "NoNewKeyring = true",
            "NoPivotRoot = true",
            "Root = \"" + rootOf(name) + "\"");
  }

  /** Where a runtime's containers are on record, if it has {@link #OPTIONS}. */
  Path rootOf(String name) {
    return directory().resolve("root-of-" + name);
  }

  private String networks() {
    return """

          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "/usr/lib/cni"
            conf_dir = "%s/cni"
        """
        .formatted(directory());
  }

  /** The first number of the daemon's version. */
  int version() {
    return majorVersion("containerd");
  }

  /** A runtime to whom a bundle is given as it were without limits of the processor. */
  private Path withoutWeight(Path runtime) throws IOException {
    Path script =
        Files.writeString(
            directory().resolve(runtime.getFileName() + "-without-weight"),
            """
            #!/bin/sh
            for each in "$@"; do
              [ ! -f "$each/config.json" ] || sed -i 's/"cpu":{[^}]*}/"cpu":{}/' "$each/config.json"
            done
            exec %s "$@"
            """
                .formatted(runtime));
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }

  /** Where files of CDI are. */
  Path devices() {
    return directory().resolve("cdi");
  }

  private static boolean hasControllers() throws IOException {
    return Files.readString(Snapshot.CGROUPS.resolve("cgroup.controllers")).contains("cpu");
  }

  private void importImage(String namespace, String name, String... command) {
    Path file = ImageArchive.busybox(directory(), name, command).file();
    client("--namespace", namespace, "images", "import", file.toString()).run().succeeds();
  }

  @Override
  Jrun client(String... args) {
    List<String> words = new ArrayList<>(List.of("--address", socket().toString()));
    words.addAll(Arrays.asList(args));
    return client("/usr/bin/ctr", words);
  }

  Outcome ctr(String... args) {
    return client(args).run();
  }

  /**
   * {@code ctr run [options] IMAGE id command...} with the runtime under test. ctr gives a
   * container a weight of the processor, unless it is told not to: there may be no controller for
   * it.
   */
  Jrun runCommand(List<String> options, String id, String... command) {
    List<String> words =
        new ArrayList<>(
            List.of("run", "--runc-binary", Jrun.binary().toString(), "--cpu-shares", "0"));
    words.addAll(options);
    words.add(IMAGE);
    words.add(id);
    words.addAll(Arrays.asList(command));
    return client(words.toArray(String[]::new));
  }

  /** A container that runs and lasts. */
  String running() {
    String id = Workbench.id();
    runCommand(List.of("--detach"), id, "sh", "-c", PAUSING).run().succeeds();
    return id;
  }

  /** {@code ctr task exec [options] id command...}. */
  Jrun execCommand(List<String> options, String id, String... command) {
    List<String> words = new ArrayList<>(List.of("task", "exec", "--exec-id", Workbench.id()));
    words.addAll(options);
    words.add(id);
    words.addAll(Arrays.asList(command));
    return client(words.toArray(String[]::new));
  }

  Outcome exec(String id, String... command) {
    return execCommand(List.of(), id, command).run();
  }

  /**
   * Changes limits, through containerd's socket: ctr 1.6 has no word for it.
   *
   * @param resources as JSON
   */
  Grpc.Reply update(String id, String resources) {
    return new Grpc(
            socket(),
            outputs(),
            "tasks.proto",
            "containerd.services.tasks.v1.Tasks",
            List.of("containerd-namespace: default"))
        .call(
            "Update",
            "UpdateTask",
            """
            container_id: "%s"
            resources {
              type_url: "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources"
              value: '%s'
            }
            """
                .formatted(id, resources));
  }

  /** RUNNING, PAUSED, STOPPED, or nothing where there is no task. */
  String status(String id) {
    return task(id, 2);
  }

  int pid(String id) {
    return Integer.parseInt(task(id, 1));
  }

  private String task(String id, int column) {
    return ctr("task", "ls")
        .succeeds()
        .out()
        .lines()
        .map(line -> line.split(" +"))
        .filter(words -> words[0].equals(id))
        .map(words -> words[column])
        .findFirst()
        .orElse("");
  }

  void awaitStatus(String id, String status) {
    Workbench.await("status " + status + " of " + id, () -> status(id).equals(status));
  }

  /** Ends a container, if it has not ended, and removes it. */
  void remove(String id) {
    if (status(id).equals("RUNNING")) {
      ctr("task", "kill", "--signal", "9", id).succeeds();
      awaitStatus(id, "STOPPED");
    }
    // Its exit code is the task's, which was killed.
    ctr("task", "rm", id);
    ctr("container", "rm", id).succeeds();
  }
}
