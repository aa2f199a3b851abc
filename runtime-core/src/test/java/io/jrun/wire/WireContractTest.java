// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jrun.linux.Block;
import io.jrun.linux.Fd;
import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One contract, written down three times: wire.h, docs/plan.md, and here. */
class WireContractTest {
  private static final WireHeader HEADER = WireHeader.read();

  @Test
  void opsHaveTheSameNumbersInCAndInJava() {
    Map<String, Integer> ops = HEADER.constants("op");
    assertEquals(Op.values().length, ops.remove("OPS"));
    List<String> here = new ArrayList<>();
    for (Op op : Op.values()) {
      here.add("OP_" + op.name());
      assertEquals(op.ordinal(), ops.get("OP_" + op.name()), op.name());
    }
    assertEquals(here, new ArrayList<>(ops.keySet()));
  }

  @Test
  void opsHaveTheSameNumbersInTheDocument() {
    List<String> here = new ArrayList<>();
    for (Op op : Op.values()) {
      here.add(op.ordinal() + " " + op.name());
    }
    assertEquals(here, WireHeader.documented("| op | name |"));
  }

  @Test
  void programsHaveTheSameMagicAndVersion() {
    assertEquals(HEADER.number("PROGRAM_MAGIC"), ProgramWriter.MAGIC);
    assertEquals(HEADER.number("PROGRAM_VERSION"), ProgramWriter.VERSION);
    assertEquals(HEADER.size("encoded"), ProgramWriter.INSTRUCTION_SIZE);
    assertEquals(HEADER.number("SHAPE_KINDS"), ProgramWriter.KINDS_SHIFT);
    assertEquals(HEADER.number("SHAPE_ERRORS"), ProgramWriter.ERRORS_SHIFT);
    assertEquals(HEADER.number("ROOM_MAX"), ProgramWriter.ROOM_MAX);
    byte[] empty = ProgramWriter.write(new Recorder().program(), false);
    assertEquals(HEADER.size("program_header") + 1, empty.length);
  }

  @Test
  void registersAreAsMany() {
    assertEquals(HEADER.number("CHANNEL_REGISTER"), Recorder.bornChannel().number());
    assertEquals(HEADER.number("REGISTERS") - 1, Recorder.bornChannel().number());
    Recorder recorder = new Recorder();
    recorder.step("all");
    int taken = 0;
    try {
      while (true) {
        recorder.fdRegister("fd");
        taken++;
      }
    } catch (ProgramTooLongException e) {
      assertEquals(HEADER.number("CHANNEL_REGISTER"), taken);
    }
  }

  @Test
  void anInstructionHasAsManyArgumentsAndExpectedErrors() {
    assertEquals(6, HEADER.number("ARGUMENTS"));
    assertEquals(Instruction.MOST_EXPECTED, HEADER.number("EXPECTED_ERRORS"));
    assertEquals(255, HEADER.number("NO_REGISTER"));
    Recorder recorder = new Recorder();
    recorder.step("go");
    recorder.fchdir(Fd.of(7));
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    assertEquals(255, program.instructions().get(0).dst());
  }

  @Test
  void theKernelsWordsAndOctalDigitsHaveTheSameNumbers() {
    assertEquals(HEADER.number("WORDS_TAG"), ReportTag.WORDS);
    assertEquals(HEADER.number("OCTAL_DIGITS"), Block.OCTAL_DIGITS);
    assertEquals(HEADER.number("FIRST_DIGITS"), Block.FIRST_DIGITS);
  }

  @Test
  void waysToResolveHaveTheSameNumbers() {
    Map<String, Integer> kinds = HEADER.constants("resolve_kind");
    assertEquals(Recorder.Missing.FAILS.ordinal(), kinds.get("RESOLVE_EXISTING"));
    assertEquals(Recorder.Missing.BECOMES_DIRECTORY.ordinal(), kinds.get("RESOLVE_DIRECTORY"));
    assertEquals(Recorder.Missing.BECOMES_FILE.ordinal(), kinds.get("RESOLVE_FILE"));
    assertEquals(Recorder.Missing.BECOMES_LIKE.ordinal(), kinds.get("RESOLVE_LIKE"));
  }

  @Test
  void kindsOfArgumentsHaveTheSameNumbers() {
    assertEquals(
        Map.of(
            "KIND_NONE",
            0,
            "KIND_IMMEDIATE",
            1,
            "KIND_REGISTER",
            2,
            "KIND_DATA",
            3,
            "KIND_WIDE",
            4),
        HEADER.constants("kind"));
  }
}
