// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.KillContainer;
import java.util.List;
import java.util.Optional;

/** {@code jrun kill}: sends a signal to a container's init. */
final class KillVerb extends Verb {
  KillVerb() {
    super(
        "kill",
        "<container-id> [signal]",
        "send a signal (default: SIGTERM) to the container's init process");
  }

  @Override
  int minArguments() {
    return 1;
  }

  @Override
  int maxArguments() {
    return 2;
  }

  @Override
  void describe(Options options) {
    options.add(Option.text("SIGNAL", "the signal, instead of after the id", "--signal", "-s"));
    options.add(Option.flag("send the signal to all processes of the container", "--all", "-a"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    List<String> words = arguments.words();
    Optional<String> option = arguments.text("--signal");
    if (option.isPresent() && words.size() > 1) {
      throw new UsageException("the signal is given twice: " + words.get(1), name(), false);
    }
    String signal = option.orElse(words.size() > 1 ? words.get(1) : "TERM");
    new KillContainer(invocation.session()).kill(words.get(0), signal, arguments.flag("--all"));
    return 0;
  }
}
