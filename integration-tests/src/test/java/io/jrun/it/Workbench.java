// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What one test works with: a directory of its own, a state root, bundles, ids nobody else uses,
 * and the runtime's commands. Containers made through {@link #created} and {@link #running} are
 * deleted by force when the test ends; of all others the test itself must see to it that nothing is
 * left. {@link ResidueExtension} makes one for each test.
 */
final class Workbench {

  /** Part of every id of this run of the tests. */
  static final String TOKEN =
      "it"
          + Long.toString(ProcessHandle.current().pid(), 36)
          + "x"
          + Long.toString(System.nanoTime() % 100_000, 36);

  /** By what all limits of time are multiplied: a virtual machine in emulation is slow. */
  static final int PATIENCE = Integer.getInteger("jrun.patience", 1);

  private static int counter;

  private final Path directory;
  private final Path root;
  private final Path outputs;
  private final List<String> kept = new ArrayList<>();
  private final List<String> keptQuietly = new ArrayList<>();
  private int bundles;

  Workbench() {
    try {
      directory = Files.createTempDirectory("bench");
      Files.setPosixFilePermissions(
          directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
      root = directory.resolve("state");
      outputs = Files.createDirectory(directory.resolve("outputs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  /** The state root of this test's containers; it need not exist yet. */
  Path root() {
    return root;
  }

  Bundle bundle() {
    return new Bundle(directory.resolve("bundle" + ++bundles));
  }

  /** A container id that no other test uses. */
  static synchronized String id() {
    return TOKEN + "-" + ++counter;
  }

  /** The runtime with this test's state root and these arguments. */
  Jrun command(String... args) {
    List<String> all = new ArrayList<>(List.of("--root", root.toString()));
    all.addAll(Arrays.asList(args));
    return new Jrun(outputs, directory, all);
  }

  /** The runtime with these arguments and nothing else. */
  Jrun bareCommand(String... args) {
    return new Jrun(outputs, directory, Arrays.asList(args));
  }

  Outcome jrun(String... args) {
    return command(args).run();
  }

  /** {@code create --bundle B [options] id}. */
  Jrun createCommand(Bundle bundle, String id, String... options) {
    return bundled("create", bundle, id, options);
  }

  Outcome create(Bundle bundle, String id, String... options) {
    return createCommand(bundle, id, options).run();
  }

  /** {@code run --bundle B [options] id}. */
  Jrun runCommand(Bundle bundle, String id, String... options) {
    return bundled("run", bundle, id, options);
  }

  /** Runs a container in the foreground. */
  Outcome run(Bundle bundle, String... options) {
    return runCommand(bundle, id(), options).run();
  }

  private Jrun bundled(String verb, Bundle bundle, String id, String... options) {
    bundle.write();
    List<String> args = new ArrayList<>(List.of(verb, "--bundle", bundle.directory().toString()));
    args.addAll(Arrays.asList(options));
    args.add(id);
    return command(args.toArray(String[]::new));
  }

  /** A container that was created, and is deleted when the test ends. */
  String created(Bundle bundle, String... options) {
    String id = keep(id());
    create(bundle, id, options).succeeds();
    return id;
  }

  /** A container that was started, and is deleted when the test ends. */
  String running(Bundle bundle, String... options) {
    String id = created(bundle, options);
    start(id).succeeds();
    return id;
  }

  /** A container that runs and was paused, and is deleted when the test ends. */
  String paused(Bundle bundle, String... options) {
    String id = running(bundle, options);
    jrun("pause", id).succeedsSilently();
    return id;
  }

  /** A container whose process has ended, and that is deleted when the test ends. */
  String stopped(Bundle bundle, String... options) {
    String id = running(bundle.args("true"), options);
    awaitStatus(id, "stopped");
    return id;
  }

  /** Has a container deleted when the test ends. */
  String keep(String id) {
    kept.add(id);
    return id;
  }

  /** Has a container deleted when the test ends, unless nothing is there of it by then. */
  String keepQuietly(String id) {
    keptQuietly.add(id);
    return id;
  }

  Outcome start(String id) {
    return jrun("start", id);
  }

  /** {@code exec [options] id command...}. */
  Jrun execCommand(List<String> options, String id, String... command) {
    List<String> words = new ArrayList<>(List.of("exec"));
    words.addAll(options);
    words.add(id);
    words.addAll(Arrays.asList(command));
    return command(words.toArray(String[]::new));
  }

  Outcome exec(String id, String... command) {
    return execCommand(List.of(), id, command).run();
  }

  Outcome kill(String id, String signal) {
    return jrun("kill", id, signal);
  }

  Outcome delete(String id) {
    return jrun("delete", id);
  }

  Outcome deleteByForce(String id) {
    return jrun("delete", "--force", id);
  }

  JsonNode state(String id) {
    return jrun("state", id).succeedsSilently().json();
  }

  String status(String id) {
    return state(id).get("status").asText();
  }

  int pid(String id) {
    return state(id).get("pid").asInt();
  }

  void awaitStatus(String id, String status) {
    await("status " + status + " of " + id, () -> status(id).equals(status));
  }

  /** Waits until a container that lasts would end at SIGTERM. */
  void awaitTrap(String id) {
    HostProcess.awaitCaught(pid(id), HostProcess.SIGTERM);
  }

  /** As much time as this takes at most, where the tests run. */
  static Duration patiently(Duration limit) {
    return limit.multipliedBy(PATIENCE);
  }

  /** Waits up to half a minute: what fails may take its time. */
  static void await(String what, BooleanSupplier condition) {
    await(what, Duration.ofSeconds(30), condition);
  }

  /** Waits up to a limit, which is multiplied where all is slow. */
  static void await(String what, Duration atMost, BooleanSupplier condition) {
    Duration limit = patiently(atMost);
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail("not within " + limit.toSeconds() + " s: " + what);
      }
      pause(20);
    }
  }

  /**
   * Removes a cgroup whose processes have ended: since Linux 6.19 a task leaves its cgroup at its
   * last switch, which may be after its parent was told of its end.
   */
  static void awaitRemoval(Path cgroup) {
    await("an empty cgroup " + cgroup, () -> cgroup.toFile().delete());
  }

  static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asserts that neither state, nor cgroup, nor process of a container is there, now. */
  void assertNothingOf(String id) {
    assertEquals(List.of(), remains(id), "left of " + id);
  }

  private List<String> remains(String id) {
    List<String> found = remainsOf(id);
    found.addAll(confined());
    return found;
  }

  /** State and cgroups of a container that are there, now. */
  List<String> remainsOf(String id) {
    List<String> found = new ArrayList<>();
    if (Files.exists(root.resolve(id), LinkOption.NOFOLLOW_LINKS)) {
      found.add("state " + root.resolve(id));
    }
    Snapshot.take().lines().stream()
        .filter(line -> line.startsWith("cgroup ") && line.contains(id))
        .forEach(found::add);
    return found;
  }

  /** Processes whose root directory is in a bundle of this test. */
  private List<String> confined() {
    List<String> found = new ArrayList<>();
    for (int pid : HostProcess.all()) {
      try {
        if (Files.readSymbolicLink(Path.of("/proc/" + pid + "/root")).startsWith(directory)) {
          HostProcess.find(pid).ifPresent(process -> found.add("process " + process));
        }
      } catch (IOException e) {
        // It ended meanwhile.
        continue;
      }
    }
    return found;
  }

  /** Deletes what was kept and says what is left in the state root. */
  List<String> close() {
    List<String> problems = new ArrayList<>();
    keptQuietly.stream().filter(id -> Files.exists(root.resolve(id))).forEach(kept::add);
    for (String id : kept) {
      Outcome deleted = deleteByForce(id);
      if (deleted.exitCode() != 0) {
        problems.add("delete of a kept container: " + deleted);
      }
    }
    problems.addAll(confined());
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(root)) {
        entries.forEach(entry -> problems.add("state " + entry));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return problems;
  }

  /** Removes the directory of this test. */
  void remove() throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
