// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompAction;
import io.jrun.container.SeccompArchitecture;
import io.jrun.container.SeccompFlag;
import io.jrun.container.SeccompOperator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of system call filters a document may name: features-linux.md, "Seccomp". These are the very
 * lists that documents are checked against.
 */
public final class SeccompFeatures {
  private SeccompFeatures() {}

  /** SCMP_ACT_..., sorted. */
  public static List<String> actions() {
    return Stream.of(SeccompAction.values()).map(SeccompAction::specName).sorted().toList();
  }

  /** SCMP_CMP_..., sorted. */
  public static List<String> operators() {
    return Stream.of(SeccompOperator.values()).map(SeccompOperator::specName).sorted().toList();
  }

  /** SCMP_ARCH_..., sorted; those of another byte order are refused when a filter is made. */
  public static List<String> architectures() {
    return Stream.of(SeccompArchitecture.values())
        .map(SeccompArchitecture::specName)
        .sorted()
        .toList();
  }

  /** SECCOMP_FILTER_FLAG_... that are no error, sorted. */
  public static List<String> knownFlags() {
    return Stream.of(SeccompFlag.values()).map(SeccompFlag::specName).sorted().toList();
  }

  /** Those that are carried out: all of them. */
  public static List<String> supportedFlags() {
    return knownFlags();
  }
}
