// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.Queries;

/** {@code jrun state}: the container's state as JSON. */
final class StateVerb extends ContainerVerb {
  StateVerb() {
    super("state", "output the state of a container");
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    invocation.print(new Queries(invocation.session()).state(arguments.id()));
    return 0;
  }
}
