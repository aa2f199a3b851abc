// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import io.jrun.linux.Errno;
import io.jrun.linux.Signal;
import io.jrun.program.FailureText;
import io.jrun.program.Op;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * How a hook failed, in the words tests of engines look for: {@code error running createRuntime
 * hook #0: exit status 1, stdout: , stderr: ...}. Of what it printed the end is kept.
 */
public final class HookFailure {
  private static final int KEPT = 4096;

  private HookFailure() {}

  /** Whether what failed was a hook, or a helper that is run as one. */
  public static boolean is(Outcome outcome) {
    return outcome.hasOwnWords()
        && outcome.failed().failure(outcome.errno()).has(FailureText.Fact.HOOK);
  }

  /** What comes behind the hook's name. */
  static String how(Outcome outcome) {
    if (outcome.failed().op() == Op.TEST) {
      long status = outcome.number(ReportTag.STATUS).orElse(0L);
      long signal = status & 0x7f;
      return (signal == 0
              ? "exit status " + (status >> 8 & 0xff)
              : "signal: " + Signal.describe((int) signal))
          + ", stdout: "
          + output(outcome, ReportTag.OUTPUT)
          + ", stderr: "
          + output(outcome, ReportTag.ERROR_OUTPUT);
    }
    String path = outcome.step() == null ? "" : outcome.step().title();
    path = path.substring(path.lastIndexOf(' ') + 1);
    return outcome.errno() == Errno.ETIMEDOUT.number()
        ? "hook ran past specified timeout"
        : "fork/exec " + path + ": " + Errno.words(outcome.errno());
  }

  /**
   * What the last hook printed: the status of each ends what is its own. Bytes of a stranger: shown
   * without control characters.
   */
  private static String output(Outcome outcome, int tag) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    boolean ended = false;
    for (Outcome.Report report : outcome.reports()) {
      if (ended) {
        all.reset();
      }
      ended = report.tag() == ReportTag.STATUS;
      if (report.tag() == tag) {
        all.writeBytes(report.bytes());
      }
    }
    String text = all.toString(StandardCharsets.UTF_8).strip();
    text = text.length() > KEPT ? text.substring(text.length() - KEPT) : text;
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(c == '\n' ? ' ' : Character.isISOControl(c) ? '?' : c);
    }
    return out.toString();
  }
}
