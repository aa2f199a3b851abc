// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.verb.WriteSpec;

/** {@code jrun spec}: writes a config.json to start from. */
final class SpecVerb extends Verb {
  SpecVerb() {
    super("spec", "", "create a new specification file");
  }

  @Override
  void describe(Options options) {
    options.add(LaunchVerb.bundle());
    options.add(Option.flag("for a container without root's rights", "--rootless"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    new WriteSpec(invocation.session())
        .write(
            invocation.absolute(arguments.text("--bundle").orElse(".")),
            arguments.flag("--rootless"));
    return 0;
  }
}
