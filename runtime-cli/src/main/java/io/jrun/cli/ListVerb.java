// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.lifecycle.Containers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code jrun list}: the containers of the state root. */
final class ListVerb extends Verb {
  ListVerb() {
    super("list", "", "list the containers of the state root");
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.choice(List.of("table", "json"), "FORMAT", "table or json", "--format", "-f"));
    options.add(Option.flag("show ids only", "--quiet", "-q"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    invocation.requireExplicitRoot();
    List<Containers.Entry> all = new Containers(invocation.session()).list();
    if (arguments.flag("--quiet")) {
      invocation.print(all.stream().map(e -> e.state().id() + "\n").collect(Collectors.joining()));
      return 0;
    }
    switch (arguments.text("--format").orElse("table")) {
      case "table" -> invocation.print(table(all));
      case "json" -> invocation.print(json(all));
      default -> throw new ContainerException("invalid format option");
    }
    return 0;
  }

  private static String json(List<Containers.Entry> all) {
    return all.isEmpty()
        ? "null"
        : all.stream().map(Containers.Entry::json).collect(Collectors.joining(",", "[", "]"));
  }

  private static String table(List<Containers.Entry> all) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"));
    for (Containers.Entry each : all) {
      rows.add(
          List.of(
              each.state().id(),
              Long.toString(each.pid()),
              each.status().word(),
              each.state().location().bundle(),
              each.state().created(),
              each.owner()));
    }
    return TextTable.format(rows);
  }
}
