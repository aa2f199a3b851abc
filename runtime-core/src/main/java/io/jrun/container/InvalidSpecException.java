// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.List;

/** The configuration cannot be carried out; it says so in its own words. The author's fault. */
public final class InvalidSpecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problems.Entry> problems;

  public InvalidSpecException(List<Problems.Entry> problems) {
    super(problems.get(0).pointer() + ": " + problems.get(0).message());
    this.problems = List.copyOf(problems);
  }

  /** All of them, in the order of the checks. */
  public List<Problems.Entry> problems() {
    return problems;
  }
}
