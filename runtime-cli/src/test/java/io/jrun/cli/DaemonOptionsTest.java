// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.failure.ContainerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code jrun daemon} makes of its words and of its environment. */
class DaemonOptionsTest {

  private static DaemonOptions parse(
      boolean isRoot, Map<String, String> environment, String... words) {
    return DaemonOptions.parse(
        List.of(words), isRoot, name -> Optional.ofNullable(environment.get(name)));
  }

  @Test
  void itStaysForFiveMinutesInTheRuntimeDirectory() {
    DaemonOptions root = parse(true, Map.of("XDG_RUNTIME_DIR", "/run/user/0"));
    assertEquals(Path.of("/run/jrund/core.sock"), root.socket());
    assertEquals(300, root.idleSeconds());
    assertEquals(
        Path.of("/run/user/7/jrund/core.sock"),
        parse(false, Map.of("XDG_RUNTIME_DIR", "/run/user/7")).socket());
  }

  @Test
  void theVariableCountsBeforeTheDefaultAndTheOptionBeforeBoth() {
    Map<String, String> environment = Map.of("JRUN_SOCKET", "/v/core.sock");
    assertEquals(Path.of("/v/core.sock"), parse(true, environment).socket());
    assertEquals(
        Path.of("/o/core.sock"), parse(true, environment, "--socket", "/o/core.sock").socket());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--idle-timeout=0", "-idle-timeout=0"})
  void noTimeoutIsForEver(String option) {
    assertEquals(0, parse(true, Map.of(), option).idleSeconds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--idle-timeout=", "--idle-timeout=1s", "--socket=", "--socket=x", "x"})
  void whatIsNotMeantIsRefused(String word) {
    assertThrows(ContainerException.class, () -> parse(true, Map.of(), word));
  }

  @Test
  void anotherOptionIsRefused() {
    assertThrows(UsageException.class, () -> parse(true, Map.of(), "--root", "/x"));
  }

  @Test
  void helpNeedsNoPlaceToListen() {
    assertTrue(parse(false, Map.of(), "--help").help());
    assertThrows(ContainerException.class, () -> parse(false, Map.of()));
  }
}
