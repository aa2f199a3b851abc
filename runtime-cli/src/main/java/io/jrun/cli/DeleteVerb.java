// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.lifecycle.DeleteContainer;

/** {@code jrun delete}: removes a container that has stopped, or with force any. */
final class DeleteVerb extends ContainerVerb {
  DeleteVerb() {
    super("delete", "delete a container and everything that was made for it");
  }

  @Override
  void describe(Options options) {
    options.add(flag("end the container if it still runs (SIGKILL)", "--force", "-f"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new DeleteContainer(invocation.session()).delete(arguments.id(), arguments.flag("--force"));
    return 0;
  }
}
