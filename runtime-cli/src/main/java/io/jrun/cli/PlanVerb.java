// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.launch.PlanPrinter;
import io.jrun.verb.Queries;
import java.util.List;

/** {@code jrun plan}: shows what create would do, step by step, and does none of it. */
final class PlanVerb extends LaunchVerb {
  PlanVerb() {
    super("plan", "show what create would do, without doing it");
  }

  @Override
  void describe(Options options) {
    super.describe(options);
    options.add(Option.flag("show the system calls of each step", "--syscalls"));
    options.add(Option.choice(List.of("text", "json"), "FORMAT", "text or json", "--format", "-f"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    String format = arguments.text("--format").orElse("text");
    if (!format.equals("text") && !format.equals("json")) {
      throw new ContainerException("invalid format option");
    }
    LaunchPlan plan = new Queries(invocation.session()).plan(request(arguments, invocation));
    boolean calls = arguments.flag("--syscalls");
    invocation.print(
        format.equals("json") ? PlanPrinter.json(plan, calls) : PlanPrinter.print(plan, calls));
    return 0;
  }
}
