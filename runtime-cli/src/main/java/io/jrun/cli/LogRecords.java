// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.jrun.failure.ContainerException;
import io.jrun.lifecycle.CallersLog;
import io.jrun.lifecycle.Notices;
import io.jrun.wire.Front;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;

/**
 * Log records in runc's formats, to {@code --log} or to the caller's stderr. Engines read them: of
 * a failure there is exactly one at level error, the last. Warnings wait until the command has done
 * its work, and come before it. Logback is set up in code, and only once something is logged.
 */
final class LogRecords implements Notices {
  private final GlobalOptions.Logging options;
  private final Front front;
  private final List<String> warnings = new ArrayList<>(0);
  private Logger logger;

  /** Where {@code --log} is: a file of a core's own, or one of the front's. */
  private Optional<String> plain;

  private CallersLog callers;

  LogRecords(GlobalOptions.Logging options, Front front) {
    this.options = options;
    this.front = front;
  }

  /** Makes sure that the file can be written before anything is done. */
  void open() {
    if (options.file().isPresent()) {
      append(new byte[0]);
    }
  }

  @Override
  public void warn(String message) {
    warnings.add(message);
  }

  @Override
  public boolean areNone() {
    return warnings.isEmpty();
  }

  @Override
  public void debug(String message) {
    if (isDebugging()) {
      logger().debug(OneLine.of(message));
    }
  }

  @Override
  public boolean isDebugging() {
    return options.level().equals("debug");
  }

  void flushWarnings() {
    for (String warning : warnings) {
      logger().warn(OneLine.of(warning));
    }
    warnings.clear();
  }

  /** The one record of a failure; the bare message goes to stderr too if the log is elsewhere. */
  void failure(String message, Throwable cause) {
    String line = OneLine.of(message);
    try {
      flushWarnings();
      logger().error(line);
    } catch (ContainerException e) {
      front.printError(e.getMessage() + "\n");
      return;
    }
    if (options.file().isPresent()) {
      front.printError(line + "\n");
    }
    if (options.level().equals("debug")) {
      java.io.StringWriter trace = new java.io.StringWriter();
      cause.printStackTrace(new java.io.PrintWriter(trace));
      front.printError(trace.toString());
    }
  }

  private Logger logger() {
    if (logger == null) {
      LoggerContext context = new LoggerContext();
      Appender appender = new Appender();
      appender.setContext(context);
      appender.start();
      ch.qos.logback.classic.Logger backend = context.getLogger("jrun");
      backend.setLevel(
          Level.toLevel(options.level().equals("warning") ? "warn" : options.level(), Level.INFO));
      backend.addAppender(appender);
      logger = backend;
    }
    return logger;
  }

  private void append(byte[] record) {
    String given = options.file().orElseThrow();
    if (plain == null) {
      plain = CallersLog.plain(given);
    }
    if (plain.isPresent()) {
      append(plain.get(), record);
      return;
    }
    if (callers == null) {
      callers = CallersLog.open(front, given);
    }
    if (record.length > 0) {
      callers.append(record);
    }
  }

  private void append(String file, byte[] record) {
    try {
      try {
        Files.write(Path.of(file), record, StandardOpenOption.APPEND);
      } catch (NoSuchFileException e) {
        create(Path.of(file), record);
      }
    } catch (IOException e) {
      throw new ContainerException("open " + file + ": cannot be written", e);
    }
  }

  /** With the mode that the caller's umask leaves: a resident core has one of its own. */
  private void create(Path file, byte[] record) throws IOException {
    Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission each : PosixFilePermission.values()) {
      // Declared from the owner's to the others', each read, write, execute.
      long bit = 0400 >> each.ordinal();
      if ((0666 & ~front.caller().umask() & bit) != 0) {
        mode.add(each);
      }
    }
    try (SeekableByteChannel out =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(mode))) {
      out.write(ByteBuffer.wrap(record));
    }
  }

  private final class Appender extends AppenderBase<ILoggingEvent> {
    @Override
    public void doAppend(ILoggingEvent event) {
      String record = LogFormat.format(event, options.json());
      if (options.file().isPresent()) {
        LogRecords.this.append(record.getBytes(StandardCharsets.UTF_8));
      } else {
        front.printError(record);
      }
    }

    @Override
    protected void append(ILoggingEvent event) {
      doAppend(event);
    }
  }
}
