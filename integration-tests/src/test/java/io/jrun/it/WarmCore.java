// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A {@code jrun daemon} that has been started and listens. A test that is about warm cores starts
 * its own; with {@code -Djrun.warm=true} there is one that serves the whole run, see {@link
 * #shared}.
 */
record WarmCore(Process process, Path socket, Path said) implements AutoCloseable {

  private static final Optional<WarmCore> SHARED =
      Boolean.getBoolean("jrun.warm") ? Optional.of(startShared()) : Optional.empty();

  /**
   * The core of a run whose commands are all carried out warm, if this is one. It is there before
   * the first test looks at the host and ends with this JVM: by then it must still be the process
   * that was started, for everything had to be served by it.
   */
  static Optional<WarmCore> shared() {
    return SHARED;
  }

  private static WarmCore startShared() {
    try {
      Path directory = Files.createTempDirectory("warm");
      WarmCore core =
          start(Jrun.binary(), directory.resolve("core.sock"), List.of(), "--idle-timeout", "0");
      Runtime.getRuntime().addShutdownHook(new Thread(core.process::destroy));
      return core;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A core of the test's own, on a socket of the test's own. */
  static WarmCore start(Workbench bench, String... options) {
    return start(Jrun.binary(), place(bench), List.of(), options);
  }

  /** A socket in a directory that is not there yet. */
  static Path place(Workbench bench) {
    return bench.directory().resolve("warm").resolve("core.sock");
  }

  /**
   * Starts one and waits until it listens.
   *
   * @param wrapper what executes the command that follows it
   */
  static WarmCore start(Path binary, Path socket, List<String> wrapper, String... options) {
    WarmCore core = launch(binary, socket, wrapper, options);
    Workbench.await("a warm core at " + socket, () -> core.listens() || !core.process.isAlive());
    if (!core.process.isAlive()) {
      fail("the warm core ended: " + core.words());
    }
    return core;
  }

  /** Starts one and waits for nothing. */
  static WarmCore launch(Path binary, Path socket, List<String> wrapper, String... options) {
    List<String> argv = new ArrayList<>(wrapper);
    argv.addAll(List.of(binary.toString(), "daemon", "--socket", socket.toString()));
    argv.addAll(Arrays.asList(options));
    try {
      Path said = Files.createTempFile("warm", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(said.toFile());
      builder.environment().clear();
      return new WarmCore(builder.start(), socket, said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean listens() {
    try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return connection.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** What it has written so far. */
  String words() {
    try {
      return Files.readString(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command that no other core than this may carry out, nor a stored program. */
  Jrun command(Workbench bench, String... args) {
    return demanded(bench.command(args));
  }

  /** As {@link #command}. */
  Jrun demanded(Jrun command) {
    return command.env("JRUN_SOCKET", socket.toString()).env("JRUN_CORE", "warm");
  }

  /** A command that this core is asked to carry out, and another if it does not. */
  Jrun asked(Jrun command) {
    return command.env("JRUN_SOCKET", socket.toString()).env("JRUN_CORE", "auto");
  }

  /** Ends it at once, whatever it is doing; its socket stays. */
  void destroy() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Waits until it has ended and gives its exit code. */
  int awaitEnd() {
    try {
      long limit = Workbench.patiently(Duration.ofSeconds(15)).toMillis();
      assertTrue(process.waitFor(limit, TimeUnit.MILLISECONDS), "the warm core ends");
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    awaitEnd();
    try {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(socket.getParent());
      Files.deleteIfExists(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
