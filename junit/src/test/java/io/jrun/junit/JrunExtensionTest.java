// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a test can do with its container. */
@OciBundle
class JrunExtensionTest {

  @AfterEach
  void stillThere(Container container) {
    assertNotNull(container.status());
  }

  @Test
  void isRunningWhenTheTestBegins(Container container) {
    assertEquals("running", container.status());
    assertTrue(Files.exists(Path.of("/proc/" + container.pid())));
  }

  @Test
  void executesAndTellsHowItEnded(Container container) {
    Output output = container.exec("sh", "-c", "echo out; echo err >&2; exit 3");
    assertEquals(new Output(3, "out\n", "err\n"), output);
    AssertionError error = assertThrows(AssertionError.class, output::succeeds);
    assertEquals("exit code 3: err\n", error.getMessage());
  }

  @Test
  void aProgramThatIsNotThereIsTold(Container container) {
    Output output = container.exec("nosuch");
    assertNotEquals(0, output.exitCode());
    assertTrue(output.err().contains("nosuch"), output.err());
  }

  @Test
  void whatTakesTooLongIsEnded(Container container) {
    JrunException e =
        assertThrows(
            JrunException.class, () -> container.exec(Duration.ofMillis(300), "sleep", "1000"));
    assertEquals("jrun exec did not end within 0.3 s", e.getMessage());
  }

  @Test
  void filesGoBothWays(Container container) throws IOException {
    Files.writeString(container.file("/tmp/in"), "from the test\n");
    assertEquals("from the test\n", container.exec("cat", "/tmp/in").succeeds().out());
    container.exec("sh", "-c", "echo from the container >/tmp/out").succeeds();
    assertEquals("from the container\n", Files.readString(container.file("tmp/out")));
    assertThrows(IllegalArgumentException.class, () -> container.file("../config.json"));
  }

  @Test
  void signalsArriveAndARefusalHasJrunsWords(Container container) throws InterruptedException {
    container.kill("kill");
    while (!container.status().equals("stopped")) {
      Thread.onSpinWait();
    }
    assertEquals(0, container.pid());
    JrunException e = assertThrows(JrunException.class, () -> container.kill("TERM"));
    assertTrue(e.getMessage().contains("container not running"), e.getMessage());
  }

  @Test
  void hasANetworkOfItsOwn(Container container) throws IOException {
    assertNotEquals(
        Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString(), network(container));
  }

  @Test
  @OciBundle(
      args = {"sh", "-c", "echo $GREETING; exec sleep 1000"},
      env = "GREETING=hello",
      hostNetwork = true,
      config =
          "{\"process\": {\"cwd\": \"/tmp\"}, \"hostname\": null, \"annotations\": {\"a\": \"b\"}}")
  void isAsTheAnnotationHasIt(Container container) throws IOException {
    assertEquals("/tmp\n", container.exec("pwd").out());
    assertEquals("hello\n", container.exec("sh", "-c", "echo $GREETING").out());
    assertEquals(
        Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString(), network(container));
    while (container.logs().isEmpty()) {
      Thread.onSpinWait();
    }
    assertEquals("hello\n", container.logs());
  }

  private static String network(Container container) {
    return container.exec("readlink", "/proc/self/ns/net").out().strip();
  }

  @Nested
  class Inner {
    @Test
    void hasTheOneOfItsOuterClass(Container container) {
      assertFalse(container.id().isEmpty());
      assertEquals("running", container.status());
    }
  }
}
