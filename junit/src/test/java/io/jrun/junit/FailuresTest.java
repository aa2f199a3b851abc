// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** How tests fail that have no container, or fail by themselves: with a reason, and no residue. */
class FailuresTest {

  private static Throwable failure(Class<?> tests) {
    Event end =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(tests))
            .execute()
            .testEvents()
            .stream()
            .filter(event -> event.getType() == EventType.FINISHED)
            .findFirst()
            .orElseThrow();
    var result = end.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class);
    assertEquals(Status.FAILED, result.getStatus());
    return result.getThrowable().orElseThrow();
  }

  @Test
  void aTestThatFailsLeavesNoContainer() {
    String message = failure(Failing.class).getMessage();
    String[] found = message.split(" ");
    assertFalse(Files.exists(Path.of("/proc/" + found[0])), message);
    assertFalse(Files.exists(Path.of(found[1])), message);
  }

  @Test
  void aProgramThatIsNotThereIsTheTestsFailure() {
    String message = failure(NoProgram.class).getMessage();
    assertTrue(message.startsWith("jrun run: "), message);
    assertTrue(message.contains("nosuch"), message);
  }

  @Test
  void aRootFileSystemThatIsNotThereIsNamed() {
    assertEquals(
        "@OciBundle: rootfs: there is no directory or archive no/such/tree",
        failure(NoTree.class).getMessage());
  }

  @Test
  void aPatchThatIsNoJsonIsNamed() {
    String message = failure(NoJson.class).getMessage();
    assertTrue(message.startsWith("@OciBundle: config is no JSON: "), message);
  }

  @Test
  void aTestWithoutAnAnnotationIsTold() {
    assertEquals(
        "neither the test nor its class has an annotation @OciBundle",
        failure(NoAnnotation.class).getMessage());
  }

  @OciBundle
  static class Failing {
    @Test
    void fails(Container container) {
      fail(container.pid() + " " + container.file("/"));
    }
  }

  @OciBundle(args = "nosuch")
  static class NoProgram {
    @Test
    void never(Container container) {}
  }

  @OciBundle(rootfs = "no/such/tree")
  static class NoTree {
    @Test
    void never(Container container) {}
  }

  @OciBundle(config = "{")
  static class NoJson {
    @Test
    void never(Container container) {}
  }

  @org.junit.jupiter.api.extension.ExtendWith(JrunExtension.class)
  static class NoAnnotation {
    @Test
    void never() {}
  }
}
