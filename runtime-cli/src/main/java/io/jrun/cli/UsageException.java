// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

/** The command line is wrong. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Verb verb;
  private final boolean showsHelp;

  /**
   * The command line is wrong.
   *
   * @param verb whose help is to be shown; null: the program's
   */
  UsageException(String message, Verb verb, boolean showsHelp) {
    super(message);
    this.verb = verb;
    this.showsHelp = showsHelp;
  }

  Verb verb() {
    return verb;
  }

  boolean showsHelp() {
    return showsHelp;
  }
}
