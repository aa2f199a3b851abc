// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Signal;
import io.jrun.linux.Syscall;
import io.jrun.state.ContainerState;
import io.jrun.state.States;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A container whose init was moved to another cgroup, while its own is there or is not. */
class MovedInitTest extends ContainersOnRecord {
  private final ContainerState state = States.running("demo");

  @BeforeEach
  void putOnRecord() throws IOException {
    put(state, "{'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}]}}");
    Files.writeString(cgroup.resolve("cgroup.procs"), "");
  }

  private void removeCgroup() throws IOException {
    Files.delete(cgroup.resolve("cgroup.procs"));
    Files.delete(cgroup);
  }

  /** The signals that init is sent, whoever else is. */
  private List<Long> sent() {
    long init = state.init().pid();
    return front.programs().stream()
        .filter(
            program ->
                program.instructions().stream()
                    .anyMatch(i -> i.is(Syscall.PIDFD_OPEN) && i.args()[0] == init))
        .flatMap(program -> program.instructions().stream())
        .filter(i -> i.is(Syscall.PIDFD_SEND_SIGNAL))
        .map(i -> i.args()[1])
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"KILL, false", "TERM, false", "KILL, true", "TERM, true"})
  void killOfAllReachesIt(String signal, boolean gone) throws IOException {
    if (gone) {
      removeCgroup();
    }
    new KillContainer(session).kill("demo", signal, true);
    assertEquals(List.of((long) Signal.parse(signal).getAsInt()), sent());
  }

  @Test
  void anotherProcessInTheCgroupIsSignalledToo() throws IOException {
    Files.writeString(cgroup.resolve("cgroup.procs"), "1\n");
    new KillContainer(session).kill("demo", "TERM", true);
    assertEquals(List.of((long) Signal.TERM, (long) Signal.TERM), sent());
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void deleteByForceEndsIt(boolean gone) throws IOException {
    if (gone) {
      removeCgroup();
    }
    new DeleteContainer(session).delete("demo", true);
    assertTrue(sent().contains((long) Signal.KILL), () -> sent().toString());
  }

  @Test
  void psFindsItWhereTheCgroupIsGone() throws IOException {
    removeCgroup();
    assertTrue(new ListProcesses(session).json("demo").contains(Long.toString(state.init().pid())));
  }
}
