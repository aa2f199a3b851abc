// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.failure.ContainerException;
import io.jrun.host.CallersNames;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import io.jrun.wire.Front;
import io.jrun.wire.Outcome;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A log that the front writes, because its name means something else to a core ({@code
 * /dev/stderr}) or because it is a FIFO or a device, which is not to be opened anew for each
 * record.
 */
public final class CallersLog {
  private static final int TRIES = 40;
  private static final long PAUSE = 25; // milliseconds

  private final Front front;
  private final String name;

  private CallersLog(Front front, String name) {
    this.front = front;
    this.name = name;
  }

  /**
   * The file that a core may write itself: a plain one, or one that is yet to be made.
   *
   * @param given as {@link io.jrun.container.Paths#join} makes it
   * @return empty if the log is the front's to write
   */
  public static Optional<String> plain(String given) {
    Optional<String> name = CallersNames.everybodys(given);
    if (name.isPresent()) {
      Path file = Path.of(name.get());
      if (Files.isRegularFile(file) || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return name;
      }
    }
    return Optional.empty();
  }

  /**
   * Has the front open it, which keeps it open. A FIFO needs somebody who reads it: a second is
   * left for that.
   */
  public static CallersLog open(Front front, String given) {
    Outcome outcome = null;
    for (int i = 0; i < TRIES; i++) {
      Recorder recorder = new Recorder();
      recorder.step("open the log " + given);
      recorder
          .into(Recorder.log())
          .openat(
              Fd.CWD,
              given,
              Linux.O_WRONLY
                  | Linux.O_CREAT
                  | Linux.O_APPEND
                  | Linux.O_NONBLOCK
                  | Linux.O_NOCTTY
                  | Linux.O_CLOEXEC,
              0666);
      outcome = front.run(recorder.program());
      if (outcome.succeeded()) {
        return new CallersLog(front, given);
      }
      if (outcome.errno() != Errno.ENXIO.number()) {
        break;
      }
      pause();
    }
    throw refused(given, outcome);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Appends a record. */
  public void append(byte[] record) {
    Recorder recorder = new Recorder();
    recorder.step("write to the log " + name);
    recorder.write(Recorder.log(), Block.bytes(record, record.length + " bytes"));
    Outcome outcome = front.run(recorder.program());
    if (!outcome.succeeded()) {
      throw refused(name, outcome);
    }
  }

  private static ContainerException refused(String name, Outcome outcome) {
    return new ContainerException(
        "open "
            + name
            + ": cannot be written: "
            + (outcome.errno() == Errno.ENXIO.number()
                ? "nobody reads it"
                : Errno.words(outcome.errno())));
  }
}
