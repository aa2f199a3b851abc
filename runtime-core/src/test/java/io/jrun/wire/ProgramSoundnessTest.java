// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Arg;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.plan.launch.PlanCases;
import io.jrun.program.Instruction;
import io.jrun.program.Label;
import io.jrun.program.Mark;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs as bytes: what the C program's decoder would say of them. */
public class ProgramSoundnessTest {
  static List<String> cases() {
    return PlanCases.accepted();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyProgramIsSound(String name) {
    LaunchPlan plan = PlanCases.compile(name);
    WireProgram front = WireProgram.decode(ProgramWriter.write(plan.claiming(), false));
    assertEquals(plan.claiming().instructions().size(), front.instructions().size());
    assertEquals(1, front.instructions().stream().filter(i -> i.op() == Op.SPAWN).count());
    WireProgram init = WireProgram.decode(ProgramWriter.write(plan.init(), false));
    assertEquals(plan.init().instructions().size(), init.instructions().size());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void compilingTwiceGivesTheSameBytes(String name) {
    byte[] first = ProgramWriter.write(PlanCases.compile(name).front(), false);
    byte[] second = ProgramWriter.write(PlanCases.compile(name).front(), false);
    assertArrayEquals(first, second);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void writingDoesNotChangeAProgram(String name) {
    LaunchPlan plan = PlanCases.compile(name);
    assertArrayEquals(
        ProgramWriter.write(plan.front(), false), ProgramWriter.write(plan.front(), false));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void initsProgramTravelsInsideTheFronts(String name) {
    LaunchPlan plan = PlanCases.compile(name);
    WireProgram front = WireProgram.decode(ProgramWriter.write(plan.claiming(), false));
    WireProgram.WireInstruction spawn =
        front.instructions().get(plan.claiming().marks().get(Mark.SPAWNED) - 1);
    assertEquals(Op.SPAWN, spawn.op());
    assertEquals(plan.init().instructions().size(), front.child().instructions().size());
    WireProgram.WireInstruction claim =
        front.instructions().get(plan.claiming().marks().get(Mark.CLAIMED) - 1);
    assertEquals("/run/jrun/demo", front.text(claim, 1));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void eachPieceIsSoundAndTogetherTheyAreTheWhole(String name) {
    LaunchInput input = PlanCases.input(name);
    assertPieces(
        recorder -> LaunchSteps.finish(LaunchSteps.begin(recorder, input), input),
        LaunchPlan.compile(input).claiming());
  }

  /** Writes each piece as it is recorded, as a front gets them. */
  public static void assertPieces(Consumer<Recorder> recording, Program whole) {
    List<WireProgram> pieces = new ArrayList<>();
    Map<Block, Integer> changing = new IdentityHashMap<>();
    Recorder recorder =
        new Recorder(
            (program, first) -> {
              pieces.add(piece(program, first, true));
              assertMemoryIsOfOnePiece(program, first, pieces.size(), changing);
            });
    recording.accept(recorder);
    pieces.add(piece(recorder.program(), recorder.sent(), false));
    assertMemoryIsOfOnePiece(recorder.program(), recorder.sent(), pieces.size(), changing);
    WireProgram together = pieces.stream().reduce(WireProgram::and).orElseThrow();
    WireProgram all = WireProgram.decode(ProgramWriter.write(whole, false));
    assertEquals(all.instructions().size(), together.instructions().size());
    for (int i = 0; i < all.instructions().size(); i++) {
      assertEquals(all.instructions().get(i).op(), together.instructions().get(i).op());
      List<Arg> args = whole.instructions().get(i).args();
      for (int n = 0; n < args.size(); n++) {
        if (args.get(n) instanceof Arg.Text) {
          assertEquals(
              all.text(all.instructions().get(i), n),
              together.text(together.instructions().get(i), n));
        }
      }
    }
  }

  private static WireProgram piece(Program program, int first, boolean more) {
    int end = program.instructions().size();
    WireProgram piece =
        WireProgram.decode(
            ProgramWriter.write(program, first, end, more, ProgramWriter.Telling.NOTHING, 0));
    assertEquals(more, piece.hasMore());
    return piece;
  }

  private static void assertMemoryIsOfOnePiece(
      Program program, int first, int number, Map<Block, Integer> changing) {
    List<Instruction> all = program.instructions();
    for (Instruction each : all.subList(first, all.size())) {
      for (Arg arg : each.args()) {
        Block block =
            arg instanceof Arg.Mem mem
                ? mem.block()
                : arg instanceof Arg.OffsetOf offset ? offset.block() : null;
        if (block != null && (block.isRoom() || !block.patches().isEmpty())) {
          Integer before = changing.put(block, number);
          assertTrue(before == null || before == number, "memory of another piece: " + each);
        }
      }
    }
  }

  @Test
  void tracingIsAFlagOfBothPrograms() {
    LaunchPlan plan = PlanCases.compile("minimal");
    WireProgram front = WireProgram.decode(ProgramWriter.write(plan.front(), true));
    assertEquals(1, front.flags());
    assertEquals(1, front.child().flags());
    front = WireProgram.decode(ProgramWriter.write(plan.front(), ProgramWriter.Telling.CALLS));
    assertEquals(5, front.flags());
    assertEquals(5, front.child().flags());
  }

  @Test
  void equalConstantsAreStoredOnceAndScratchIsNot() {
    Recorder recorder = new Recorder();
    recorder.step("two of each");
    recorder.chdir("/a/long/path/to/somewhere");
    int once = ProgramWriter.write(recorder.program(), false).length;
    recorder.chdir("/a/long/path/to/somewhere");
    recorder.chdir("/a/long/path/to/somewhere");
    int reference = 2 * Integer.BYTES;
    assertEquals(
        once + 2 * (ProgramWriter.INSTRUCTION_SIZE + reference),
        ProgramWriter.write(recorder.program(), false).length);
    Block first = Block.room(64);
    Block second = Block.room(64);
    recorder.getcwd(first);
    recorder.getcwd(second);
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertFalse(program.instructions().get(3).args()[0] == program.instructions().get(4).args()[0]);
  }

  @Test
  void roomIsNotSentAsLongAsThereIsSome() {
    Recorder recorder = new Recorder();
    recorder.step("room");
    recorder.getcwd(Block.room(ProgramWriter.ROOM_MAX - 100));
    byte[] fits = ProgramWriter.write(recorder.program(), false);
    assertTrue(fits.length < 100, "bytes: " + fits.length);
    assertEquals(ProgramWriter.ROOM_MAX - 96, WireProgram.decode(fits).room());
    recorder.getcwd(Block.room(100));
    byte[] doesNot = ProgramWriter.write(recorder.program(), false);
    assertTrue(doesNot.length > fits.length + 100, "bytes: " + doesNot.length);
    WireProgram program = WireProgram.decode(doesNot);
    assertEquals(ProgramWriter.ROOM_MAX - 96, program.room());
    assertEquals(100L << 32, program.instructions().get(1).args()[0]);
  }

  @Test
  void roomThatSomebodyHasWrittenToIsData() {
    Recorder recorder = new Recorder();
    recorder.step("data");
    recorder.getcwd(Block.room(16).u32(4, 7));
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertEquals(0, program.room());
    assertEquals(7, program.data()[4]);
  }

  @Test
  void numbersOfAnySizeArriveAsTheyWere() {
    Recorder recorder = new Recorder();
    recorder.step("numbers");
    long[] numbers = {
      0, 1, -1, -100, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 31, 1L << 32, Long.MIN_VALUE
    };
    for (long number : numbers) {
      recorder.report(1, Value.of(number));
    }
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    for (int i = 0; i < numbers.length; i++) {
      assertEquals(numbers[i], program.instructions().get(i).args()[1]);
    }
  }

  @Test
  void anEmptyProgramHasNoInstructionsAndSoundData() {
    WireProgram program = WireProgram.decode(ProgramWriter.write(new Recorder().program(), false));
    assertEquals(List.of(), program.instructions());
    assertEquals(1, program.data().length);
  }

  @Test
  void aFreedRegisterIsUsedAgainAndALaterProgramKeepsTheOthers() {
    Recorder recorder = new Recorder();
    recorder.step("open");
    Fd first = recorder.openat(Fd.CWD, "/a", Linux.O_RDONLY);
    Fd second = recorder.openat(Fd.CWD, "/b", Linux.O_RDONLY);
    recorder.close(first);
    assertEquals(first.number(), recorder.openat(Fd.CWD, "/c", Linux.O_RDONLY).number());
    Recorder next = recorder.next();
    next.step("more");
    Fd third = next.openat(Fd.CWD, "/d", Linux.O_RDONLY);
    assertFalse(third.number() == first.number() || third.number() == second.number());
  }

  @Test
  void moreRegistersThanThereAreAreRefused() {
    Recorder recorder = new Recorder();
    recorder.step("open");
    for (int i = 0; i < 249; i++) {
      assertTrue(recorder.openat(Fd.CWD, "/a", Linux.O_RDONLY).number() < 249);
    }
    assertThrows(
        ProgramTooLongException.class, () -> recorder.openat(Fd.CWD, "/a", Linux.O_RDONLY));
  }

  @Test
  void anInstructionBeforeTheFirstStepIsRefused() {
    assertThrows(IllegalStateException.class, () -> new Recorder().chdir("/"));
  }

  @Test
  void ignoredErrorsAreOfTheNextCallAlone() {
    Recorder recorder = new Recorder();
    recorder.step("go");
    recorder.ignoring(Errno.ENOENT).chdir("/a");
    recorder.chdir("/b");
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertEquals(Errno.ENOENT.number(), program.instructions().get(0).errors()[0]);
    assertEquals(0, program.instructions().get(0).targets()[0]);
    assertEquals(0, program.instructions().get(1).errors()[0]);
  }

  @Test
  void aLabelIsPlacedOnceAndNotForgotten() {
    Recorder recorder = new Recorder();
    recorder.step("go");
    Label never = new Label();
    recorder.on(Errno.ENOENT, never).chdir("/a");
    Program program = recorder.program();
    assertThrows(IllegalStateException.class, () -> ProgramWriter.write(program, false));
    recorder.place(never);
    assertThrows(IllegalStateException.class, () -> recorder.place(never));
  }

  @Test
  void aJumpSkipsWhatFillsInTheBlocksOfTheInstructionBehindIt() {
    Recorder recorder = new Recorder();
    recorder.step("go");
    Label end = new Label();
    recorder.jump(end);
    recorder.execve("/a", Block.vector(List.of("a"), "[a]"), Block.vector(List.of(), "[]"));
    recorder.place(end);
    recorder.report(1, Value.of(7));
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertEquals(
        Op.REPORT, program.instructions().get((int) program.instructions().get(0).args()[0]).op());
  }

  @Test
  void aBlockOfPointersIsRelocatedOnce() {
    Recorder recorder = new Recorder();
    recorder.step("try both");
    Block argv = Block.vector(List.of("sh", "-c"), "[sh]");
    Block envp = Block.vector(List.of(), "[]");
    recorder.ignoring(Errno.ENOENT).execve("/a/sh", argv, envp);
    recorder.execve("/b/sh", argv, envp);
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    List<Op> ops = program.instructions().stream().map(WireProgram.WireInstruction::op).toList();
    assertEquals(List.of(Op.RELOC, Op.RELOC, Op.SYSCALL, Op.SYSCALL), ops);
    assertEquals(3, program.instructions().get(0).args()[1]);
  }

  @Test
  void aPatchIsStoredBeforeEveryUse() {
    Recorder recorder = new Recorder();
    recorder.step("poll twice");
    Fd fd = recorder.openat(Fd.CWD, "/a", Linux.O_RDONLY);
    Block poll = Block.struct(8, "poll").patch(0, 4, fd);
    recorder.poll(poll, 1);
    recorder.poll(poll, 1);
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertEquals(2, program.instructions().stream().filter(i -> i.op() == Op.STORE).count());
  }

  @Test
  void aHandleThatIsKnownTravelsAsANumberAndIsShownByItsName() {
    Recorder recorder = new Recorder();
    recorder.step("go");
    recorder.openat(Fd.CWD, "/a", Linux.O_RDONLY);
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertEquals(1, program.instructions().get(0).kinds()[0]);
    assertEquals(-100, program.instructions().get(0).args()[0]);
    assertEquals("AT_FDCWD", Fd.CWD.show());
    assertEquals("fd3", Fd.register(3, "fd").show());
    assertEquals("3", Fd.of(3).show());
  }
}
