// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.doctor.Doctor;
import io.jrun.doctor.Patient;
import io.jrun.doctor.Report;

/** {@code jrun doctor}: what this host can do for containers, and what helps where it cannot. */
final class DoctorVerb extends Verb {
  DoctorVerb() {
    super("doctor", "[directory]", "say what this host can and cannot do, and what helps");
  }

  @Override
  int maxArguments() {
    return 1;
  }

  @Override
  void describe(Options options) {
    options.add(Option.flag("print JSON", "--json"));
  }

  @Override
  int run(Arguments arguments, Invocation invocation) {
    String directory = arguments.words().isEmpty() ? "." : arguments.words().get(0);
    Report report =
        Doctor.examine(
            invocation.session(),
            new Patient(
                Version.number(),
                Version.core(),
                invocation.warmSocket(),
                invocation.globalWords(),
                invocation.absolute(directory)));
    invocation.print(arguments.flag("--json") ? report.json(Version.number()) : report.text());
    return report.isRunnable() ? 0 : 1;
  }
}
