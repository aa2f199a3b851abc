// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The command line is wrong. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String command;
  private final boolean showsHelp;

  /**
   * The command line is wrong.
   *
   * @param command whose help is to be shown; null: the program's
   */
  UsageException(String message, String command, boolean showsHelp) {
    super(message);
    this.command = command;
    this.showsHelp = showsHelp;
  }

  /** A wrong option of a command; null: of the program. */
  static UsageException of(CommandLine.ParameterException e, String command) {
    return new UsageException(message(e), command, true);
  }

  /** The sentence for a wrong option, as engines probe for it. */
  private static String message(CommandLine.ParameterException e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0);
      int equals = word.indexOf('=');
      String option = equals < 0 ? word : word.substring(0, equals);
      return "flag provided but not defined: "
          + (option.startsWith("--") ? option.substring(1) : option);
    }
    if (e instanceof CommandLine.MissingParameterException missing
        && !missing.getMissing().isEmpty()
        && missing.getMissing().get(0) instanceof OptionSpec option) {
      return "flag needs an argument: " + option.longestName();
    }
    return e.getMessage();
  }

  String command() {
    return command;
  }

  boolean showsHelp() {
    return showsHelp;
  }
}
