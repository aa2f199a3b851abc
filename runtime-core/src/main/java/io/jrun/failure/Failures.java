// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import io.jrun.linux.Errno;
import io.jrun.program.Op;
import io.jrun.wire.Outcome;

/** Puts the end of a program that failed into the one line its user reads. */
public final class Failures {
  private Failures() {}

  /** What stopped, without saying in which process. */
  public static String describe(Outcome outcome) {
    if (isUnexpectedEnd(outcome)) {
      return "container init ended unexpectedly: "
          + outcome.step().title()
          + ": "
          + outcome.failed().name()
          + ": "
          + Errno.describe(outcome.errno());
    }
    String hint = Remedies.forFailure(outcome);
    return FailureWords.of(outcome) + (hint.isEmpty() ? "" : ": " + hint);
  }

  /**
   * The failure of a launch that had come to its end: perhaps that of the program's execution.
   *
   * @param terminal whether the program was to have a terminal: that is where runc's line goes then
   */
  public static ContainerException failure(Outcome outcome, boolean terminal, String more) {
    String message = describe(outcome) + more;
    return isExecution(outcome) && !terminal
        ? new NotExecutedException(FailureWords.of(outcome), message)
        : new ContainerException(message);
  }

  /** Whether it is the program's execution that failed. */
  public static boolean isExecution(Outcome outcome) {
    return outcome.origin() == Outcome.Origin.INIT
        && outcome.hasOwnWords()
        && outcome.failed().name().equals("execve");
  }

  /** Whether a process has gone without a word. */
  public static boolean isUnexpectedEnd(Outcome outcome) {
    return outcome.failed() != null
        && outcome.failed().op() == Op.AWAIT
        && outcome.errno() == Errno.EPIPE.number();
  }

  /** The same of a launch, with the words engines know for what happens inside. */
  public static String describeLaunch(Outcome outcome) {
    String message = describe(outcome);
    boolean hook = HookFailure.is(outcome);
    if (outcome.origin() != Outcome.Origin.INIT) {
      return message;
    }
    boolean lookUp = outcome.hasOwnWords() && message.startsWith("exec: ");
    return "unable to start container process: "
        + (lookUp || hook ? "" : "error during container init: ")
        + message;
  }

  /** The same of an exec. */
  public static String describeExec(Outcome outcome) {
    boolean own = outcome.hasOwnWords() && !FailureWords.of(outcome).startsWith("exec ");
    return outcome.origin() == Outcome.Origin.INIT && own && !isLookUp(outcome)
        ? FailureWords.of(outcome)
        : describeLaunch(outcome);
  }

  private static boolean isLookUp(Outcome outcome) {
    return FailureWords.of(outcome).startsWith("exec: ");
  }
}
