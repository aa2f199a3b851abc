// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.program.Op;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** {@code pause} and {@code resume} of containers in every status. */
class PauseContainerTest extends ContainersOnRecord {
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
    assertTrue(freeze.first(Op.UNTIL) < write, "the guard comes first");
    freeze();
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
    freeze();
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
                ? ScriptedFront.failure(program.last(Op.UNTIL), Errno.ETIMEDOUT)
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
    assertEquals("0", undo.text(undo.instructions().get(undo.first(Op.WRITE)), 1));
  }
}
