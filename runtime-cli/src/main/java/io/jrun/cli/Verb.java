// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;
import picocli.CommandLine;

/**
 * A command of the command line. Its options are made only when it is the one that was asked for: a
 * cold core pays for every option it builds.
 */
abstract class Verb {
  private final String name;
  private final String usage;
  private final String summary;

  Verb(String name, String usage, String summary) {
    this.name = name;
    this.usage = usage;
    this.summary = summary;
  }

  final String name() {
    return name;
  }

  /** What follows the options: "<container-id>". */
  final String usage() {
    return usage;
  }

  final String summary() {
    return summary;
  }

  /** What its manual page says beside that, in paragraphs. */
  List<String> manual() {
    return List.of();
  }

  /** Whether options end where the first argument is: what follows may look like options. */
  boolean stopsAtArgument() {
    return false;
  }

  /** How many arguments it takes at least; none, unless it says otherwise. */
  int minArguments() {
    return 0;
  }

  /** How many it takes at most. */
  int maxArguments() {
    return 0;
  }

  /** How many it takes with these options: one of them may stand for an argument. */
  int minArguments(Arguments given) {
    return minArguments();
  }

  int maxArguments(Arguments given) {
    return maxArguments();
  }

  abstract void describe(Options options);

  /** Carries the command out and gives the exit code. */
  abstract int run(Arguments arguments, Invocation invocation);

  /** The words before an error of this command: "create failed: ". */
  String failurePrefix() {
    return "";
  }

  /** What a failure of this command exits with. */
  int failureCode() {
    return 1;
  }

  final Options model() {
    Options options = new Options(name);
    describe(options);
    options.add(Option.flag("show help", "--help", "-h"));
    return options;
  }

  /** Reads the command's own part of the command line. */
  final Arguments parse(List<String> words) {
    try {
      Options model = Grammar.model(name);
      return Grammar.parse(
          model != null ? model : Grammar.keep(name, model()), words, stopsAtArgument());
    } catch (CommandLine.ParameterException e) {
      throw UsageException.of(e, name);
    }
  }
}
