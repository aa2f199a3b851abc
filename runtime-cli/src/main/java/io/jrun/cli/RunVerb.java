// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.RunContainer;

/** {@code jrun run}: create and start in one, and in the foreground the wait for the end. */
final class RunVerb extends LaunchVerb {
  RunVerb() {
    super("run", "create and run a container");
  }

  @Override
  void describe(Options options) {
    super.describe(options);
    options.add(Option.flag("detach from the container's process", "--detach", "-d"));
    options.add(Option.flag("keep the container's state and cgroup after its end", "--keep"));
    options.add(
        Option.flag("do not reap orphans of the container", "--no-subreaper", "-no-subreaper"));
    Tracing.describe(options);
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    RunContainer.Manner manner =
        new RunContainer.Manner(
            arguments.flag("--detach"),
            arguments.flag("--keep"),
            !arguments.flag("--no-subreaper"));
    return new RunContainer(invocation.session()).run(request(arguments, invocation), manner);
  }
}
