// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What words mean, by picocli's models. A model costs more to make than to use, and keeps what it
 * has read, so that one request at a time can use it: idle ones wait here for the next request.
 */
final class Grammar {
  private static final Map<String, Queue<CommandLine>> IDLE = new ConcurrentHashMap<>();

  private Grammar() {}

  /**
   * Reads words.
   *
   * @param name of the model
   * @param model makes one if none is idle
   * @param stopsAtArgument whether options end where the first argument is
   * @throws CommandLine.ParameterException if the model does not allow them
   */
  static Arguments parse(
      String name, Supplier<CommandSpec> model, List<String> words, boolean stopsAtArgument) {
    Queue<CommandLine> idle = IDLE.computeIfAbsent(name, n -> new ConcurrentLinkedQueue<>());
    CommandLine line = idle.poll();
    if (line == null) {
      line = new CommandLine(model.get()).setOverwrittenOptionsAllowed(true);
    }
    GoFlags given = GoFlags.of(line.getCommandSpec(), words, stopsAtArgument);
    Arguments arguments =
        given.options().isEmpty()
            ? new Arguments(Map.of(), given.arguments())
            : Arguments.of(
                line.parseArgs(given.options().toArray(String[]::new)), given.arguments());
    idle.add(line);
    return arguments;
  }
}
