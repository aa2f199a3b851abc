// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.document.Features;

/** {@code jrun features}: what this build can do, as engines ask for it. */
final class FeaturesVerb extends Verb {
  FeaturesVerb() {
    super("features", "", "show the enabled features");
  }

  @Override
  void describe(Options options) {}

  @Override
  int run(Arguments arguments, Invocation invocation) {
    invocation
        .session()
        .front()
        .print(Features.document(Version.number(), Version.commit(), Version.core()));
    return 0;
  }
}
