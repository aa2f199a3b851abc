// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.PauseContainer;

/** {@code jrun resume}: a paused container goes on. */
final class ResumeVerb extends ContainerVerb {
  ResumeVerb() {
    super("resume", "let a paused container's processes go on");
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new PauseContainer(invocation.session()).resume(arguments.id());
    return 0;
  }
}
