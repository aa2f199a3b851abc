// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.CreateContainer;

/** {@code jrun create}: makes a container whose process waits for {@code jrun start}. */
final class CreateVerb extends LaunchVerb {
  CreateVerb() {
    super("create", "create a container");
  }

  @Override
  void describe(Options options) {
    super.describe(options);
    Tracing.describe(options);
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new CreateContainer(invocation.session()).create(request(arguments, invocation));
    return 0;
  }
}
