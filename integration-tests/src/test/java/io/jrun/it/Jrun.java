// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One invocation of the runtime under test: argv, working directory, environment (empty unless a
 * test says otherwise, as engines have it; where in it to find the warm core of a run that has
 * one), standard input. What it writes goes to files and not to pipes, because a container keeps
 * the stdio it was created with and the end of a pipe would never come. Every wait is bounded.
 */
final class Jrun {

  private static final Path BINARY = binary("jrun.binary");

  /** The commands that create stores: a core has them if the stored one leaves them to it. */
  static final Set<String> STORED = Set.of("start", "state", "kill", "delete", "pause", "resume");

  private static final Path TYPIST =
      Path.of(System.getProperty("basedir", ""), "target", "typist").toAbsolutePath();

  /** For each action of the user at a terminal. */
  private static final Duration TYPIST_LIMIT = Duration.ofSeconds(20);

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final Path outputs;
  private final List<String> argv = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private List<String> wrapper = List.of();
  private Path directory;
  private Path stdin = Path.of("/dev/null");
  private Duration limit = Duration.ofSeconds(30);

  /**
   * @param outputs the directory for the files that take the output
   */
  Jrun(Path outputs, Path directory, List<String> args) {
    this.outputs = outputs;
    this.directory = directory;
    argv.add(BINARY.toString());
    argv.addAll(args);
  }

  private static Path binary(String property) {
    String path = System.getProperty(property);
    if (path == null || !Files.isExecutable(Path.of(path))) {
      throw new IllegalStateException(property + " does not name a runtime: " + path);
    }
    return Path.of(path).toAbsolutePath().normalize();
  }

  static Path binary() {
    return BINARY;
  }

  /** The name the runtime gives itself in messages. */
  static String name() {
    return BINARY.getFileName().toString();
  }

  /** The installed layout the binary belongs to. */
  static Path prefix() {
    return BINARY.getParent().getParent();
  }

  /** Whether the core of the installation under test is a native one; else it is a JVM's. */
  static boolean isNative() {
    return Files.exists(prefix().resolve("lib/jrun/core"));
  }

  Jrun in(Path directory) {
    this.directory = directory;
    return this;
  }

  Jrun env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Jrun stdin(Path file) {
    stdin = file;
    return this;
  }

  Jrun limit(Duration limit) {
    this.limit = limit;
    return this;
  }

  /** Takes another front than the one under test. */
  Jrun by(Path binary) {
    argv.set(0, binary.toString());
    return this;
  }

  /** Takes the testing build, which obeys JRUN_FAULT. */
  Jrun withFault(String fault) {
    argv.set(0, binary("jrun.binary.faults").toString());
    return env("JRUN_FAULT", fault);
  }

  /**
   * Has a shell start the runtime, which is its {@code "$@"}: {@code through("umask 077; exec
   * \"$@\"")}.
   */
  Jrun through(String script) {
    wrapper = List.of("/bin/bash", "-c", script, "bash");
    return this;
  }

  /**
   * Has a user at a terminal run it: {@code actions} are those of typist.c, as they are written
   * there. The outcome's standard output is what appeared on the terminal.
   */
  Jrun atTerminal(String... actions) {
    return atTerminal(TYPIST, actions);
  }

  /**
   * Has a user at a terminal use the shell that it executes: it has a terminal of its own, of the
   * user's size, also once that has changed; at its end the user's terminal is as it was. An engine
   * tells the size only once the shell runs. What is typed is echoed, and must not be what is
   * expected: hence the quotes in it.
   */
  void usedAsAShell() {
    atTerminal(
            "expect",
            "# ",
            "type",
            "tty; until stty size 2>&1 | grep '24 8''0'; do usleep 10000; done;"
                + " test -t 0 && test -t 1 && test -t 2 && echo all-$?\\r",
            "expect",
            "/dev/pts/0",
            "expect",
            "24 80",
            "expect",
            "all-0",
            "resize",
            "30x100",
            "type",
            "while ! stty size | grep -q '30 100'; do usleep 10000; done; echo re''sized\\r",
            "expect",
            "resized",
            "type",
            "exit 9\\r",
            "end",
            "cooked")
        .run()
        .exits(9);
  }

  /** The program that types. */
  static Path typist() {
    return TYPIST;
  }

  /** As {@link #atTerminal(String...)}, with a copy of the program that types. */
  Jrun atTerminal(Path program, String... actions) {
    String patience = Long.toString(Workbench.patiently(TYPIST_LIMIT).toMillis());
    List<String> typist = new ArrayList<>(List.of(program.toString(), "--patience", patience));
    typist.addAll(Arrays.asList(actions));
    typist.add("--");
    typist.addAll(wrapper);
    wrapper = typist;
    return limit(Duration.ofSeconds(60));
  }

  /** Has a command execute all of it: the user at the terminal, the shell before it. */
  Jrun executedBy(List<String> command) {
    List<String> all = new ArrayList<>(command);
    all.addAll(wrapper);
    wrapper = all;
    return this;
  }

  Outcome run() {
    return start().await();
  }

  Running start() {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(argv);
    int number = COUNTER.incrementAndGet();
    Path out = outputs.resolve("out." + number);
    Path err = outputs.resolve("err." + number);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(stdin.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    WarmCore.shared().ifPresent(core -> serveBy(core, builder.environment()));
    try {
      return new Running(
          String.join(" ", argv), builder.start(), out, err, Workbench.patiently(limit));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * In a run that has a warm core, whatever create has not stored is carried out by that core and
   * by no other, or it fails. A test that says which core it wants, and where, is left alone.
   */
  private void serveBy(WarmCore core, Map<String, String> variables) {
    if (environment.containsKey("JRUN_CORE") || environment.containsKey("JRUN_SOCKET")) {
      return;
    }
    variables.put("JRUN_SOCKET", core.socket().toString());
    // A caller in namespaces of its own is served cold, as it should be.
    boolean apart = wrapper.stream().anyMatch(word -> word.contains("unshare "));
    if (!apart && argv.stream().noneMatch(STORED::contains)) {
      variables.put("JRUN_CORE", "warm");
    }
  }

  /** A command that has been started. */
  record Running(String command, Process process, Path out, Path err, Duration limit) {

    Outcome await() {
      try {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
          throw new AssertionError("still running after " + limit + ": " + outcome(-1));
        }
        return outcome(process.exitValue());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    /** What it has written so far. */
    String written() {
      return read(out);
    }

    private Outcome outcome(int exitCode) {
      return new Outcome(command, exitCode, read(out), read(err));
    }

    private static String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static List<String> list(String first, String... rest) {
    List<String> all = new ArrayList<>();
    all.add(first);
    all.addAll(Arrays.asList(rest));
    return all;
  }
}
