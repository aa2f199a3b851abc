// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import io.jrun.verb.DeleteContainer;
import java.util.ArrayList;
import java.util.List;

/** {@code jrun delete}: removes containers that have stopped, or with force any. */
final class DeleteVerb extends Verb {
  DeleteVerb() {
    super(
        "delete",
        "<container-id> [container-id...]",
        "delete a container and everything that was made for it");
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
    options.add(Option.flag("end the container if it still runs (SIGKILL)", "--force", "-f"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    DeleteContainer delete = new DeleteContainer(invocation.session());
    boolean force = arguments.flag("--force");
    if (arguments.words().size() == 1) {
      delete.delete(arguments.id(), force);
      return 0;
    }
    // One that cannot be deleted keeps no other.
    List<String> failures = new ArrayList<>();
    for (String id : arguments.words()) {
      try {
        delete.delete(id, force);
      } catch (ContainerException e) {
        failures.add(id + ": " + e.getMessage());
      }
    }
    if (!failures.isEmpty()) {
      throw new ContainerException(String.join("; ", failures));
    }
    return 0;
  }
}
