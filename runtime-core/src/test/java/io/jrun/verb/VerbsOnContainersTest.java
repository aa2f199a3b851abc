// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.lifecycle.ContainerProcesses;
import io.jrun.lifecycle.Containers;
import io.jrun.lifecycle.Launch;
import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** start, kill, delete and state of containers in every status: reference/robustness.md, 3. */
class VerbsOnContainersTest extends ContainersOnRecord {
  private static final String NOT_THERE = "container does not exist";

  private Path put(ContainerState state) {
    return put(state, "{}");
  }

  private void pause() throws IOException {
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
  }

  private static ContainerState creating() {
    return States.of("demo", Phase.CREATING, States.living(), ProcessIdentity.NONE);
  }

  private static String failure(org.junit.jupiter.api.function.Executable verb) {
    return assertThrows(ContainerException.class, verb).getMessage();
  }

  private void start() {
    new StartContainer(session).start("demo");
  }

  private void kill(String signal) {
    new KillContainer(session).kill("demo", signal, false);
  }

  private void delete(boolean force) {
    new DeleteContainer(session).delete("demo", force);
  }

  // none

  @Test
  void aContainerThatIsNotThereDoesNotExist() {
    assertEquals(NOT_THERE, failure(this::start));
    assertEquals(NOT_THERE, failure(() -> kill("KILL")));
    assertEquals(NOT_THERE, failure(() -> delete(false)));
    assertEquals(NOT_THERE, failure(() -> new Queries(session).state("demo")));
    assertEquals(NOT_THERE, failure(() -> ContainerProcesses.list(session, "demo")));
    assertTrue(
        assertThrows(ContainerException.class, this::start) instanceof ContainerNotFoundException);
    delete(true);
    assertEquals(List.of(), front.programs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../demo", "a/b", ".", "a b", "é"})
  void anIdIsCheckedBeforeAnyFileIsLookedAt(String id) {
    String expected = "invalid container ID format: ";
    assertTrue(failure(() -> new StartContainer(session).start(id)).startsWith(expected));
    assertTrue(
        failure(() -> new KillContainer(session).kill(id, "KILL", true)).startsWith(expected));
    assertTrue(failure(() -> new DeleteContainer(session).delete(id, true)).startsWith(expected));
    assertTrue(failure(() -> new Queries(session).state(id)).startsWith(expected));
    assertTrue(failure(() -> new ListProcesses(session).json(id)).startsWith(expected));
  }

  // start

  @Test
  void startLetsACreatedContainerGo() {
    put(States.created("demo"));
    start();
    assertEquals(2, front.programs().size());
    WireProgram lock = front.programs().get(0);
    assertTrue(lock.instructions().stream().anyMatch(i -> i.is(Syscall.FLOCK)));
    WireProgram start = front.programs().get(1);
    WireInstruction gate = start.find(Syscall.OPENAT, "exec.fifo");
    // Write-only and not blocking: a gate nobody waits at gives ENXIO.
    assertEquals(1 | 04000, gate.args()[2] & 04003);
    assertNotNull(start.find(Syscall.UNLINKAT, "exec.fifo"));
    assertNotNull(start.find(Syscall.UNLINKAT, "start.fifo"));
    int record = start.find(Syscall.RENAMEAT2, "state.json.tmp").index();
    assertTrue(record < gate.index());
    // Nobody would ever answer through one that init does not have open.
    assertTrue(start.find(Syscall.OPENAT, "start.fifo").index() < record);
  }

  @Test
  void startOfAContainerInAnyOtherStatusFails() throws IOException {
    put(States.stopped("demo"));
    assertEquals("cannot start a container that has stopped", failure(this::start));
    put(States.running("demo"));
    assertEquals("cannot start an already running container", failure(this::start));
    pause();
    assertEquals("cannot start a container in the paused state", failure(this::start));
    put(creating());
    assertEquals("cannot start a container in the creating state", failure(this::start));
    put(States.withBoot(States.created("demo"), "another boot"));
    assertEquals("cannot start a container that has stopped", failure(this::start));
  }

  @Test
  void aGateNobodyWaitsAtMeansThatItRunsAlready() {
    put(States.created("demo"));
    front.answering(
        (number, program) ->
            number == 0
                ? ScriptedFront.success(program)
                : ScriptedFront.failure(
                    program.find(Syscall.OPENAT, "exec.fifo").index(), Errno.ENXIO));
    assertEquals("cannot start an already running container", failure(this::start));
  }

  @Test
  void aStartThatInitRefusesIsLocatedInInitsProgram() {
    put(States.created("demo"), "{'process':{'args':['/run.sh']}}");
    front.answering(
        (number, program) ->
            number == 0
                ? ScriptedFront.success(program)
                : ScriptedFront.initFailure(lastOfInit(), Errno.ENOENT));
    assertEquals(
        "exec /run.sh: no such file or directory: its interpreter or loader is not there: see its"
            + " first line, which may end in a carriage return, or readelf -l",
        failure(this::start));
  }

  /** The last of what a start has init do is its execve. */
  private int lastOfInit() {
    ContainerState state = session.store().load("demo").orElseThrow();
    byte[] config = session.store().file("demo", "config.json").orElseThrow();
    List<Instruction> all =
        LaunchPlan.initOf(
                Launch.recompile(state, config, session.store().directory("demo")).input())
            .instructions();
    int last = all.size() - 1;
    while (!all.get(last).name().equals("execve")) {
      last--;
    }
    return last;
  }

  @Test
  void poststartHooksRunAfterTheProgramDoes() {
    put(States.created("demo"), "{'hooks':{'poststart':[{'path':'/bin/hook'}]}}");
    start();
    assertEquals(3, front.programs().size());
    assertTrue(front.programs().get(2).mentions("/bin/hook"));
    assertNotNull(front.programs().get(2).find(Syscall.CHDIR, "/bundle"));
  }

  @Test
  void aPoststartHookThatFailsDestroysTheContainer() {
    put(States.created("demo"), "{'hooks':{'poststart':[{'path':'/bin/hook'}]}}");
    front.answering(
        (number, program) ->
            number == 2
                ? ScriptedFront.failure(firstOf(program, Op.HOOK), Errno.ENOENT)
                : ScriptedFront.success(program));
    assertEquals(
        "error running poststart hook #0: fork/exec /bin/hook: no such file or directory",
        failure(this::start));
    assertNotNull(front.programs().get(3).find(Syscall.OPENAT, cgroup + "/cgroup.kill"));
    assertTrue(front.programs().get(4).has(Op.CLEAR), "the state directory goes as well");
  }

  private static int firstOf(WireProgram program, Op op) {
    return program.instructions().stream()
        .filter(i -> i.op() == op)
        .findFirst()
        .orElseThrow()
        .index();
  }

  // kill

  @ParameterizedTest
  @ValueSource(strings = {"FOO", "", "-9", "65", "KILL "})
  void anUnknownSignalIsToldBeforeTheContainerIsLookedFor(String signal) {
    assertEquals("unknown signal \"" + signal + "\"", failure(() -> kill(signal)));
  }

  @Test
  void killSignalsInitAndNoOtherProcessOfThatPid() {
    ContainerState state = States.running("demo");
    put(state);
    kill("SIGUSR1");
    WireProgram program = front.programs().get(0);
    WireInstruction open = program.instructions().get(0);
    assertTrue(open.is(Syscall.PIDFD_OPEN));
    assertEquals(state.init().pid(), open.args()[0]);
    int started = firstOf(program, Op.STARTTIME);
    int test = firstOf(program, Op.TEST);
    WireInstruction send =
        program.instructions().stream()
            .filter(i -> i.is(Syscall.PIDFD_SEND_SIGNAL))
            .findFirst()
            .orElseThrow();
    assertTrue(started < test && test < send.index());
    assertEquals(state.init().startTime(), program.instructions().get(test).args()[2]);
    assertEquals(-1, program.instructions().get(test).args()[1]);
    assertEquals(10, send.args()[1]);
    assertEquals(open.dst(), send.args()[0]);
    assertEquals(0, send.errors()[0], "no error is passed over");
  }

  @Test
  void aGuardThatFailsMeansNotRunning() {
    put(States.running("demo"));
    kill("TERM");
    int guards = front.programs().get(0).instructions().size() - 1;
    for (int i = 0; i < guards; i++) {
      int at = i;
      front.answering((number, program) -> ScriptedFront.failure(at, Errno.ESRCH));
      assertEquals("container not running", failure(() -> kill("TERM")), "instruction " + at);
    }
  }

  @Test
  void killOfACreatedOrPausedContainerSignalsInitToo() throws IOException {
    put(States.created("demo"));
    kill("15");
    pause();
    put(States.running("demo"));
    kill("9");
    assertEquals(2, front.programs().size());
  }

  @Test
  void killOfAStoppedContainerFailsUnlessItIsToAll() {
    put(States.stopped("demo"));
    assertEquals("container not running", failure(() -> kill("KILL")));
    assertEquals("container not running", failure(() -> kill("TERM")));
    assertEquals("container not running", failure(() -> kill("0")));
    new KillContainer(session).kill("demo", "TERM", true);
    new KillContainer(session).kill("demo", "KILL", true);
    assertNotNull(front.programs().get(1).find(Syscall.OPENAT, cgroup + "/cgroup.kill"));
  }

  @Test
  void killOfAContainerInTheMakingFails() {
    put(creating());
    assertEquals("container not running", failure(() -> kill("KILL")));
    assertEquals("container not running", failure(() -> kill("TERM")));
  }

  @Test
  void toAllMeansEveryProcessOfTheCgroup() throws IOException {
    put(States.running("demo"));
    long self = States.living().pid();
    // A process that has ended meanwhile has no start time.
    Files.writeString(cgroup.resolve("cgroup.procs"), "1\n" + self + "\n4194305\n");
    new KillContainer(session).kill("demo", "TERM", true);
    WireProgram program = front.programs().get(0);
    List<Long> pids =
        program.instructions().stream()
            .filter(i -> i.is(Syscall.PIDFD_OPEN))
            .map(i -> i.args()[0])
            .toList();
    assertEquals(List.of(1L, self), pids);
    List<Long> started =
        program.instructions().stream()
            .filter(i -> i.op() == Op.TEST)
            .map(i -> i.args()[2])
            .toList();
    assertEquals(States.living().startTime(), started.get(1));
  }

  // delete

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
    assertEquals(1_000L, leaving.instructions().get(firstOf(leaving, Op.UNTIL)).args()[2]);
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
    assertTrue(firstOf(stop, Op.WRITE) < firstOf(stop, Op.UNTIL));
    assertNotNull(front.programs().get(2).find(Syscall.UNLINKAT, cgroup.toString()));
  }

  @Test
  void deleteOfAContainerThatRunsFails() throws IOException {
    put(States.running("demo"));
    assertEquals(
        "cannot delete container demo that is not stopped: running", failure(() -> delete(false)));
    pause();
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
    pause();
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
                ? ScriptedFront.failure(firstOf(program, Op.HOOK), Errno.ENOENT)
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
                ? ScriptedFront.failure(firstOf(program, Op.UNTIL), Errno.ETIMEDOUT)
                : ScriptedFront.success(program));
    String message = failure(() -> delete(true));
    assertTrue(
        message.startsWith(
            "container init still running: these do not end: pid "
                + States.living().pid()
                + " (state "),
        message);
  }

  // pause, resume

  private void pauseContainer() {
    new PauseContainer(session).pause("demo");
  }

  private void resume() {
    new PauseContainer(session).resume("demo");
  }

  @Test
  void pauseStopsWhatRunsOrWaitsAndNothingElse() throws IOException {
    assertEquals(NOT_THERE, failure(this::pauseContainer));
    put(creating());
    assertEquals("container not running", failure(this::pauseContainer));
    put(States.stopped("demo"));
    assertEquals("container not running", failure(this::pauseContainer));
    put(States.created("demo"));
    pauseContainer();
    put(States.running("demo"));
    pauseContainer();
    WireProgram freeze = front.programs().get(front.programs().size() - 1);
    int write = freeze.find(Syscall.OPENAT, cgroup + "/cgroup.freeze").index();
    assertTrue(firstOf(freeze, Op.UNTIL) < write, "the guard comes first");
    pause();
    assertEquals("container not running", failure(this::pauseContainer));
  }

  @Test
  void resumeLetsGoOnWhatIsPausedAndNothingElse() throws IOException {
    assertEquals(NOT_THERE, failure(this::resume));
    put(States.running("demo"));
    assertEquals("container not paused", failure(this::resume));
    put(States.stopped("demo"));
    assertEquals("container not paused", failure(this::resume));
    put(States.running("demo"));
    pause();
    resume();
    WireProgram thaw = front.programs().get(front.programs().size() - 1);
    assertNotNull(thaw.find(Syscall.OPENAT, cgroup + "/cgroup.freeze"));
    Files.writeString(cgroup.resolve("cgroup.freeze"), "0\n");
    assertEquals(
        "container not paused by itself: a cgroup above " + cgroup + " is frozen: thaw that one",
        failure(this::resume));
  }

  @Test
  void whatDoesNotFreezeIsNamedAndAllGoesOn() throws IOException {
    put(States.running("demo"));
    Files.writeString(cgroup.resolve("cgroup.procs"), States.living().pid() + "\n");
    front.answering(
        (number, program) ->
            program.has(Op.UNTIL)
                ? ScriptedFront.failure(lastOf(program, Op.UNTIL), Errno.ETIMEDOUT)
                : ScriptedFront.success(program));
    String message = failure(this::pauseContainer);
    assertTrue(
        message.startsWith(
            "unable to freeze: cgroup "
                + cgroup
                + " did not stand still in 10 s; in it: pid "
                + States.living().pid()
                + " (state "),
        message);
    WireProgram undo = front.programs().get(front.programs().size() - 1);
    assertEquals("0", undo.text(undo.instructions().get(firstOf(undo, Op.WRITE)), 1));
  }

  private static int lastOf(WireProgram program, Op op) {
    return program.instructions().stream()
        .filter(i -> i.op() == op)
        .reduce((first, second) -> second)
        .orElseThrow()
        .index();
  }

  // state, list, ps

  @Test
  void stateTellsWhatIsOnRecordAndWhatIsTrue() {
    put(States.running("demo"));
    String running = new Queries(session).state("demo");
    assertTrue(
        running.contains("\"status\": \"running\"")
            && running.contains("\"pid\": " + States.living().pid()));
    put(States.stopped("demo"));
    String stopped = new Queries(session).state("demo");
    assertTrue(stopped.contains("\"status\": \"stopped\"") && stopped.contains("\"pid\": 0"));
    assertEquals(List.of(), front.programs());
  }

  @Test
  void listPassesOverWhatItCannotRead() throws IOException {
    put(States.created("b"));
    put(States.stopped("a"));
    Files.createDirectories(root.resolve("state/broken"));
    List<Containers.Entry> all = new Containers(session).list();
    assertEquals(List.of("a", "b"), all.stream().map(e -> e.state().id()).toList());
    assertEquals(0, all.get(0).pid());
    assertEquals(States.living().pid(), all.get(1).pid());
    assertEquals(1, notices.warnings.size());
  }

  @Test
  void aDamagedStateIsToldWithWhatHelps() throws IOException {
    Path directory = put(States.running("demo"));
    Files.writeString(directory.resolve("state.json"), "");
    assertEquals(
        directory + ": state.json is not a JSON object; jrun delete --force demo clears it up",
        failure(() -> new Queries(session).state("demo")));
  }

  @Test
  void psShowsPidsOrTheLinesOfPsAboutThem() throws IOException {
    put(States.running("demo"));
    assertEquals("null", new ListProcesses(session).json("demo"));
    Files.writeString(cgroup.resolve("cgroup.procs"), "11\n12\n");
    assertEquals("[11,12]", new ListProcesses(session).json("demo"));
    String output = "UID   PID  CMD\nroot   11  sh\nroot  112  other\nroot   12  top 11\n";
    front.answering(
        (number, program) ->
            ScriptedFront.join(
                ScriptedFront.report(ReportTag.OUTPUT, output.getBytes(StandardCharsets.UTF_8)),
                ScriptedFront.report(ReportTag.STATUS, 0),
                ScriptedFront.result(0, 0, 0)));
    assertEquals(
        "UID   PID  CMD\nroot   11  sh\nroot   12  top 11\n",
        new ListProcesses(session).table("demo", List.of("-ef")));
  }

  @Test
  void psWithoutAPidColumnIsRefused() {
    put(States.running("demo"));
    front.answering(
        (number, program) ->
            ScriptedFront.join(
                ScriptedFront.report(ReportTag.OUTPUT, new byte[] {'C', 'M', 'D', '\n'}),
                ScriptedFront.report(ReportTag.STATUS, 0),
                ScriptedFront.result(0, 0, 0)));
    assertEquals(
        "couldn't find PID field in ps output",
        failure(() -> new ListProcesses(session).table("demo", List.of("-o", "cmd"))));
  }
}
