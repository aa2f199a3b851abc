// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import io.jrun.linux.Arg;
import io.jrun.linux.Errno;
import io.jrun.linux.Handle;
import java.util.List;

/**
 * One instruction of a program.
 *
 * @param name the system call's or the composite's name
 * @param number the system call's number; 0 for the rest
 * @param step index of the step it belongs to
 * @param result the register that takes the result, or null
 * @param failures what to say when it fails, in place of call and errno; the first that fits counts
 */
public record Instruction(
    Op op,
    String name,
    int number,
    int step,
    Handle result,
    List<Arg> args,
    List<OnError> onErrors,
    List<OnFailure> failures) {
  /** So many errors can be expected: docs/plan.md. */
  public static final int MOST_EXPECTED = 5;

  /**
   * What to say when it fails.
   *
   * @param only with these errors; empty: with any
   */
  public record OnFailure(FailureText text, List<Errno> only) {
    private boolean isFor(int errno) {
      for (Errno each : only) {
        if (each.number() == errno) {
          return true;
        }
      }
      return only.isEmpty();
    }
  }

  /** What to say when it fails with this error, in place of call and errno; null: the usual. */
  public FailureText failure(int errno) {
    for (OnFailure each : failures) {
      if (each.isFor(errno)) {
        return each.text();
      }
    }
    return null;
  }
}
