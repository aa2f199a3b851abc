// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.lifecycle.Launch;
import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.state.ContainerState;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code start} of containers in every status. */
class StartContainerTest extends ContainersOnRecord {
  private void start() {
    new StartContainer(session).start("demo");
  }

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
    freeze();
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

  @Test
  void withoutAConfigurationNothingIsStarted() throws IOException {
    Path directory = put(States.created("demo"));
    Files.delete(directory.resolve("config.json"));
    assertEquals(
        directory + ": config.json is missing; jrun delete --force demo clears it up",
        failure(this::start));
    assertEquals(1, front.programs().size(), "the lock alone");
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
                ? ScriptedFront.failure(program.first(Op.HOOK), Errno.ENOENT)
                : ScriptedFront.success(program));
    assertEquals(
        "error running poststart hook #0: fork/exec /bin/hook: no such file or directory",
        failure(this::start));
    assertNotNull(front.programs().get(3).find(Syscall.OPENAT, cgroup + "/cgroup.kill"));
    assertTrue(front.programs().get(4).has(Op.CLEAR), "the state directory goes as well");
  }
}
