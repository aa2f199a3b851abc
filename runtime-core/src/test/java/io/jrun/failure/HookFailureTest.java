// SPDX-License-Identifier: Apache-2.0
package io.jrun.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.HookSpec;
import io.jrun.linux.Errno;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The words of a hook that failed, which tests of engines look for. */
class HookFailureTest {
  private static Program hooks(String kind) {
    Recorder recorder = new Recorder();
    recorder.step("go");
    recorder.chdir("/");
    List<HookSpec> specs =
        List.of(
            new HookSpec(
                "/bin/first", List.of("first"), Optional.empty(), 0, "/hooks/" + kind + "/0"),
            new HookSpec(
                "/bin/second", List.of("second"), Optional.empty(), 5000, "/hooks/" + kind + "/1"));
    HookSteps.record(recorder, kind, specs, "{}".getBytes(StandardCharsets.US_ASCII), null);
    return recorder.program();
  }

  private static String describe(
      String kind, int hook, Op op, Errno errno, List<Outcome.Report> reports) {
    Program program = hooks(kind);
    int seen = 0;
    for (int i = 0; i < program.instructions().size(); i++) {
      if (program.instructions().get(i).op() == op && seen++ == hook) {
        Outcome outcome = new Outcome(Outcome.Origin.FRONT, errno.number(), program, i, reports);
        assertTrue(HookFailure.is(outcome));
        return FailureWords.of(outcome);
      }
    }
    throw new AssertionError("no such hook");
  }

  private static Outcome.Report status(int status) {
    return new Outcome.Report(
        ReportTag.STATUS,
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(status).array());
  }

  private static Outcome.Report text(int tag, String text) {
    return new Outcome.Report(tag, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aHookThatExitsWithAStatusIsNamedWithWhatItPrinted() {
    assertEquals(
        "error running createRuntime hook #1: exit status 3, stdout: one, stderr: two  three",
        describe(
            "createRuntime",
            1,
            Op.TEST,
            Errno.EIO,
            List.of(
                status(0),
                text(ReportTag.OUTPUT, "one\n"),
                text(ReportTag.ERROR_OUTPUT, "two\n\nthr"),
                text(ReportTag.ERROR_OUTPUT, "ee\n"),
                status(3 << 8))));
  }

  @Test
  void whatTheHooksBeforePrintedIsNotToldOfIt() {
    assertEquals(
        "error running createRuntime hook #1: exit status 3, stdout: , stderr: own",
        describe(
            "createRuntime",
            1,
            Op.TEST,
            Errno.EIO,
            List.of(
                text(ReportTag.OUTPUT, "before"),
                text(ReportTag.ERROR_OUTPUT, "before"),
                status(0),
                text(ReportTag.ERROR_OUTPUT, "own\n"),
                status(3 << 8))));
  }

  @Test
  void aHookThatPrintedNothingSaysSo() {
    assertEquals(
        "error running prestart hook #0: exit status 1, stdout: , stderr: ",
        describe("prestart", 0, Op.TEST, Errno.EIO, List.of(status(1 << 8))));
  }

  @Test
  void aHookThatWasKilledIsNamedWithTheSignal() {
    assertEquals(
        "error running poststart hook #0: signal: killed, stdout: , stderr: ",
        describe("poststart", 0, Op.TEST, Errno.EIO, List.of(status(9))));
  }

  @Test
  void aHookThatTookTooLongIsNamed() {
    assertEquals(
        "error running poststop hook #1: hook ran past specified timeout",
        describe("poststop", 1, Op.HOOK, Errno.ETIMEDOUT, List.of()));
  }

  @Test
  void aHookThatCouldNotBeStartedIsNamedWithItsPath() {
    assertEquals(
        "error running createContainer hook #0: fork/exec /bin/first: no such file or directory",
        describe("createContainer", 0, Op.HOOK, Errno.ENOENT, List.of()));
    assertEquals(
        "error running createContainer hook #1: fork/exec /bin/second: permission denied",
        describe("createContainer", 1, Op.HOOK, Errno.EACCES, List.of()));
  }

  @Test
  void whatAHookPrintedIsKeptFromTheEndAndWithoutControlCharacters() {
    String said =
        describe(
            "prestart",
            0,
            Op.TEST,
            Errno.EIO,
            List.of(text(ReportTag.OUTPUT, "x".repeat(5000) + "\u001b[31mend\u0000"), status(256)));
    assertEquals(
        true, said.contains("x?[31mend, stderr: ") || said.contains("x?[31mend?, stderr: "), said);
    assertEquals(true, said.length() < 4096 + 100);
  }

  @Test
  void whatIsNoHookIsNotDescribed() {
    Outcome other =
        new Outcome(Outcome.Origin.FRONT, Errno.ENOENT.number(), hooks("prestart"), 0, List.of());
    assertFalse(HookFailure.is(other));
    assertFalse(
        HookFailure.is(
            new Outcome(Outcome.Origin.FRONT, 0, hooks("prestart"), 1, new ArrayList<>())));
  }
}
