// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import io.jrun.container.HooksSpec;
import io.jrun.document.StateDocument;
import io.jrun.linux.Block;
import io.jrun.linux.Pid;
import io.jrun.linux.Syscall;
import io.jrun.linux.Value;
import io.jrun.program.Op;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.States;
import io.jrun.wire.FactsHeader;
import io.jrun.wire.WireHeader;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The verbs that create compiles for later: layout, soundness, guards before effects. */
class StoredVerbsTest {
  private static final WireHeader HEADER = WireHeader.read();
  private static final String DIRECTORY = "/run/jrun/demo";
  private static final ContainerState STATE =
      States.withAnnotations(States.created("demo"), Map.of("k", "v"));

  private static final List<String> VERBS =
      List.of("START", "STATE", "KILL", "DELETE", "FREEZE", "DESTROY");

  private static byte[] file(ContainerState state, String hooks) {
    HooksSpec parsed = Configs.parse("{'hooks':" + hooks + "}").hooks();
    return block(state, parsed).content();
  }

  private static Block block(ContainerState state, HooksSpec hooks) {
    return StoredVerbs.compile(
        state, DIRECTORY, hooks, "0.2.0", Pid.register(5, "pid"), Value.register(6, "ticks"));
  }

  /** The bytes of a verb's program; none where it is not stored. */
  private static byte[] program(byte[] file, String verb) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int entry = 8 + 32 + 8 * (HEADER.constants("verb").get("VERB_" + verb) - 1);
    int offset = in.getInt(entry);
    return Arrays.copyOfRange(file, offset, offset + in.getInt(entry + 4));
  }

  private static WireProgram decoded(String verb) {
    return WireProgram.decode(program(file(STATE, "{}"), verb));
  }

  @Test
  void theFileBeginsAsTheFrontExpectsIt() {
    byte[] file = file(STATE, "{}");
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(HEADER.number("STORED_MAGIC"), in.getInt(0));
    assertEquals(file.length, in.getInt(4));
    assertEquals("0.2.0", new String(file, 8, 24, StandardCharsets.US_ASCII).trim());
    assertEquals(HEADER.number("PROTOCOL"), in.getInt(32));
    assertEquals(6, HEADER.constants("verb").get("VERBS"));
    int end = HEADER.size("stored_header");
    for (String verb : VERBS.subList(0, 5)) {
      int entry = 8 + 32 + 8 * (HEADER.constants("verb").get("VERB_" + verb) - 1);
      assertTrue(in.getInt(entry) >= end && in.getInt(entry) % 8 == 0, verb);
      end = in.getInt(entry) + in.getInt(entry + 4);
    }
    assertEquals((end + 7) & ~7, file.length);
    assertArrayEquals(program(file, "DELETE"), program(file, "DESTROY"));
  }

  /** They are not known when the programs are compiled: the front puts them into the header. */
  @Test
  void initsPidAndStartTimeAreFilledInWhenTheFileIsWritten() {
    List<Block.Patch> patches = block(STATE, Configs.parse("{}").hooks()).patches();
    assertEquals(List.of(96, 104, 112, 120), patches.stream().map(Block.Patch::offset).toList());
    assertEquals(List.of(8, 8, 8, 8), patches.stream().map(Block.Patch::width).toList());
    assertEquals(List.of(5L, 6L, 5L, 6L), patches.stream().map(p -> p.value().number()).toList());
  }

  @Test
  void everyStoredProgramIsSoundAndTheSameEachTime() {
    for (String verb : VERBS) {
      assertTrue(decoded(verb).instructions().size() > 5, verb);
    }
    assertArrayEquals(file(STATE, "{}"), file(STATE, "{}"));
  }

  @Test
  void verbsThatNeedMoreThanTheFrontKnowsAreNotStored() {
    byte[] poststart = file(STATE, "{'poststart':[{'path':'/h'}]}");
    assertEquals(0, program(poststart, "START").length);
    assertTrue(program(poststart, "DELETE").length > 0);
    assertEquals(0, program(file(STATE, "{'startContainer':[{'path':'/h'}]}"), "START").length);
    byte[] poststop = file(STATE, "{'poststop':[{'path':'/h'}]}");
    assertEquals(0, program(poststop, "DELETE").length);
    assertEquals(0, program(poststop, "DESTROY").length);
    assertTrue(program(poststop, "START").length > 0);
    ContainerState shared = States.launchedWith(STATE, Map.of("sharedPid", "true"));
    assertEquals(0, program(file(shared, "{}"), "KILL").length);
    assertEquals(0, program(file(shared, "{}"), "DELETE").length);
    assertEquals(0, program(file(shared, "{}"), "DESTROY").length);
    ContainerState unit = States.launchedWith(STATE, Map.of("unit", "demo.scope"));
    WireProgram ofUnit = WireProgram.decode(program(file(unit, "{}"), "DESTROY"));
    assertTrue(ofUnit.instructions().stream().noneMatch(i -> i.is(Syscall.PIDFD_SEND_SIGNAL)));
    assertTrue(program(file(shared, "{}"), "STATE").length > 0);
  }

  @Test
  void bootAndProcessAreProvedBeforeAnythingIsDone() {
    for (String verb : List.of("START", "KILL", "DELETE", "FREEZE", "DESTROY")) {
      WireProgram program = decoded(verb);
      WireInstruction boot = program.find(Syscall.OPENAT, "/proc/sys/kernel/random/boot_id");
      int started = first(program, Op.STARTTIME);
      int effect = effect(program);
      assertTrue(boot.index() < started && started < effect, verb);
      WireInstruction test =
          program.instructions().stream()
              .filter(i -> i.op() == Op.TEST && i.kinds()[2] == 2 && i.args()[2] == 2)
              .findFirst()
              .orElseThrow();
      assertTrue(test.index() < effect && test.errors()[0] == 0, verb);
    }
  }

  private static int first(WireProgram program, Op op) {
    return program.instructions().stream()
        .filter(i -> i.op() == op)
        .findFirst()
        .orElseThrow()
        .index();
  }

  /** The first instruction that changes something. */
  private static int effect(WireProgram program) {
    for (WireInstruction each : program.instructions()) {
      if (each.op() == Op.WRITE
          || each.is(Syscall.PIDFD_SEND_SIGNAL)
          || each.is(Syscall.UNLINKAT)
          || each.is(Syscall.RENAMEAT2)) {
        return each.index();
      }
    }
    throw new AssertionError("does nothing");
  }

  @Test
  void stateHasTheAnswersOfTheCoreInIt() {
    WireProgram program = decoded("STATE");
    for (ContainerStatus status :
        List.of(ContainerStatus.CREATED, ContainerStatus.RUNNING, ContainerStatus.STOPPED)) {
      assertTrue(program.mentions(StateDocument.prettyAfterPid(STATE, status, "")), status.word());
    }
    List<WireInstruction> writes =
        program.instructions().stream().filter(i -> i.op() == Op.WRITE).toList();
    assertEquals(9, writes.size());
    for (WireInstruction each : writes) {
      assertEquals(1, each.args()[0]);
    }
    String pid = Long.toString(STATE.init().pid());
    StringBuilder created = new StringBuilder();
    for (WireInstruction each : writes.subList(0, 3)) {
      created.append(each.kinds()[1] == 3 ? program.text(each, 1) : pid);
    }
    assertEquals(StateDocument.pretty(STATE, ContainerStatus.CREATED, ""), created.toString());
  }

  @Test
  void stateBelievesTheRecordAndNotTheGate() {
    WireProgram program = decoded("STATE");
    int read = program.find(Syscall.OPENAT, DIRECTORY + "/state.json").index();
    assertTrue(read < effect(program));
    assertTrue(!program.mentions("exec.fifo"));
  }

  @Test
  void deleteTakesTheStateAwayLastOfTheFiles() {
    WireProgram program = decoded("DELETE");
    int cgroup = program.find(Syscall.UNLINKAT, STATE.location().cgroup()).index();
    int state = program.find(Syscall.UNLINKAT, "state.json").index();
    WireInstruction directory = program.find(Syscall.UNLINKAT, DIRECTORY);
    assertTrue(cgroup < state && state < directory.index());
    assertEquals(0x200, directory.args()[2]);
    assertNotNull(program.find(Syscall.UNLINKAT, StoredVerbs.FILE));
  }

  /** Two pages of a tmpfs, with paths as long as an engine has them. */
  @Test
  void itIsSmall() {
    assertTrue(file(STATE, "{}").length <= 2 * 4096, () -> file(STATE, "{}").length + " bytes");
  }

  /** Only what is asked for by force sends a signal. */
  @Test
  void whatARunningContainersDeleteDoesDependsOnTheArgument() {
    WireProgram program = decoded("DELETE");
    WireInstruction choice = null;
    int killed = program.find(Syscall.PIDFD_SEND_SIGNAL).index();
    for (WireInstruction each : program.instructions().subList(0, killed)) {
      boolean asks = each.op() == Op.TEST && each.kinds()[0] == 2 && each.args()[0] == 0;
      choice = asks ? each : choice;
    }
    assertNotNull(choice);
    assertEquals(killed - 1, choice.index());
    assertEquals(1, choice.args()[2]);
    assertTrue(choice.targets()[0] > killed);
  }

  /** The same numbers on both sides; what they protect is tried by StoredVerbsIT. */
  @Test
  void theChecksumIsOfAllButTheNumbersThatAreFilledIn() {
    byte[] file = file(STATE, "{}");
    assertEquals(0, file.length % 8);
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int own = HEADER.size("stored_header") - 40;
    long sum = HEADER.number("CHECKSUM_START");
    for (int at = 0; at < file.length; at += 8) {
      if (at < own || at >= own + 40) {
        sum =
            Long.rotateLeft(sum ^ in.getLong(at), (int) HEADER.number("CHECKSUM_TURN"))
                * HEADER.number("CHECKSUM_FACTOR");
      }
    }
    assertEquals(sum, in.getLong(own));
  }

  @Test
  void theFrontFindsTheFileAndGivesWhatItsProgramsAreMadeFor() {
    FactsHeader facts = FactsHeader.read();
    assertEquals(facts.text("STORED_FILE"), StoredVerbs.FILE);
    WireInstruction sends = decoded("KILL").find(Syscall.PIDFD_SEND_SIGNAL);
    assertEquals(facts.number("STORED_ARGUMENT"), sends.args()[1]);
    WireInstruction opens = decoded("KILL").find(Syscall.PIDFD_OPEN);
    assertEquals(facts.number("STORED_PID"), opens.args()[0]);
    assertEquals(2, facts.number("STORED_START"));
  }

  @Test
  void aDeleteByForceEndsInitByItsDescriptorAndWaitsForThat() {
    WireProgram program = decoded("DESTROY");
    int killed = program.find(Syscall.PIDFD_SEND_SIGNAL).index();
    int waited = program.find(Syscall.PPOLL).index();
    int removed = program.find(Syscall.UNLINKAT, STATE.location().cgroup()).index();
    assertTrue(first(program, Op.STARTTIME) < killed && killed < waited && waited < removed);
  }

  @Test
  void aKillForWantOfMemoryIsShownBeforeTheCgroupGoesIfThereIsALimit() {
    assertTrue(!decoded("DELETE").mentions("memory.events"));
    ContainerState limited = States.launchedWith(STATE, Map.of("memoryLimit", "true"));
    WireProgram program = WireProgram.decode(program(file(limited, "{}"), "DELETE"));
    String cgroup = STATE.location().cgroup();
    int opened = program.find(Syscall.OPENAT, cgroup + "/memory.events").index();
    int shown =
        program.instructions().stream()
            .filter(i -> i.op() == Op.UNTIL && i.index() > opened)
            .findFirst()
            .orElseThrow()
            .index();
    assertTrue(shown < program.find(Syscall.UNLINKAT, cgroup).index());
  }

  @Test
  void pauseAndResumeAreToldApartByTheirArgument() {
    WireProgram program = decoded("FREEZE");
    String cgroup = STATE.location().cgroup();
    WireInstruction choice =
        program.instructions().stream()
            .filter(i -> i.op() == Op.TEST && i.kinds()[0] == 2 && i.args()[0] == 0)
            .findFirst()
            .orElseThrow();
    assertEquals(1, choice.args()[2]);
    List<String> written =
        program.instructions().stream()
            .filter(i -> i.op() == Op.WRITE)
            .map(i -> program.text(i, 1))
            .toList();
    assertEquals(List.of("1", "0"), written);
    List<String> awaited =
        program.instructions().stream()
            .filter(i -> i.op() == Op.UNTIL)
            .map(i -> program.text(i, 1))
            .filter(text -> !text.equals(STATE.bootId()))
            .toList();
    assertEquals(List.of("frozen 0", "frozen 1", "frozen 1", "frozen 0"), awaited);
    assertNotNull(program.find(Syscall.OPENAT, cgroup + "/cgroup.freeze"));
  }
}
