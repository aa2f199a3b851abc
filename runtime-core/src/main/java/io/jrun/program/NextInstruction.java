// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import io.jrun.linux.Errno;
import io.jrun.linux.Handle;
import java.util.ArrayList;
import java.util.List;

/**
 * What was said of an instruction before it is recorded. Each thing can be said once: whoever says
 * it a second time does not know that a caller has, and would take the caller's place unseen.
 */
final class NextInstruction {
  private final List<OnError> expected = new ArrayList<>(Instruction.MOST_EXPECTED);
  private final List<Instruction.OnFailure> failures = new ArrayList<>(2);
  private Handle result;

  boolean isEmpty() {
    return expected.isEmpty() && failures.isEmpty() && result == null;
  }

  void expect(Errno errno, Label to) {
    for (OnError each : expected) {
      if (each.errno() == errno) {
        throw new IllegalStateException("it is said already what to do on " + errno);
      }
    }
    expected.add(new OnError(errno, to));
  }

  /** {@code only} empty: with any error. */
  void fail(FailureText text, List<Errno> only) {
    if (!failures.isEmpty()) {
      throw new IllegalStateException("words are there already: " + failures.get(0));
    }
    failures.add(new Instruction.OnFailure(text, only));
  }

  void alsoFail(FailureText text, Errno errno) {
    for (Instruction.OnFailure each : failures) {
      if (each.only().contains(errno)) {
        throw new IllegalStateException("words are there already: " + each);
      }
    }
    // Before the caller's, which may be for any error.
    failures.add(0, new Instruction.OnFailure(text, List.of(errno)));
  }

  void giveTo(Handle register) {
    if (result != null) {
      throw new IllegalStateException("the result goes to " + result.show() + " already");
    }
    result = register;
  }

  boolean hasResult() {
    return result != null;
  }

  Handle takeResult() {
    Handle taken = result;
    result = null;
    return taken;
  }

  /** What is expected, with the errors that are ignored. */
  List<OnError> takeExpected(List<Errno> ignored) {
    if (result != null) {
      throw new IllegalStateException("what should go to " + result.show() + " gives nothing");
    }
    for (Errno each : ignored) {
      expect(each, null);
    }
    if (expected.isEmpty()) {
      return List.of();
    }
    List<OnError> taken = List.copyOf(expected);
    expected.clear();
    if (taken.size() > Instruction.MOST_EXPECTED) {
      throw new IllegalStateException("more errors than an instruction can expect: " + taken);
    }
    return taken;
  }

  List<Instruction.OnFailure> takeFailures() {
    if (failures.isEmpty()) {
      return List.of();
    }
    List<Instruction.OnFailure> taken = List.copyOf(failures);
    failures.clear();
    return taken;
  }
}
