// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.failure.FailureWords;
import io.jrun.linux.Errno;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.launch.PlanCases;
import io.jrun.program.FailureText;
import io.jrun.program.Mark;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The conversation with a front that keeps to the protocol, and with one that does not. */
class FrontTest {
  private static final byte[] CONTEXT = new ContextBytes().arguments("jrun", "state", "é").bytes();

  private static Front speaking(byte[]... frames) {
    return new Front(
        new ByteArrayInputStream(ScriptedFront.join(frames)), new ByteArrayOutputStream());
  }

  private static byte[] context() {
    return ScriptedFront.frame(FrameType.CONTEXT, CONTEXT);
  }

  private static Program program() {
    Recorder recorder = new Recorder();
    recorder.step("go to the bundle", "/root");
    recorder.chdir("/a");
    recorder.failing(FailureText.words("own words %e: ").andErrno()).chdir("/b");
    return recorder.program();
  }

  private static String refusal(byte[]... frames) {
    return assertThrows(FrontException.class, () -> speaking(frames).run(program())).getMessage();
  }

  @Example
  void theCallersContextIsRead() {
    CallerContext caller = speaking(context()).caller();
    assertEquals("0.2.0", caller.version());
    assertEquals(ProcessHandle.current().pid(), caller.pid());
    assertEquals(0, caller.uid() + caller.euid());
    assertEquals(022, caller.umask());
    assertEquals("/work", caller.cwd());
    assertEquals("0::/user.slice/own.scope\n", caller.cgroup());
    assertEquals(List.of("jrun", "state", "é"), caller.arguments());
    assertEquals(List.of(4026531840L, 4026531841L, 4026531842L, 4026531843L), caller.namespaces());
    assertEquals(32, caller.rlimits().size());
    assertEquals(-1L, caller.rlimits().get(31));
    assertEquals(Optional.of("/usr/bin:/bin"), caller.variable("PATH"));
    assertEquals(Optional.empty(), caller.variable("EMPTY"));
    assertEquals(Optional.empty(), caller.variable("PAT"));
  }

  @Example
  void aFrontOfAnotherBuildIsDeclined() {
    byte[] context = CONTEXT.clone();
    context[4] ^= 1;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayInputStream in =
        new ByteArrayInputStream(ScriptedFront.frame(FrameType.CONTEXT, context));
    assertThrows(FrontException.class, () -> new Front(in, said));
    assertArrayEquals(ScriptedFront.frame(FrameType.DECLINE, new byte[0]), said.toByteArray());
  }

  @Example
  void idsAreUnsigned() {
    assertEquals(
        4294967294L,
        speaking(ScriptedFront.frame(FrameType.CONTEXT, new ContextBytes().euid(-2).bytes()))
            .caller()
            .euid());
  }

  @Example
  void aContextCutShortAnywhereIsRefused() {
    for (int length = 0; length < CONTEXT.length; length++) {
      byte[] cut = Arrays.copyOf(CONTEXT, length);
      assertThrows(FrontException.class, () -> CallerContext.decode(cut), "cut at " + length);
    }
    byte[] longer = Arrays.copyOf(CONTEXT, CONTEXT.length + 1);
    assertEquals(
        "the front's context is too long",
        assertThrows(FrontException.class, () -> CallerContext.decode(longer)).getMessage());
  }

  @Property(tries = 2000)
  void aDamagedContextIsReadOrRefused(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int mutations) {
    Random random = new Random(seed);
    byte[] bytes = CONTEXT.clone();
    for (int i = 0; i < mutations; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    readOrRefused(bytes);
  }

  @Property(tries = 500)
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 400) byte[] bytes) {
    readOrRefused(bytes);
    byte[] plausible = ScriptedFront.join(Arrays.copyOf(CONTEXT, 8), bytes);
    readOrRefused(plausible);
  }

  private static void readOrRefused(byte[] bytes) {
    try {
      CallerContext.decode(bytes);
    } catch (FrontException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  @Property(tries = 500)
  void whateverTheFrontSaysTheCoreOnlyKnowsOneError(@ForAll @Size(max = 100) byte[] bytes) {
    try {
      speaking(context(), bytes).run(program());
    } catch (FrontException e) {
      assertFalse(e.getMessage().isEmpty());
    }
    assertThrows(FrontException.class, () -> speaking(bytes));
  }

  @Example
  void theFirstFrameIsTheContext() {
    assertEquals(
        "the front did not begin with its context",
        assertThrows(FrontException.class, () -> speaking(ScriptedFront.result(0, 0, 0)))
            .getMessage());
    assertEquals(
        "the front is gone", assertThrows(FrontException.class, () -> speaking()).getMessage());
    byte[] other = CONTEXT.clone();
    other[4] = 2;
    assertEquals(
        "the front is of another build",
        assertThrows(
                FrontException.class, () -> speaking(ScriptedFront.frame(FrameType.CONTEXT, other)))
            .getMessage());
  }

  @Example
  void aProgramThatRanToItsEndHasSucceeded() {
    Outcome outcome =
        speaking(
                context(),
                ScriptedFront.report(1, 812),
                ScriptedFront.report(10, "one".getBytes(StandardCharsets.UTF_8)),
                ScriptedFront.report(1, 813),
                ScriptedFront.result(0, 0, 0))
            .run(program());
    assertTrue(outcome.succeeded());
    assertEquals(Optional.of(813L), outcome.number(1));
    assertEquals(Optional.empty(), outcome.number(10));
    assertEquals(Optional.empty(), outcome.number(2));
    assertArrayEquals("one".getBytes(StandardCharsets.UTF_8), outcome.reports().get(1).bytes());
    assertNull(outcome.failed());
    assertNull(outcome.step());
  }

  private static byte[] call(int instruction, long began, int error) {
    return ScriptedFront.report(
        Front.CALL_TAG,
        ByteBuffer.allocate(Front.CALL_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(began)
            .putLong(began + 70)
            .putInt(instruction)
            .putInt(error)
            .array());
  }

  @Example
  void callsAreToldWithTheirNamesFieldsAndErrors() {
    Front front =
        speaking(
            context(),
            ScriptedFront.report(Front.TRACE_TAG, 900),
            call(0, 1000, 0),
            call(1, 1100, 20),
            call(2, 1200, 0),
            call(-1, 1200, 0),
            ScriptedFront.failure(1, Errno.ENOTDIR));
    Trace trace = new Trace(0, true);
    front.trace(trace);
    assertEquals(List.of(), front.run(program()).reports());
    assertEquals(
        List.of(
            new Trace.Call(Trace.Track.FRONT, "/root", 0, "chdir", "chdir(\"/a\")", 1000, 1070, 0),
            new Trace.Call(
                Trace.Track.FRONT, "/root", 1, "chdir", "chdir(\"/b\")", 1100, 1170, 20)),
        trace.calls());
  }

  /** The core would write the second while the front writes what it does of the first. */
  @Example
  void whereCallsAreToldPiecesAreSentAtOnce() {
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    core.trace(new Trace(0, true));
    assertTrue(core.finish(pieces(core)).succeeded());
    assertEquals(2, front.programs().get(0).instructions().size());
    assertEquals(5, front.programs().get(0).flags());
  }

  /** What nobody has asked for is a report as any other. */
  @Example
  void aCallThatNobodyHasAskedForIsAReport() {
    Front front = speaking(context(), call(0, 1000, 0), ScriptedFront.result(0, 0, 0));
    assertEquals(1, front.run(program()).reports().size());
  }

  @Example
  void aFailureNamesStepFieldCallAndError() {
    Outcome outcome = speaking(context(), ScriptedFront.failure(0, Errno.EACCES)).run(program());
    assertFalse(outcome.succeeded() || outcome.hasOwnWords());
    assertEquals(Outcome.Origin.FRONT, outcome.origin());
    assertEquals(
        "go to the bundle (/root): chdir: permission denied (EACCES)", FailureWords.of(outcome));
  }

  @Example
  void aStepMayHaveItsOwnWords() {
    Outcome outcome = speaking(context(), ScriptedFront.failure(1, Errno.ENOTDIR)).run(program());
    assertTrue(outcome.hasOwnWords());
    assertEquals("own words %e: not a directory", FailureWords.of(outcome));
  }

  @Example
  void aFailureOfNoInstructionIsAProgramThatWasRefused() {
    for (int instruction : new int[] {2, 1000, -1, Integer.MIN_VALUE}) {
      Outcome outcome =
          speaking(context(), ScriptedFront.result(0, instruction, 74)).run(program());
      assertNull(outcome.failed());
      assertEquals("the program was refused: error 74", FailureWords.of(outcome));
    }
  }

  @Example
  void aFailureOfInitIsLocatedInItsOwnProgram() {
    LaunchPlan plan = PlanCases.compile("minimal");
    Outcome outcome =
        speaking(context(), ScriptedFront.initFailure(1, Errno.EPERM)).run(plan.front());
    assertEquals(Outcome.Origin.INIT, outcome.origin());
    assertEquals("begin: setsid: operation not permitted (EPERM)", FailureWords.of(outcome));
    Outcome unknown = speaking(context(), ScriptedFront.initFailure(1, Errno.EPERM)).run(program());
    assertEquals(
        "the program was refused: operation not permitted (EPERM)", FailureWords.of(unknown));
  }

  /** Two pieces of one instruction each, of which the first has been sent. */
  private static Recorder pieces(Front core) {
    Recorder recorder = core.recorder();
    recorder.step("piece");
    recorder.chdir("/0");
    recorder.flush();
    recorder.step("piece");
    recorder.chdir("/1");
    return recorder;
  }

  @Example
  void piecesHaveOneOutcome() {
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    assertTrue(core.finish(pieces(core)).succeeded());
    assertEquals(1, front.programs().size());
    assertEquals(2, front.programs().get(0).instructions().size());
    Front other = speaking(context(), ScriptedFront.failure(1, Errno.ENOENT));
    Outcome failed = other.finish(pieces(other));
    assertEquals("piece: chdir: no such file or directory (ENOENT)", FailureWords.of(failed));
  }

  @Example
  void aProgramThatIsKeptIsSentAtItsEnd() {
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    Recorder recorder = new Recorder();
    recorder.step("go");
    recorder.chdir("/a");
    recorder.flush();
    recorder.chdir("/b");
    assertTrue(core.finish(recorder).succeeded());
    assertEquals(2, front.programs().get(0).instructions().size());
  }

  @Example
  void aPieceThatCannotBeRecordedEndsTheProgram() {
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    Recorder recorder = pieces(core);
    recorder.mark(Mark.RECORDED);
    Outcome outcome = core.cutShort(recorder).orElseThrow();
    assertTrue(outcome.succeeded());
    assertFalse(outcome.passed(Mark.RECORDED), "what was not sent was not run");
    assertEquals(1, front.programs().get(0).instructions().size());
    assertTrue(core.run(program()).succeeded());
    assertEquals(2, front.programs().size());
  }

  @Example
  void ofAProgramThatWasNotSentThereIsNothingToCutShort() {
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    Recorder recorder = core.recorder();
    recorder.step("go");
    recorder.chdir("/a");
    assertTrue(core.cutShort(recorder).isEmpty());
    assertEquals(0, front.programs().size());
  }

  /** Of the front's marks those are passed that the instruction is behind. */
  @Example
  void howFarAProgramCameIsToldByItsMarks() {
    Recorder recorder = new Recorder();
    recorder.step("go");
    recorder.chdir("/a");
    recorder.mark(Mark.CLAIMED);
    recorder.chdir("/b");
    recorder.mark(Mark.RECORDED);
    Program program = recorder.program();
    Outcome first = speaking(context(), ScriptedFront.failure(0, Errno.EIO)).run(program);
    assertFalse(first.passed(Mark.CLAIMED));
    Outcome second = speaking(context(), ScriptedFront.failure(1, Errno.EIO)).run(program);
    assertTrue(second.passed(Mark.CLAIMED));
    assertFalse(second.passed(Mark.RECORDED));
    assertFalse(second.passed(Mark.EXECUTED), "a place that it has not");
    Recorder next = recorder.next();
    next.step("go on");
    next.chdir("/c");
    Outcome third = speaking(context(), ScriptedFront.failure(0, Errno.EIO)).run(next.program());
    assertTrue(third.passed(Mark.CLAIMED), "in the program before");
  }

  /** What init has not in its own program it is past, if it comes before there is an init. */
  @Example
  void howFarALaunchCameIsToldByInitToo() {
    LaunchPlan plan = PlanCases.compile("minimal");
    int on = plan.init().marks().get(Mark.RECORDED);
    Outcome early =
        speaking(context(), ScriptedFront.initFailure(on - 1, Errno.EIO)).run(plan.front());
    assertTrue(early.passed(Mark.CLAIMED));
    assertTrue(early.passed(Mark.SPAWNED));
    assertFalse(early.passed(Mark.RECORDED));
    assertFalse(early.passed(Mark.PID_FILE));
    Outcome late = speaking(context(), ScriptedFront.initFailure(on, Errno.EIO)).run(plan.front());
    assertTrue(late.passed(Mark.RECORDED));
    assertFalse(late.passed(Mark.EXECUTED));
  }

  @Example
  void framesAtTheWrongTimeAreRefused() {
    assertEquals(
        "the front sent a frame of type 1 at the wrong time", refusal(context(), context()));
    assertEquals(
        "the front sent a frame of type 4 at the wrong time",
        refusal(context(), ScriptedFront.frame(4, new byte[16])));
    assertEquals(
        "the front sent a frame of type 2 at the wrong time",
        refusal(context(), ScriptedFront.frame(FrameType.RESULT, new byte[23])));
    assertEquals(
        "the front sent a frame of type 3 at the wrong time",
        refusal(context(), ScriptedFront.frame(FrameType.REPORT, new byte[7])));
    assertEquals(
        "the front sent a frame of type 999 at the wrong time",
        refusal(context(), ScriptedFront.frame(999, new byte[0])));
  }

  @Example
  void theEndOfTheChannelIsTold() {
    assertEquals("the front is gone", refusal(context()));
    assertEquals("the front is gone", refusal(context(), ScriptedFront.report(1, 1)));
    assertEquals(
        "the front is gone", refusal(context(), Arrays.copyOf(ScriptedFront.result(0, 0, 0), 20)));
  }

  @Example
  void aFrameOfAnAbsurdLengthIsRefusedBeforeItIsReadIn() {
    for (int length : new int[] {(64 << 20) + 1, Integer.MAX_VALUE, -1}) {
      byte[] frame = ScriptedFront.frame(FrameType.RESULT, new byte[0]);
      ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
      assertEquals("the front sent a frame of a wrong length", refusal(context(), frame));
    }
  }

  @Example
  void whatIsPrintedGoesToTheCallersDescriptors() {
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    core.print("out é\n");
    core.printError("err\n");
    core.exit(137);
    assertEquals("out é\n", front.printed());
    assertEquals("err\n", front.errors());
    assertEquals(137, front.exitCode());
  }

  /** Whoever runs it is gone by then: nothing is sent to nobody. */
  @Example
  void aProgramThatEndsTheFrontIsNotFollowedByAnExit() {
    Recorder recorder = new Recorder();
    recorder.step("go, and end");
    recorder.chdir("/a");
    recorder.exit(0);
    ScriptedFront front = new ScriptedFront(CONTEXT);
    Front core = front.open();
    assertTrue(core.run(recorder.program()).succeeded());
    core.exit(0);
    assertEquals(-1, front.exitCode());
  }

  @Example
  void oneThatFailsBeforeItsEndIs() {
    Recorder recorder = new Recorder();
    recorder.step("go, and end");
    recorder.chdir("/a");
    recorder.exit(0);
    ScriptedFront front = new ScriptedFront(CONTEXT);
    front.answering((number, program) -> ScriptedFront.failure(0, Errno.ENOENT));
    Front core = front.open();
    assertFalse(core.run(recorder.program()).succeeded());
    core.exit(1);
    assertEquals(1, front.exitCode());
  }

  @Example
  void aFrontThatDoesNotListenAnyMoreIsGone() {
    Front front =
        new Front(
            new ByteArrayInputStream(context()),
            new OutputStream() {
              @Override
              public void write(int one) throws IOException {
                throw new IOException("broken pipe");
              }
            });
    assertEquals(
        "the front is gone",
        assertThrows(FrontException.class, () -> front.print("x")).getMessage());
  }

  @Example
  void aFrameThatNoFrontWouldTakeIsNotSent() {
    Front front = speaking(context());
    String huge = "x".repeat(64 << 20);
    assertEquals(
        "a frame of 67108868 bytes is too large",
        assertThrows(FrontException.class, () -> front.print(huge)).getMessage());
  }

  @Example
  void aFrontIsToldThatItIsServedOnlyWhereItHasHeardNothing() {
    byte[] working = ScriptedFront.frame(FrameType.WORKING, new byte[0]);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Front front = new Front(new ByteArrayInputStream(context()), said);
    front.sayWorking();
    front.sayWorking();
    assertArrayEquals(working, said.toByteArray());
    said = new ByteArrayOutputStream();
    front = new Front(new ByteArrayInputStream(context()), said);
    front.exit(0);
    int before = said.size();
    front.sayWorking();
    assertEquals(before, said.size());
  }
}
