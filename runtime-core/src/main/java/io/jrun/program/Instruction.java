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
 * @param failure what to say when it fails, in place of call and errno; null: the usual
 * @param failures with which errors; empty: with any
 */
public record Instruction(
    Op op,
    String name,
    int number,
    int step,
    Handle result,
    List<Arg> args,
    List<OnError> onErrors,
    FailureText failure,
    List<Errno> failures) {
  /** What to say when it fails with this error, in place of call and errno; null: the usual. */
  public FailureText failure(int errno) {
    for (Errno each : failures) {
      if (each.number() == errno) {
        return failure;
      }
    }
    return failures.isEmpty() ? failure : null;
  }
}
