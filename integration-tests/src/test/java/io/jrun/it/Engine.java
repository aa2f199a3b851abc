// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A daemon of an engine's, with directories, a socket and a configuration of its own, that drives
 * the runtime under test. One is started for all tests of a class and ends with them: {@link
 * #close} then demands that the host be as it was before, {@link ResidueExtension} does so after
 * each test. Its environment holds a path and where a warm core would be: the shared one, if the
 * run has one, else one that a test starts at {@link #coreSocket}.
 */
abstract class Engine implements AutoCloseable {

  private static final Path DOCS = Path.of("..", "docs").toAbsolutePath().normalize();
  private static final int TRIES = 3;
  private static final Duration LIMIT = Workbench.patiently(Duration.ofSeconds(30));

  private final Snapshot before;
  private final Path directory;
  private final Path outputs;
  private final List<Path> ownPlaces = new ArrayList<>();
  private ProcessBuilder launcher;
  private Process daemon;
  private int tries;

  Engine(String name) {
    Bundle.prepare();
    WarmCore.shared();
    before = Snapshot.take();
    try {
      directory = Files.createTempDirectory(name);
      outputs = Files.createDirectory(directory.resolve("outputs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first number that a program tells of itself: as in {@code podman version 5.4.2}. */
  static int majorVersion(String program) {
    return Integer.parseInt(version(program).group(1));
  }

  /** Whether the first two numbers that a program tells of itself are these, or later. */
  static boolean isSince(String program, int major, int minor) {
    Matcher version = version(program);
    int first = Integer.parseInt(version.group(1));
    return first > major || first == major && Integer.parseInt(version.group(2)) >= minor;
  }

  private static Matcher version(String program) {
    try {
      Process asked = new ProcessBuilder(program, "--version").redirectErrorStream(true).start();
      String text = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher version = Pattern.compile(" v?(\\d+)\\.(\\d+)").matcher(text);
      assertTrue(version.find(), () -> program + ": " + text);
      return version;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  /** For what commands write, and for what is sent and received. */
  Path outputs() {
    return outputs;
  }

  /** The daemon's. */
  long pid() {
    return daemon.pid();
  }

  Path socket() {
    return directory.resolve("socket");
  }

  /** Where the engine's runtime looks for a warm core. */
  Path coreSocket() {
    return WarmCore.shared()
        .map(WarmCore::socket)
        .orElseGet(() -> directory.resolve("core").resolve("core.sock"));
  }

  /** A warm core for the engine's runtime; for tests tagged own-core. It makes the directory. */
  WarmCore startCore() {
    return WarmCore.start(Jrun.binary(), coreSocket(), List.of(), "--idle-timeout", "0");
  }

  /** A configuration as a page of docs/engines has it, with the runtime under test in it. */
  static String documented(String file) {
    String text = documentedText(file);
    String installed = "/usr/local/bin/jrun";
    assertTrue(text.contains(installed), () -> file + " names " + installed);
    return text.replace(installed, Jrun.binary().toString());
  }

  /** A file of docs/engines as it is. */
  static String documentedText(String file) {
    try {
      return Files.readString(DOCS.resolve("engines").resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What the engine makes for itself outside its directory, beside its containers, and leaves:
   * files or cgroups. It is there before the first test and removed at the end, unless it was there
   * all along.
   */
  void leaves(Path... places) {
    for (Path place : places) {
      if (!Files.exists(place)) {
        try {
          ownPlaces.addAll(missing(place));
          Files.createDirectories(place);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static List<Path> missing(Path place) {
    return Files.exists(place)
        ? List.of()
        : Stream.concat(missing(place.getParent()).stream(), Stream.of(place)).toList();
  }

  /** Starts the daemon and waits until it answers. */
  void launch(String... argv) {
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()));
    builder.environment().clear();
    builder.environment().put("PATH", Criu.path());
    builder.environment().put("JRUN_SOCKET", coreSocket().toString());
    launcher = builder;
    launch();
  }

  private void launch() {
    try {
      daemon = launcher.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String program = launcher.command().get(0);
    Workbench.await(program, () -> !daemon.isAlive() || client("version").run().exitCode() == 0);
    if (!daemon.isAlive() && tries++ < TRIES && wasTooSlow()) {
      launch();
    } else if (!daemon.isAlive()) {
      fail(program + " ended:\n" + log());
    }
  }

  /** Whether the daemon has ended for a limit of its own that this machine cannot keep. */
  boolean wasTooSlow() {
    return false;
  }

  /** Removes what the daemon may have left where it has no place of its own, once it has ended. */
  void clearAway() throws IOException {}

  /** Ends the daemon, not its containers, and starts it again. */
  void restart() {
    assertTrue(stop(), this::log);
    launch();
  }

  /** Whether the daemon ended as it was asked to. */
  private boolean stop() {
    try {
      daemon.destroy();
      boolean ended = daemon.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      daemon.destroyForcibly().waitFor();
      return ended;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The engine's client. */
  abstract Jrun client(String... args);

  /** The engine's client with the environment it needs. */
  Jrun client(String program, List<String> args) {
    return new Jrun(outputs, directory, args)
        .by(Path.of(program))
        .env("PATH", Criu.path())
        .limit(Duration.ofSeconds(60));
  }

  /** What the daemon has said so far. */
  String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    List<String> problems = new ArrayList<>();
    if (!stop()) {
      problems.add("the daemon did not end:\n" + log());
    }
    clearAway();
    for (int i = ownPlaces.size() - 1; i >= 0; i--) {
      remove(ownPlaces.get(i));
    }
    problems.addAll(ResidueExtension.changes(before, directory));
    ResidueExtension.clear(before, directory);
    remove(directory);
    assertEquals(List.of(), problems, "left behind by the engine");
  }

  private static void remove(Path place) throws IOException {
    if (place.startsWith(Snapshot.CGROUPS)) {
      Files.delete(place);
      return;
    }
    ResidueExtension.command("rm", "-rf", "--one-file-system", place.toString());
  }
}
