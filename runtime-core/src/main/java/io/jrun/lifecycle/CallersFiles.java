// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.CheckedBundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.failure.ContainerException;
import io.jrun.host.CallersNames;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Front;
import io.jrun.wire.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The files that a command line names. A core, cold or warm, opens those only whose name means the
 * same to every process; all others the front opens, which is the caller's own process, and hands
 * over what they hold. The names that nearly everybody gives cost no question.
 */
public final class CallersFiles {
  private static final int CHUNK = 64 << 10;

  /** MiB that are taken of what may never end. */
  private static final int MOST_OF_A_STREAM = 16;

  private static final int MIB = 1 << 20;
  private static final String CONFIG = "/config.json";

  private final Front front;

  public CallersFiles(Front front) {
    this.front = front;
  }

  /**
   * The bundle in a directory.
   *
   * @param given as {@link io.jrun.container.Paths#join} makes it
   * @throws InvalidBundleException with every problem found
   */
  public CheckedBundle bundle(String given) {
    if (CallersNames.isPlain(given + CONFIG)) {
      return Bundle.load(given).checked();
    }
    Optional<String> name = CallersNames.everybodys(given);
    String directory = name.isPresent() ? name.get() : bundleDirectory(given);
    return CallersNames.everybodys(directory + CONFIG).isPresent()
        ? Bundle.load(directory).checked()
        : new Bundle(directory, readByFront(directory + CONFIG)).checked();
  }

  private String bundleDirectory(String given) {
    Outcome outcome = enter(given);
    if (!outcome.succeeded()) {
      throw new InvalidBundleException("bundle " + given + ": " + Errno.words(outcome.errno()));
    }
    return path(outcome);
  }

  /**
   * A directory's path for everybody; the directory need not be there.
   *
   * @param given as {@link io.jrun.container.Paths#join} makes it
   */
  public String directory(String given) {
    Optional<String> name = CallersNames.everybodys(given);
    if (name.isPresent()) {
      return name.get();
    }
    Outcome outcome = enter(given);
    if (outcome.succeeded()) {
      return path(outcome);
    }
    int slash = given.lastIndexOf('/');
    if (outcome.errno() != Errno.ENOENT.number() || slash <= 0) {
      throw new ContainerException("open " + given + ": " + Errno.words(outcome.errno()));
    }
    return directory(given.substring(0, slash)) + given.substring(slash);
  }

  /** Has the front go there, say where that is, and come back. */
  private Outcome enter(String given) {
    Recorder recorder = new Recorder();
    recorder.step("look where " + given + " is");
    Fd here = recorder.openat(Fd.CWD, ".", Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    recorder.chdir(given);
    Block room = Block.room(Linux.PATH_MAX);
    recorder.getcwd(room);
    recorder.report(ReportTag.OUTPUT, room, Value.of(room.size()));
    recorder.fchdir(here);
    recorder.close(here);
    return front.run(recorder.program());
  }

  private static String path(Outcome outcome) {
    byte[] room = outcome.bytes(ReportTag.OUTPUT);
    int length = 0;
    while (length < room.length && room[length] != 0) {
      length++;
    }
    return new String(room, 0, length, StandardCharsets.UTF_8);
  }

  /**
   * What a file holds: a plain one, or a pipe, a FIFO or a device.
   *
   * @param given as {@link io.jrun.container.Paths#join} makes it
   * @param most MiB that it may hold
   * @throws InvalidBundleException if it cannot be read
   */
  public byte[] read(String given, int most) {
    Optional<String> name = CallersNames.everybodys(given);
    if (name.isEmpty() || !Files.isRegularFile(Path.of(name.get()))) {
      return readByFront(given);
    }
    Path file = Path.of(name.get());
    try {
      if (Files.size(file) > (long) most * MIB) {
        throw tooLarge(given, most);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidBundleException(file + ": cannot be read: permission denied");
    }
  }

  private byte[] readByFront(String given) {
    Recorder recorder = new Recorder();
    recorder.step("open " + given);
    return pieces(
        recorder,
        recorder.openat(Fd.CWD, given, Linux.O_RDONLY | Linux.O_NOCTTY | Linux.O_CLOEXEC),
        given);
  }

  /** What the caller's standard input holds. */
  public byte[] readStandardInput() {
    Recorder recorder = new Recorder();
    recorder.step("read standard input");
    return pieces(recorder, Fd.STDIN, "standard input");
  }

  /** The front's registers live on from program to program, and so does the file in one. */
  private byte[] pieces(Recorder first, Fd file, String name) {
    final int most = MOST_OF_A_STREAM;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Recorder recorder = first;
    while (true) {
      Block room = Block.room(CHUNK);
      Value count = recorder.readAll(file, room);
      recorder.report(ReportTag.OUTPUT, room, count);
      recorder.free(count);
      Outcome outcome = front.run(recorder.program());
      if (!outcome.succeeded()) {
        throw new InvalidBundleException("open " + name + ": " + Errno.words(outcome.errno()));
      }
      byte[] piece = outcome.bytes(ReportTag.OUTPUT);
      all.writeBytes(piece);
      recorder = recorder.next();
      if (piece.length < CHUNK || all.size() > most * MIB) {
        break;
      }
      recorder.step("read on");
    }
    if (file.isRegister()) {
      recorder.step("close " + name);
      recorder.close(file);
      front.run(recorder.program());
    }
    if (all.size() > most * MIB) {
      throw tooLarge(name, most);
    }
    return all.toByteArray();
  }

  private static InvalidBundleException tooLarge(String name, int most) {
    return new InvalidBundleException(name + ": larger than " + most + " MiB");
  }
}
