// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;

/**
 * {@code jrun daemon}: help and options of the warm core. The front starts it itself, when the word
 * comes first; a core that is asked for it has been asked too late.
 */
final class DaemonVerb extends Verb {
  DaemonVerb() {
    super("daemon", "", "be the warm core: carry commands out without starting a JVM for each");
  }

  @Override
  void describe(Options options) {
    options.add(
        Option.text(
            "SECONDS",
            "end after so long without a request, default: 300; 0: never",
            "--idle-timeout"));
    options.add(
        Option.text(
            "PATH",
            "where to listen, default: JRUN_SOCKET, or jrund/core.sock in the runtime directory",
            "--socket"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    throw new ContainerException("daemon must be the first word: it takes no global options");
  }
}
