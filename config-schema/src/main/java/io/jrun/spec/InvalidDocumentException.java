// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;
import java.util.Optional;

/**
 * A document that cannot be read: whoever wrote it has to mend it. Holds every problem found, at
 * least one, in document order, but no more than a report shows; the message has one line for each.
 */
public final class InvalidDocumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;
  private final int unlisted;
  private final transient Spec partial;

  public InvalidDocumentException(List<Problem> problems) {
    this(problems, 0, null);
  }

  InvalidDocumentException(List<Problem> problems, int unlisted, Spec partial) {
    super(lines(Problem.listed(problems, unlisted)));
    this.problems = List.copyOf(problems);
    this.unlisted = unlisted;
    this.partial = partial;
  }

  /**
   * What could be read of a config.json all the same, for finding more problems in it and for
   * nothing else: what the problems are about is absent, zero or empty there.
   */
  public Optional<Spec> partial() {
    return Optional.ofNullable(partial);
  }

  /** Those of which all is known, {@link Problem#MOST_LISTED} of them. */
  public List<Problem> problems() {
    return problems;
  }

  /** How many more there are. */
  public int unlisted() {
    return unlisted;
  }

  private static String lines(List<Problem> problems) {
    StringBuilder text = new StringBuilder();
    for (Problem problem : problems) {
      if (text.length() > 0) {
        text.append('\n');
      }
      text.append(problem);
    }
    return text.toString();
  }
}
