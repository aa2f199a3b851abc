// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import io.jrun.linux.Arg;
import io.jrun.linux.Errno;
import io.jrun.program.FailureText;
import io.jrun.program.Instruction;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;

/** How a program has failed, in one line: what stopped and why, without what may help. */
public final class FailureWords {
  private FailureWords() {}

  /** The step's own words, or step, field, call and errno. */
  public static String of(Outcome outcome) {
    Instruction failed = outcome.failed();
    if (failed == null) {
      return "the program was refused: " + Errno.describe(outcome.errno());
    }
    FailureText own = failed.failure(outcome.errno());
    if (own != null) {
      StringBuilder out = new StringBuilder();
      for (FailureText.Part part : own.parts()) {
        out.append(
            part instanceof FailureText.Words words
                ? words.text()
                : fact((FailureText.Fact) part, outcome));
      }
      return out.toString();
    }
    String words = kernels(outcome);
    return outcome.step().show()
        + ": "
        + call(failed)
        + ": "
        + Errno.describe(outcome.errno())
        + (words.isEmpty() ? "" : ": " + words);
  }

  private static String fact(FailureText.Fact fact, Outcome outcome) {
    return switch (fact) {
      case STEP -> outcome.step().show();
      case FIELD -> outcome.step().pointer();
      case ERRNO -> Errno.words(outcome.errno());
      case ANSWER -> Errno.describe(outcome.answered());
      case HOOK -> HookFailure.how(outcome);
    };
  }

  /** fsconfig(2) is made many times in one step: it is named with its key. */
  private static String call(Instruction failed) {
    return failed.name().equals("fsconfig") && failed.args().get(2) instanceof Arg.Text key
        ? "fsconfig " + key.show()
        : failed.name();
  }

  /**
   * What the kernel itself has to say of the call that failed, in one line; empty if it says
   * nothing.
   */
  static String kernels(Outcome outcome) {
    StringBuilder words = new StringBuilder();
    for (Outcome.Report each : outcome.reports()) {
      if (each.tag() == ReportTag.WORDS) {
        String message = new String(each.bytes(), StandardCharsets.UTF_8).strip();
        boolean hasLevel = message.length() > 2 && message.charAt(1) == ' ';
        words.append(words.length() == 0 ? "" : "; ").append(message.substring(hasLevel ? 2 : 0));
      }
    }
    for (int i = 0; i < words.length(); i++) {
      if (Character.isISOControl(words.charAt(i))) {
        words.setCharAt(i, ' ');
      }
    }
    return words.toString();
  }
}
