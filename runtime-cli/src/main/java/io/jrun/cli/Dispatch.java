// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.bundle.InvalidBundleException;
import io.jrun.failure.ContainerException;
import io.jrun.failure.NotExecutedException;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import io.jrun.wire.FrontException;
import java.util.List;
import java.util.Optional;

/**
 * A command line is read and handed to its command, and its failure worded and logged: the one
 * entry of a core, for one front. This is the only place that catches everything.
 */
final class Dispatch {
  private final Front front;
  private final CallerContext caller;

  private final long began = System.nanoTime();

  /** Null until the options have been read. */
  private LogRecords log;

  Dispatch(Front front) {
    this.front = front;
    this.caller = front.caller();
  }

  /** Carries the command line out and gives the exit code. */
  int run() {
    String prefix = "";
    int code = 1;
    try {
      GlobalOptions options = GlobalOptions.parse(caller);
      log = new LogRecords(options.logging(), front);
      options = options.withRoot(new CallersFiles(front));
      options.check();
      if (!caller.version().equals(Version.number())) {
        throw new ContainerException(
            "the front is version "
                + caller.version()
                + " and the core "
                + Version.number()
                + ": install both from one build");
      }
      log.open();
      List<String> rest = options.rest();
      if (options.version()) {
        front.print(Version.text());
        return 0;
      }
      if (rest.isEmpty() || options.help() || rest.get(0).equals("help")) {
        return help(rest);
      }
      Verb verb = Verbs.named(rest.get(0));
      if (verb == null) {
        throw Verbs.unknown(rest.get(0));
      }
      prefix = verb.failurePrefix();
      code = verb.failureCode();
      return run(verb, rest.subList(1, rest.size()), new Invocation(front, options, log));
    } catch (UsageException e) {
      if (e.showsHelp()) {
        front.print(
            "Incorrect Usage.\n\n"
                + (e.command() == null ? Help.program() : Help.of(Verbs.named(e.command()))));
      }
      return fail(e, e.getMessage(), 1);
    } catch (NotExecutedException e) {
      front.printError(OneLine.of(e.line()) + "\n");
      return fail(e, prefix + e.getMessage(), code);
    } catch (ContainerException | InvalidBundleException e) {
      return fail(e, prefix + e.getMessage(), code);
    } catch (FrontException e) {
      throw e;
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      return fail(e, prefix + "internal error: " + e + "; --debug shows where", code);
    }
  }

  private int run(Verb verb, List<String> words, Invocation invocation) {
    Arguments arguments = verb.parse(words);
    if (arguments.flag("--help")) {
      front.print(Help.of(verb));
      return 0;
    }
    int given = arguments.words().size();
    int least = verb.minArguments(arguments);
    int most = verb.maxArguments(arguments);
    if (given < least || given > most) {
      String wanted =
          least == most
              ? "exactly " + least
              : given < least ? "a minimum of " + least : "a maximum of " + most;
      throw new UsageException(
          caller.arguments().get(0)
              + ": \""
              + verb.name()
              + "\" requires "
              + wanted
              + " argument(s)",
          verb.name(),
          true);
    }
    int code =
        Tracing.isAskedFor(arguments)
            ? new Tracing(front, began, arguments).run(verb, arguments, invocation)
            : verb.run(arguments, invocation);
    log.flushWarnings();
    return code;
  }

  private int help(List<String> rest) {
    int at = !rest.isEmpty() && rest.get(0).equals("help") ? 1 : 0;
    Verb verb = rest.size() > at ? Verbs.named(rest.get(at)) : null;
    if (verb == null && rest.size() > at) {
      throw Verbs.unknown(rest.get(at));
    }
    front.print(verb == null ? Help.program() : Help.of(verb));
    return 0;
  }

  private int fail(Throwable cause, String message, int code) {
    LogRecords records =
        log == null
            ? new LogRecords(new GlobalOptions.Logging(Optional.empty(), "text", "info"), front)
            : log;
    records.failure(message, cause);
    return code;
  }

  /** Refuses the command before anything of it is done; to stderr, for a log may be another's. */
  int refuse(String message) {
    return fail(new ContainerException(message), message, 1);
  }
}
