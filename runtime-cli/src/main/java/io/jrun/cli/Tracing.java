// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.document.TraceDocument;
import io.jrun.failure.Failures;
import io.jrun.linux.Block;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import io.jrun.wire.Front;
import io.jrun.wire.Outcome;
import io.jrun.wire.Trace;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code --trace[=FILE]}: what each step of a command cost, as a table on standard error or as JSON
 * in a file, also of a command that fails; with {@code --trace-calls} each system call too. Without
 * it nothing is stamped, and nothing paid.
 */
final class Tracing {
  private static final String OPTION = "--trace";
  private static final String CALLS = "--trace-calls";

  private final Front front;
  private final Trace trace;

  /**
   * @param began System.nanoTime() of when the core began with the command
   */
  Tracing(Front front, long began, Arguments arguments) {
    this.front = front;
    this.trace = new Trace(began, arguments.flag(CALLS));
  }

  static void describe(Options options) {
    options.add(
        Option.optional(
            "FILE",
            "what each step costs: a table to stderr, or JSON for Perfetto to FILE",
            OPTION));
    options.add(Option.flag("with --trace or alone: each system call of each step too", CALLS));
  }

  static boolean isAskedFor(Arguments arguments) {
    return arguments.text(OPTION).isPresent() || arguments.flag(CALLS);
  }

  int run(Verb verb, Arguments arguments, Invocation invocation) {
    String file = arguments.text(OPTION).orElse("");
    String path = file.isEmpty() ? "" : invocation.absolute(file);
    front.trace(trace);
    try {
      return verb.run(arguments, invocation);
    } finally {
      front.trace(null);
      write(verb.name(), path, invocation);
    }
  }

  private void write(String verb, String path, Invocation invocation) {
    List<Trace.Span> spans = trace.spans();
    if (path.isEmpty()) {
      front.printError(TraceDocument.text(verb, spans, trace.calls()));
      return;
    }
    byte[] json = TraceDocument.json(verb, spans, trace.calls()).getBytes(StandardCharsets.UTF_8);
    Recorder recorder = new Recorder();
    recorder.step("write the trace to " + path);
    // The name is the caller's: the front opens it.
    long flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOCTTY | Linux.O_CLOEXEC;
    Fd out = recorder.openat(Fd.CWD, path, flags, 0666);
    recorder.write(out, Block.bytes(json, "the trace"));
    recorder.close(out);
    Outcome outcome = front.run(recorder.program());
    if (!outcome.succeeded()) {
      invocation.session().notices().warn(Failures.describe(outcome));
    }
  }
}
