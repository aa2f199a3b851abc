// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What words mean, by picocli's models of the options. A line that is well formed needs no more of
 * picocli than these: its parser, whose start costs a cold core more than all the reading, is asked
 * about what is wrong. A model is made once and only read from then on.
 */
final class Grammar {
  private static final Map<String, CommandSpec> MODELS = new ConcurrentHashMap<>();

  private Grammar() {}

  /** The model of that name, or null if it has to be made. */
  static CommandSpec model(String name) {
    return MODELS.get(name);
  }

  static CommandSpec keep(String name, CommandSpec model) {
    MODELS.put(name, model);
    return model;
  }

  /**
   * Reads words.
   *
   * @param stopsAtArgument whether options end where the first argument is
   * @throws CommandLine.ParameterException if the model does not allow them
   */
  static Arguments parse(CommandSpec model, List<String> words, boolean stopsAtArgument) {
    GoFlags read = GoFlags.of(model, words, stopsAtArgument);
    if (!read.wrong().isEmpty()) {
      CommandLine line = new CommandLine(model).setOverwrittenOptionsAllowed(true);
      line.parseArgs(read.wrong().toArray(new String[0]));
      throw new CommandLine.ParameterException(line, "Incorrect Usage: " + read.wrong().get(0));
    }
    return new Arguments(read.options(), read.arguments());
  }
}
