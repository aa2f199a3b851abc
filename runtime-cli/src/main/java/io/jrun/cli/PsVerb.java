// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.verb.ListProcesses;
import java.util.List;

/** {@code jrun ps}: the processes of a container. */
final class PsVerb extends Verb {
  PsVerb() {
    super("ps", "<container-id> [ps options]", "display the processes inside a container");
  }

  @Override
  boolean stopsAtArgument() {
    return true;
  }

  @Override
  int minArguments() {
    return 1;
  }

  @Override
  int maxArguments() {
    return Integer.MAX_VALUE;
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.choice(List.of("table", "json"), "FORMAT", "table or json", "--format", "-f"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    ListProcesses processes = new ListProcesses(invocation.session());
    List<String> words = arguments.words();
    switch (arguments.text("--format").orElse("table")) {
      case "json" -> invocation.print(processes.json(words.get(0)) + "\n");
      case "table" ->
          invocation.print(processes.table(words.get(0), words.subList(1, words.size())));
      default -> throw new ContainerException("invalid format option");
    }
    return 0;
  }
}
