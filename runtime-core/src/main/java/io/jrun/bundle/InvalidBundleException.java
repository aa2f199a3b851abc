// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.spec.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The bundle cannot be used: something is missing, or its config.json is wrong. */
public final class InvalidBundleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public InvalidBundleException(String message) {
    super(message);
    this.problems = List.of();
  }

  /** All problems, on one line: an engine shows no more than one. */
  public InvalidBundleException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }
}
