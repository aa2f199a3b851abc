// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.StartContainer;

/** {@code jrun start}: lets a created container run. */
final class StartVerb extends ContainerVerb {
  StartVerb() {
    super("start", "start a created container");
  }

  @Override
  void describe(Options options) {
    Tracing.describe(options);
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new StartContainer(invocation.session()).start(arguments.id());
    return 0;
  }
}
