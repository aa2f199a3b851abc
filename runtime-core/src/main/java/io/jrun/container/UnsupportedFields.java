// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Linux;
import io.jrun.spec.Process;
import io.jrun.spec.Spec;

/**
 * Refuses what this version cannot carry out. Nothing that a document asks for is ever ignored: a
 * field is honoured or it is named here. Empty values ask for nothing.
 */
final class UnsupportedFields {
  private final Problems problems;

  private UnsupportedFields(Problems problems) {
    this.problems = problems;
  }

  static void check(Spec spec, Problems problems) {
    UnsupportedFields check = new UnsupportedFields(problems);
    if (spec.linux() != null) {
      check.linux(spec.linux());
    }
  }

  /** Those of a process alone, for an exec. */
  static void check(Process process, Problems problems) {
    new UnsupportedFields(problems).process(process);
  }

  private void process(Process process) {
    refuse(process.apparmorProfile(), "/process/apparmorProfile");
    refuse(process.selinuxLabel(), "/process/selinuxLabel");
    refuse(process.execCPUAffinity(), "/process/execCPUAffinity");
  }

  private void linux(Linux linux) {
    refuse(linux.intelRdt(), "/linux/intelRdt");
  }

  private void refuse(Object value, String pointer) {
    boolean asked =
        !(value == null
            || value instanceof String text && text.isEmpty()
            || value instanceof java.util.Collection<?> list && list.isEmpty()
            || value instanceof java.util.Map<?, ?> map && map.isEmpty());
    if (asked) {
      problems.add(pointer, "not supported by this version of jrun: remove the field");
    }
  }
}
