// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import io.jrun.spec.InvalidDocumentException;
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
    this(problems, 0);
  }

  /** What is wrong with the form of a document. */
  InvalidBundleException(InvalidDocumentException form) {
    this(form.problems(), form.unlisted());
  }

  /**
   * Says how many there are beside those that are listed.
   *
   * @param problems in the document's order
   */
  InvalidBundleException(List<Problem> problems, int unlisted) {
    this(List.copyOf(Problem.listed(problems, unlisted)), "; ");
  }

  private InvalidBundleException(List<Problem> problems, String separator) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining(separator)));
    this.problems = problems;
  }

  public List<Problem> problems() {
    return problems;
  }
}
