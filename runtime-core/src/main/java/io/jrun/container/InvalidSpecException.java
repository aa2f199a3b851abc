// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.List;

/** The configuration cannot be carried out; it says so in its own words. The author's fault. */
public final class InvalidSpecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problems problems;

  public InvalidSpecException(Problems found) {
    super(found.entries().get(0).pointer() + ": " + found.entries().get(0).message());
    this.problems = found;
  }

  /** In the order of the checks. */
  public List<Problems.Entry> problems() {
    return problems.entries();
  }

  /** All on one line. */
  public String line() {
    return problems.line();
  }

  /** How many more there are. */
  public int unlisted() {
    return problems.unlisted();
  }
}
