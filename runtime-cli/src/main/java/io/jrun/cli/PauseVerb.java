// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.PauseContainer;

/** {@code jrun pause}: everything in a container stands still. */
final class PauseVerb extends ContainerVerb {
  PauseVerb() {
    super("pause", "suspend all processes of a container");
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new PauseContainer(invocation.session()).pause(arguments.id());
    return 0;
  }
}
