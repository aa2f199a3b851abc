// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls of the {@code jrun} program, with a state root of this container's own. Their outputs are
 * files and not pipes: whatever inherits a pipe keeps it open.
 */
final class Jrun {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path root;
  private final Path outputs;
  private int count;

  /**
   * @param root the state root
   * @param outputs a directory for what commands write
   */
  Jrun(Path root, Path outputs) {
    this.root = root;
    this.outputs = outputs;
  }

  /** The property, else the first executable of that name on PATH. */
  static Path binary() {
    String given = System.getProperty("jrun.binary");
    if (given != null) {
      return Path.of(given).toAbsolutePath();
    }
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(File.pathSeparator))
        .map(directory -> Path.of(directory, "jrun"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new JrunException(
                    "there is no jrun on PATH: install it, or name it by the system property"
                        + " jrun.binary"));
  }

  /** Has a command succeed; gives its standard output. */
  String run(Duration limit, String... args) {
    return succeeded(execute(limit, List.of(args)), args);
  }

  /** The same with a file for standard output and standard error of whatever the command starts. */
  void run(Path log, Duration limit, String... args) {
    int exitCode = await(process(List.of(args), log, log), limit, args);
    succeeded(new Output(exitCode, "", Files.exists(log) ? Text.of(log) : ""), args);
  }

  private static String succeeded(Output output, String... args) {
    if (output.exitCode() != 0) {
      throw new JrunException("jrun " + args[0] + ": " + output.err().strip());
    }
    return output.out();
  }

  synchronized Output execute(Duration limit, List<String> args) {
    Path out = outputs.resolve("out" + ++count);
    Path err = outputs.resolve("err" + count);
    int exitCode = await(process(args, out, err), limit, args.get(0));
    return new Output(exitCode, Text.of(out), Text.of(err));
  }

  private Process process(List<String> args, Path out, Path err) {
    List<String> command = new ArrayList<>(List.of(binary().toString(), "--root", root.toString()));
    command.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
    builder.redirectInput(new File("/dev/null"));
    if (out.equals(err)) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(err.toFile());
    }
    try {
      return builder.start();
    } catch (IOException e) {
      throw new JrunException("jrun cannot be executed: " + e.getMessage(), e);
    }
  }

  private static int await(Process process, Duration limit, String... args) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new JrunException(
            "jrun " + args[0] + " did not end within " + limit.toMillis() / 1000.0 + " s");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JrunException("interrupted while jrun " + args[0] + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Writes the specification that jrun would: root's, or an ordinary user's. */
  String spec(Path directory, boolean rootless) {
    run(
        LIMIT,
        rootless
            ? new String[] {"spec", "--rootless", "--bundle", directory.toString()}
            : new String[] {"spec", "--bundle", directory.toString()});
    return Text.of(directory.resolve("config.json"));
  }
}
