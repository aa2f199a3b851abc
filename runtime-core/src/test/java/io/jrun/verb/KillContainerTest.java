// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.program.Op;
import io.jrun.state.ContainerState;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kill} of containers in every status. */
class KillContainerTest extends ContainersOnRecord {
  private void kill(String signal) {
    new KillContainer(session).kill("demo", signal, false);
  }

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
    int started = program.first(Op.STARTTIME);
    int test = program.first(Op.TEST);
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
    freeze();
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
}
