// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Podman and Buildah as root has them, with storage of their own and the configuration that
 * docs/engines/podman/containers.conf is, the runtime under test in it. One serves all tests of a
 * class: what it makes once (an image, its cgroups, its locks) is there before the first test, and
 * removed after the last.
 *
 * <p>Nothing of the environment reaches the runtime through Podman, so that its containers are in
 * /run/jrun and its warm core is at /run/jrund/core.sock. In a run that has a warm core that is
 * where it is found, and the front in the configuration has no other: whatever is not stored is
 * served warm, or fails.
 */
final class Podman implements AutoCloseable {

  static final Path PROGRAM = Path.of("/usr/bin/podman");
  static final Path BUILDAH = Path.of("/usr/bin/buildah");

  /** The image that is there: busybox, with /bin/notify of notify.c. */
  static final String IMAGE = "localhost/busybox:latest";

  /** The stack of networks that this Podman has, and asks for nothing: since its fifth, one. */
  static final String BACKEND = Engine.majorVersion(PROGRAM.toString()) < 5 ? "cni" : "netavark";

  private static final Path DOCS = Path.of("..", "docs", "engines").toAbsolutePath().normalize();
  private static final Path STATE = Path.of("/run/jrun");
  private static final Path CORE = Path.of("/run/jrund/core.sock");
  private static final Path CGROUP = Snapshot.CGROUPS.resolve("libpod_parent");
  private static final Path LOCKS = Path.of("/dev/shm/libpod_lock");

  /** What a machine of tests lacks: networks, controllers, CAP_SYS_RESOURCE. */
  static final String HERE =
      "\n[containers]\nnetns = \"none\"\npids_limit = 0\n"
          + "default_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n";

  /** What the runtimes of flows make once. */
  private static final List<Path> PLACES =
      List.of(
          Path.of("/run/runc"),
          Path.of("/run/crun/.cache"),
          Path.of("/run/crun/.empty-directory"),
          Path.of("/run/crun"));

  private final Path directory;
  private final Path configuration;
  private final Path runtime;
  private EngineFlow flow;

  /** For whom Podman runs the runtime in the namespaces it is itself in: warm, if the run is. */
  static Podman servedWarm() {
    return new Podman(WarmCore.shared().isPresent());
  }

  /** For whom the runtime is in a mount namespace of the caller's, where no warm core is. */
  static Podman servedCold() {
    return new Podman(false);
  }

  /** For flows, with what their runtimes make once, and ids for --userns=auto. */
  static Podman forFlows() throws IOException {
    PodmanHost.giveIds();
    Podman podman = servedCold();
    podman.flow = podman.newFlow();
    for (Path place : PLACES) {
      Files.createDirectories(place);
    }
    return podman;
  }

  private Podman(boolean warm) {
    Bundle.prepare();
    try {
      directory = Files.createTempDirectory("podman");
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      for (String each : List.of("storage", "run", "tmp", "volumes", "cni", "outputs")) {
        Files.createDirectory(directory.resolve(each));
      }
      Files.createDirectories(CORE.getParent());
      runtime = warm ? withoutCore(directory) : Jrun.binary();
      configuration =
          Files.writeString(
              directory.resolve("containers.conf"),
              documented("podman/containers.conf", runtime) + HERE);
      Path image = image(directory);
      podman("import", "--change", "ENV PATH=/bin", image.toString(), IMAGE).succeeds();
      podman("run", "--rm", IMAGE, "true").succeedsSilently();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    settle();
  }

  private static Path withoutCore(Path directory) throws IOException {
    Files.createSymbolicLink(CORE, WarmCore.shared().orElseThrow().socket());
    return Distribution.withoutCore(directory.resolve("front"));
  }

  /** A configuration as a page of docs/engines has it, with the runtime under test in it. */
  static String documented(String file, Path runtime) throws IOException {
    String text = Files.readString(DOCS.resolve(file));
    String installed = "/usr/local/bin/jrun";
    assertTrue(text.contains(installed), () -> file + " names " + installed);
    return text.replace(installed, runtime.toString());
  }

  /** A root file system of busybox in a tar file. */
  static Path image(Path directory) throws IOException {
    Path place = Files.createTempDirectory(directory, "image");
    Bundle bundle = CProgram.built("notify").into(new Bundle(place), "/bin/notify");
    for (String each : List.of("/proc", "/sys", "/dev", "/root", "/run", "/var/tmp")) {
      Files.createDirectories(bundle.inside(each));
    }
    Path file = place.resolve("image.tar");
    execute("tar", "-C", bundle.rootfs().toString(), "-cf", file.toString(), ".");
    return file;
  }

  static void execute(String... command) throws IOException {
    try {
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      assertTrue(status == 0, () -> "exit code " + status + ": " + List.of(command));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Path directory() {
    return directory;
  }

  /** The runtime that the configuration names. */
  Path runtime() {
    return runtime;
  }

  /** The containers.conf. */
  Path configuration() {
    return configuration;
  }

  /** Where a warm core of root's listens. */
  static Path coreSocket() {
    return CORE;
  }

  /** {@code podman [where everything is] args}. */
  Jrun command(String... args) {
    List<String> all = new ArrayList<>(places());
    all.addAll(Arrays.asList(args));
    return program(PROGRAM, all);
  }

  private List<String> places() {
    List<String> all = new ArrayList<>(storage());
    all.addAll(
        List.of(
            "--tmpdir=" + directory.resolve("tmp"),
            "--volumepath=" + directory.resolve("volumes"),
            "--network-config-dir=" + directory.resolve("cni"),
            "--network-backend=" + BACKEND,
            "--cgroup-manager=cgroupfs",
            "--events-backend=none"));
    return all;
  }

  /**
   * Scripts, in which {@code podman} is a function, and {@code $busybox} an image. They have a
   * /dev/null of their own: crun gives it to the container's user, and would the host's.
   */
  EngineFlow flow() {
    return flow;
  }

  private EngineFlow newFlow() throws IOException {
    Path device = directory.resolve("null");
    execute("mknod", "-m", "666", device.toString(), "c", "1", "3");
    String prelude =
        """
        export CONTAINERS_CONF=%s HOME=%s
        podman() { command podman %s --runtime="$RUNTIME" "$@"; }
        busybox=%s"""
            .formatted(configuration, directory, String.join(" ", places()), IMAGE);
    return new EngineFlow(
        prelude,
        PodmanHost.CLEANUP,
        PodmanHost.PEERS,
        Jrun.binary().toString(),
        "exec unshare -m bash -c '"
            + "mount --bind "
            + device
            + " /dev/null; exec \"$@\" </dev/null' bash \"$@\"");
  }

  Outcome podman(String... args) {
    return command(args).run();
  }

  /** {@code buildah [where everything is] args}. */
  Jrun buildahCommand(String... args) {
    List<String> all = new ArrayList<>(storage());
    all.addAll(Arrays.asList(args));
    return program(BUILDAH, all).env("TMPDIR", directory.resolve("tmp").toString());
  }

  private List<String> storage() {
    return List.of(
        "--root=" + directory.resolve("storage"),
        "--runroot=" + directory.resolve("run"),
        "--storage-driver=vfs");
  }

  private Jrun program(Path program, List<String> args) {
    return new Jrun(directory.resolve("outputs"), directory, args)
        .by(program)
        .env("PATH", Criu.path())
        .env("HOME", directory.toString())
        .env("CONTAINERS_CONF", configuration.toString())
        .env("JRUN_CORE", "auto")
        .limit(Duration.ofSeconds(60));
  }

  /** What {@code inspect} says by a template. */
  String inspect(String container, String template) {
    return podman("inspect", "--format", template, container).succeedsSilently().text();
  }

  void settle() {
    awaitMonitors(directory.toString());
  }

  /**
   * Waits until no monitor is left, and no clean-up that one has started: Podman's command ends
   * before.
   *
   * @param own what their command lines have in them
   */
  static void awaitMonitors(String own) {
    Workbench.await(
        "the end of Podman's processes",
        () ->
            HostProcess.all().stream()
                .flatMap(pid -> HostProcess.find(pid).stream())
                .map(HostProcess::commandLine)
                .filter(line -> line.contains(own))
                .noneMatch(line -> line.contains("conmon") || line.contains("cleanup")));
  }

  @Override
  public void close() throws IOException {
    settle();
    try (Stream<Path> state = Files.list(STATE)) {
      List<Path> left = state.toList();
      assertTrue(left.isEmpty(), () -> "state is left: " + left);
    }
    podman("rmi", "--force", IMAGE).succeeds();
    Files.deleteIfExists(CORE);
    Files.deleteIfExists(CORE.getParent());
    for (Path cgroup : List.of(CGROUP.resolve("conmon"), CGROUP)) {
      Files.deleteIfExists(cgroup);
    }
    Files.deleteIfExists(LOCKS);
    execute("rm", "-rf", "--one-file-system", STATE.toString(), directory.toString());
    if (flow != null) {
      for (Path place : PLACES) {
        execute("rm", "-rf", place.toString());
      }
    }
  }
}
