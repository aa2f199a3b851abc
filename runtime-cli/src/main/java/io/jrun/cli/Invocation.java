// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.Paths;
import io.jrun.failure.ContainerException;
import io.jrun.failure.NotExecutedException;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.CgroupManager;
import io.jrun.lifecycle.Session;
import io.jrun.state.StateStore;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import io.jrun.wire.FrontException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One command line, carried out for one front: read, handed to its command, its failure worded and
 * logged. This is the only place that catches everything.
 */
final class Invocation {
  private final Front front;
  private final CallerContext caller;
  private GlobalOptions options;
  private LogRecords log;

  Invocation(Front front) {
    this.front = front;
    this.caller = front.caller();
  }

  /** Carries the command line out and gives the exit code. */
  int run() {
    String prefix = "";
    int code = 1;
    try {
      options = GlobalOptions.parse(caller);
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
        print(Version.text());
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
      return run(verb, rest.subList(1, rest.size()));
    } catch (UsageException e) {
      if (e.showsHelp()) {
        print("Incorrect Usage.\n\n" + (e.verb() == null ? Help.program() : Help.of(e.verb())));
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

  private int run(Verb verb, List<String> words) {
    Arguments arguments = verb.parse(words);
    if (arguments.flag("--help")) {
      print(Help.of(verb));
      return 0;
    }
    int given = arguments.words().size();
    if (given < verb.minArguments() || given > verb.maxArguments()) {
      String wanted =
          verb.minArguments() == verb.maxArguments()
              ? "exactly " + verb.minArguments()
              : given < verb.minArguments()
                  ? "a minimum of " + verb.minArguments()
                  : "a maximum of " + verb.maxArguments();
      throw new UsageException(
          caller.arguments().get(0)
              + ": \""
              + verb.name()
              + "\" requires "
              + wanted
              + " argument(s)",
          verb,
          true);
    }
    int code = verb.run(arguments, this);
    log.flushWarnings();
    return code;
  }

  private int help(List<String> rest) {
    int at = !rest.isEmpty() && rest.get(0).equals("help") ? 1 : 0;
    Verb verb = rest.size() > at ? Verbs.named(rest.get(at)) : null;
    if (verb == null && rest.size() > at) {
      throw Verbs.unknown(rest.get(at));
    }
    print(verb == null ? Help.program() : Help.of(verb));
    return 0;
  }

  private int fail(Throwable cause, String message, int code) {
    LogRecords records =
        log == null
            ? new LogRecords(
                new GlobalOptions.Logging(java.util.Optional.empty(), "text", "info"), front)
            : log;
    records.failure(message, cause);
    return code;
  }

  /** Refuses the command before anything of it is done; to stderr, for a log may be another's. */
  int refuse(String message) {
    return fail(new ContainerException(message), message, 1);
  }

  void print(String text) {
    front.print(text);
  }

  Session session() {
    return new Session(front, new StateStore(options.root()), log);
  }

  /** A path of the caller's, made absolute: what it means is for {@link CallersFiles}. */
  String absolute(String path) {
    if (path.isEmpty()) {
      throw new ContainerException("a path must not be empty");
    }
    return Paths.join(caller.cwd(), path);
  }

  /** A root that was named must exist; the default one need not. */
  void requireExplicitRoot() {
    if (options.givenRoot().isPresent() && !Files.isDirectory(Path.of(options.root()))) {
      throw new ContainerException("open " + options.root() + ": no such file or directory");
    }
  }

  /** {@code --cgroup-manager}, else {@code --systemd-cgroup}. */
  CgroupManager cgroupManager() {
    return options.cgroupManager();
  }

  /** {@code --rootless}: "true", "false" or "auto". */
  String rootless() {
    return options.rootless();
  }

  /** How many descriptors socket activation hands over, if they are for this process. */
  int listenFds() {
    boolean ours = caller.variable("LISTEN_PID").orElse("").equals(Long.toString(caller.pid()));
    try {
      return ours ? Short.parseShort("0" + caller.variable("LISTEN_FDS").orElse("")) : 0;
    } catch (NumberFormatException e) {
      throw new ContainerException("LISTEN_FDS is not a number of descriptors", e);
    }
  }
}
