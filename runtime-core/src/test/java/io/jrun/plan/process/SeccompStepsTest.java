// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.UnixSocket;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.launch.PlanCases;
import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.program.Recorder;
import io.jrun.wire.ProgramWriter;
import io.jrun.wire.WireProgram;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the golden plans do not show of loading a filter and of passing a listener on. */
class SeccompStepsTest {
  private static List<Instruction> init(String name) {
    return PlanCases.compile(name).init().instructions();
  }

  private static int loadedAt(List<Instruction> all) {
    return IntStream.range(0, all.size())
        .filter(i -> all.get(i).name().equals("seccomp"))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  @Test
  void withNoNewPrivilegesOnlyExecuteFollows() {
    List<Instruction> all = init("seccomp-no-new-privileges");
    List<String> after =
        all.subList(loadedAt(all) + 1, all.size()).stream()
            .filter(i -> i.op() == Op.SYSCALL)
            .map(Instruction::name)
            .toList();
    assertEquals(List.of("execve"), after);
  }

  @Test
  void withoutThemTheCapabilityThatLoadsIsGivenUpBeforeExecute() {
    List<Instruction> all = init("seccomp");
    List<String> after =
        all.subList(loadedAt(all) + 1, all.size()).stream()
            .filter(i -> i.op() == Op.SYSCALL)
            .map(Instruction::name)
            .toList();
    assertEquals(List.of("capset", "capget", "execve"), after);
  }

  @Test
  void whoeverCannotHaveThatCapabilityIsToldWhatItIsFor() {
    Instruction capset =
        init("seccomp").stream().filter(i -> i.name().equals("capset")).findFirst().orElseThrow();
    String words = capset.failure(Errno.EPERM.number()).toString();
    assertTrue(words.contains("process.noNewPrivileges takes CAP_SYS_ADMIN"), words);
    assertTrue(
        init("seccomp-no-new-privileges").stream()
            .filter(i -> i.name().equals("capset"))
            .allMatch(i -> i.failures().isEmpty()));
  }

  @Test
  void theFiltersBytesDoNotChangeAProgramsNumbering() {
    byte[] config = PlanCases.config("seccomp-listener");
    List<Instruction> all = init("seccomp-listener");
    LaunchPlan other =
        LaunchPlan.compile(
            io.jrun.bundle.Bundle.parse(config, "/bundle"),
            PlanCases.options("seccomp-listener"),
            new LaunchDocuments() {
              private final LaunchDocuments same = new PlanCases.FixedDocuments(config);

              @Override
              public byte[] creating() {
                return same.creating();
              }

              @Override
              public byte[] config() {
                return same.config();
              }

              @Override
              public byte[] hookState(String status) {
                return same.hookState(status);
              }

              @Override
              public byte[] filter() {
                return new byte[0];
              }

              @Override
              public byte[] listenerState() {
                return same.listenerState();
              }
            });
    assertEquals(
        all.stream().map(Instruction::name).toList(),
        other.init().instructions().stream().map(Instruction::name).toList());
  }

  @Test
  void aMessagesPartsAreFilledInAndLinked() {
    Recorder recorder = new Recorder();
    recorder.step("send");
    Fd passed = recorder.openat(Fd.CWD, "/a", Linux.O_RDONLY);
    UnixSocket.send(recorder, Fd.of(7), Block.bytes(new byte[] {'x'}, "x"), passed);
    WireProgram program = WireProgram.decode(ProgramWriter.write(recorder.program(), false));
    // The vector's pointer, the descriptor in the control message, the message's two pointers.
    assertArrayEquals(
        new Op[] {Op.SYSCALL, Op.RELOC, Op.STORE, Op.RELOC, Op.RELOC, Op.SYSCALL},
        program.instructions().stream().map(WireProgram.WireInstruction::op).toArray(Op[]::new));
  }
}
