// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.lifecycle.ContainerProcesses;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verbs on an id that no container has, or none can have. */
class NoContainerTest extends ContainersOnRecord {
  @Test
  void aContainerThatIsNotThereDoesNotExist() {
    assertEquals(NOT_THERE, failure(() -> new StartContainer(session).start("demo")));
    assertEquals(NOT_THERE, failure(() -> new KillContainer(session).kill("demo", "KILL", false)));
    assertEquals(NOT_THERE, failure(() -> new DeleteContainer(session).delete("demo", false)));
    assertEquals(NOT_THERE, failure(() -> new Queries(session).state("demo")));
    assertEquals(NOT_THERE, failure(() -> ContainerProcesses.list(session, "demo")));
    assertTrue(
        assertThrows(ContainerException.class, () -> new StartContainer(session).start("demo"))
            instanceof ContainerNotFoundException);
    new DeleteContainer(session).delete("demo", true);
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
}
