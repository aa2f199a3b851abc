// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.spec.Problem;
import io.jrun.verb.Queries;
import java.util.List;

/**
 * {@code jrun check}: lists every problem of a bundle's config.json at once; where there is none,
 * what a create would warn of.
 */
final class CheckVerb extends Verb {
  CheckVerb() {
    super("check", "", "list every problem of a bundle's config.json");
  }

  @Override
  void describe(Options options) {
    options.add(LaunchVerb.bundle());
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    Queries.Checked found =
        new Queries(invocation.session())
            .check(invocation.absolute(arguments.text("--bundle").orElse(".")));
    StringBuilder out = new StringBuilder();
    for (List<Problem> list : List.of(found.problems(), found.warnings())) {
      for (Problem each : list) {
        out.append(each).append('\n');
      }
    }
    invocation.print(out.isEmpty() ? "config.json: no problems\n" : out.toString());
    return found.problems().isEmpty() ? 0 : 1;
  }
}
