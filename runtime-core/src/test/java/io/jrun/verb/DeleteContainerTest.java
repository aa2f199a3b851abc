// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.program.Op;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code delete} of containers in every status, and of what is none any more. */
class DeleteContainerTest extends ContainersOnRecord {
  private void delete(boolean force) {
    new DeleteContainer(session).delete("demo", force);
  }

  @Test
  void deleteOfAStoppedContainerRemovesCgroupAndState() throws IOException {
    Path directory = put(States.stopped("demo"));
    delete(false);
    // The lock, and all the rest: each program is a round.
    assertEquals(2, front.programs().size());
    WireProgram last = front.programs().get(1);
    WireInstruction group = last.find(Syscall.UNLINKAT, cgroup.toString());
    WireInstruction state = last.find(Syscall.UNLINKAT, directory.toString());
    List<Integer> cleared =
        last.instructions().stream()
            .filter(each -> each.op() == Op.CLEAR)
            .map(WireInstruction::index)
            .toList();
    assertEquals(2, cleared.size());
    assertTrue(group.index() < cleared.get(0) && cleared.get(1) < state.index());
    assertEquals(0x200, group.args()[2] & state.args()[2]);
  }

  /** By systemd, as it is looked at: its files are there, and opening them says ENODEV. */
  @Test
  void aCgroupThatGoesMeanwhileIsGone() throws IOException {
    put(States.stopped("demo"));
    delete(true);
    for (String file : List.of("/cgroup.kill", "/cgroup.events")) {
      WireInstruction open =
          front.programs().stream()
              .map(each -> each.find(Syscall.OPENAT, cgroup + file))
              .filter(Objects::nonNull)
              .findFirst()
              .orElseThrow();
      assertTrue(
          Arrays.stream(open.errors()).anyMatch(each -> each == Errno.ENODEV.number()), file);
    }
  }

  /** The cgroup's removal is tried again where it is busy; what comes after it is not. */
  @Test
  void aStateDirectoryThatIsBusyIsToldAtOnce() {
    Path directory = put(States.stopped("demo"));
    front.answering(
        (number, program) ->
            program.has(Op.CLEAR)
                ? ScriptedFront.failure(
                    program.find(Syscall.UNLINKAT, directory.toString()).index(), Errno.EBUSY)
                : ScriptedFront.success(program));
    assertTrue(failure(() -> delete(false)).contains("remove the state directory"));
    assertEquals(2, front.programs().size());
  }

  /** An exec that had looked before may come into the cgroup between its end and its removal. */
  @Test
  void whoComesIntoTheCgroupMeanwhileIsKilledToo() {
    put(States.running("demo"));
    List<Integer> removals = new ArrayList<>();
    front.answering(
        (number, program) -> {
          if (!program.has(Op.CLEAR) || !program.mentions(cgroup.toString())) {
            return ScriptedFront.success(program);
          }
          removals.add(number);
          return removals.size() < 4
              ? ScriptedFront.failure(
                  program.find(Syscall.UNLINKAT, cgroup.toString()).index(), Errno.EBUSY)
              : ScriptedFront.success(program);
        });
    delete(true);
    assertEquals(4, removals.size());
    for (int each : removals.subList(1, 4)) {
      assertTrue(front.programs().get(each).mentions(cgroup + "/cgroup.kill"));
    }
  }

  @Test
  void whatElseIsWrongWithTheCgroupIsToldAtOnce() {
    put(States.running("demo"));
    front.answering(
        (number, program) ->
            program.has(Op.CLEAR)
                ? ScriptedFront.failure(
                    program.find(Syscall.UNLINKAT, cgroup.toString()).index(), Errno.EPERM)
                : ScriptedFront.success(program));
    assertTrue(failure(() -> delete(true)).contains("unlinkat: operation not permitted"));
    assertEquals(3, front.programs().size());
  }

  // Who has just ended may be counted yet; who has not is left alone.
  @Test
  void deleteOfAStoppedContainerLetsTheLastLeaveItsCgroup() {
    put(States.stopped("demo"));
    delete(false);
    WireProgram leaving = front.programs().get(1);
    assertNotNull(leaving.find(Syscall.OPENAT, cgroup + "/cgroup.events"));
    assertEquals(1_000L, leaving.instructions().get(leaving.first(Op.UNTIL)).args()[2]);
    for (WireProgram each : front.programs()) {
      assertFalse(each.mentions(cgroup + "/cgroup.kill"));
    }
  }

  @Test
  void deleteOfACreatedContainerEndsItFirst() {
    put(States.created("demo"));
    delete(false);
    WireProgram stop = front.programs().get(1);
    assertNotNull(stop.find(Syscall.OPENAT, cgroup + "/cgroup.kill"));
    assertTrue(stop.first(Op.WRITE) < stop.first(Op.UNTIL));
    assertNotNull(front.programs().get(2).find(Syscall.UNLINKAT, cgroup.toString()));
  }

  @Test
  void deleteOfAContainerThatRunsFails() throws IOException {
    put(States.running("demo"));
    assertEquals(
        "cannot delete container demo that is not stopped: running", failure(() -> delete(false)));
    freeze();
    assertEquals(
        "cannot delete container demo that is not stopped: paused", failure(() -> delete(false)));
    put(creating());
    assertEquals(
        "cannot delete container demo that is not stopped: creating", failure(() -> delete(false)));
    for (WireProgram each : front.programs()) {
      assertFalse(each.mentions(cgroup + "/cgroup.kill"));
    }
  }

  @Test
  void forceEndsAContainerThatRunsOrIsPaused() throws IOException {
    put(States.running("demo"));
    freeze();
    delete(true);
    assertNotNull(front.programs().get(1).find(Syscall.OPENAT, cgroup + "/cgroup.kill"));
    assertNotNull(front.programs().get(2).find(Syscall.UNLINKAT, cgroup.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "garbage", "{\"jrun\":7}", "null"})
  void forceClearsUpWhateverStateJsonHolds(String text) throws IOException {
    Path directory = put(States.running("demo"));
    Files.writeString(directory.resolve("state.json"), text);
    assertTrue(failure(() -> delete(false)).contains("jrun delete --force demo clears it up"));
    delete(true);
    WireProgram last = front.programs().get(front.programs().size() - 1);
    assertNotNull(last.find(Syscall.UNLINKAT, directory.toString()));
  }

  @Test
  void forceClearsUpADirectoryWithoutAState() throws IOException {
    Path directory = Files.createDirectory(root.resolve("state/demo"));
    delete(true);
    WireProgram last = front.programs().get(front.programs().size() - 1);
    assertNotNull(last.find(Syscall.UNLINKAT, directory.toString()));
  }

  /** What a delete has left that was broken off. */
  @Test
  void aDirectoryWithoutAStateIsClearedUpWithoutForceToo() throws IOException {
    Path directory = Files.createDirectory(root.resolve("state/demo"));
    delete(false);
    WireProgram last = front.programs().get(front.programs().size() - 1);
    assertNotNull(last.find(Syscall.UNLINKAT, directory.toString()));
  }

  /** A damaged directory must not make jrun remove anything that is no cgroup. */
  @Test
  void aPathThatIsInNoCgroupMountIsNotBelieved() throws IOException {
    Path directory = put(States.running("demo"));
    Files.writeString(directory.resolve("state.json"), "garbage");
    Files.writeString(directory.resolve("cgroup"), cgroup.toString());
    delete(true);
    for (WireProgram each : front.programs()) {
      assertFalse(each.mentions(cgroup.toString()) || each.mentions(cgroup + "/cgroup.kill"));
    }
  }

  @Test
  void afterARebootTheCgroupIsNotTouched() {
    put(States.withBoot(States.running("demo"), "another boot"));
    delete(false);
    for (WireProgram each : front.programs()) {
      assertFalse(each.mentions(cgroup.toString()) || each.mentions(cgroup + "/cgroup.kill"));
    }
  }

  @Test
  void poststopHooksAllRunAndTheirFailuresAreWarnings() {
    put(
        States.stopped("demo"),
        "{'hooks':{'poststop':[{'path':'/bin/first'},{'path':'/bin/second'}]}}");
    front.answering(
        (number, program) ->
            program.has(Op.HOOK)
                ? ScriptedFront.failure(program.first(Op.HOOK), Errno.ENOENT)
                : ScriptedFront.success(program));
    delete(false);
    int count = front.programs().size();
    assertTrue(front.programs().get(count - 2).mentions("/bin/first"));
    assertTrue(front.programs().get(count - 1).mentions("/bin/second"));
    assertEquals(
        List.of(
            "error running poststop hook #0: fork/exec /bin/first: no such file or directory",
            "error running poststop hook #0: fork/exec /bin/second: no such file or directory"),
        notices.warnings);
  }

  @Test
  void processesThatDoNotEndAreNamed() throws IOException {
    put(States.running("demo"));
    Files.writeString(cgroup.resolve("cgroup.procs"), States.living().pid() + "\n");
    front.answering(
        (number, program) ->
            program.has(Op.UNTIL)
                ? ScriptedFront.failure(program.first(Op.UNTIL), Errno.ETIMEDOUT)
                : ScriptedFront.success(program));
    String message = failure(() -> delete(true));
    assertTrue(
        message.startsWith(
            "container init still running: these do not end: pid "
                + States.living().pid()
                + " (state "),
        message);
  }
}
