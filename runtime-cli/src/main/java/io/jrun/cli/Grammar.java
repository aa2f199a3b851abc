// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine;

/**
 * What words mean. A line that is well formed needs nothing of picocli, whose start costs a cold
 * core more than all the reading: its parser is asked about what is wrong. The options of a command
 * are made once and only read from then on.
 */
final class Grammar {
  private static final Map<String, Options> MODELS = new ConcurrentHashMap<>();

  private Grammar() {}

  /** The options of the command of that name, or null if they have to be made. */
  static Options model(String name) {
    return MODELS.get(name);
  }

  static Options keep(String name, Options model) {
    MODELS.put(name, model);
    return model;
  }

  /**
   * Reads words.
   *
   * @param stopsAtArgument whether options end where the first argument is
   * @throws CommandLine.ParameterException if the model does not allow them
   */
  static Arguments parse(Options model, List<String> words, boolean stopsAtArgument) {
    GoFlags read = GoFlags.of(model, words, stopsAtArgument);
    if (!read.wrong().isEmpty()) {
      CommandLine line = new CommandLine(model.toPicocli()).setOverwrittenOptionsAllowed(true);
      line.parseArgs(read.wrong().toArray(new String[0]));
      throw new CommandLine.ParameterException(line, "Incorrect Usage: " + read.wrong().get(0));
    }
    return new Arguments(read.options(), read.arguments());
  }
}
