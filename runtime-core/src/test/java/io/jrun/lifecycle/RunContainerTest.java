// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.cgroup.CgroupMount;
import io.jrun.container.Configs;
import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.plan.Op;
import io.jrun.plan.ReportTag;
import io.jrun.plan.WireProgram;
import io.jrun.shim.ScriptedFront;
import io.jrun.state.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledIf("cgroup2IsMounted")
class RunContainerTest {
  /** A launch needs to know where the unified hierarchy is; nothing is made there. */
  static boolean cgroup2IsMounted() {
    return CgroupMount.find().isPresent();
  }

  @TempDir Path directory;
  private final ScriptedFront front = ScriptedFront.calledWith("jrun", "run", "demo");
  private Session session;

  @BeforeEach
  void makeBundle() throws IOException {
    Files.createDirectories(directory.resolve("rootfs"));
    Files.write(
        directory.resolve("config.json"),
        Configs.with("{'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}"));
    session =
        new Session(
            front.open(),
            new StateStore(directory.resolve("state").toString()),
            new RecordingNotices());
  }

  private int run(boolean detach, boolean keep, boolean subreaper) {
    LaunchRequest request =
        new LaunchRequest(
            "demo", directory.toString(), Optional.empty(), Optional.empty(), false, false, 0, 0);
    return new RunContainer(session).run(request, new RunContainer.Manner(detach, keep, subreaper));
  }

  /** As a front does it: a launch leaves a state directory; the program ends with this status. */
  private void endingWith(long status) {
    front.answering(
        (number, program) -> {
          if (program.has(Op.SPAWN)) {
            makeState();
          }
          return program.has(Op.RELAY)
              ? ScriptedFront.join(
                  ScriptedFront.report(ReportTag.STATUS, status), ScriptedFront.result(0, 0, 0))
              : ScriptedFront.success(program);
        });
  }

  private void makeState() {
    try {
      Path state = Files.createDirectories(directory.resolve("state/demo"));
      Files.copy(directory.resolve("config.json"), state.resolve("config.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "256, 1",
    "32512, 127",
    "65280, 255",
    "9, 137",
    "15, 143",
    "139, 139",
    "11, 139"
  })
  void theCodeIsTheProgramsStatusOrThatOfItsSignal(long status, int code) {
    endingWith(status);
    assertEquals(code, run(false, false, true));
  }

  @Test
  void inTheForegroundWhatIsLeftIsRemoved() {
    endingWith(0);
    run(false, false, true);
    WireProgram last = front.programs().get(front.programs().size() - 1);
    assertNotNull(last.find(Syscall.UNLINKAT, directory + "/state/demo"));
  }

  @Test
  void keptOrDetachedItIsNot() {
    endingWith(0);
    run(false, true, true);
    assertTrue(front.programs().get(front.programs().size() - 1).has(Op.RELAY));
  }

  @Test
  void detachedItIsLeftToItself() {
    endingWith(0);
    assertEquals(0, run(true, false, true));
    for (WireProgram each : front.programs()) {
      assertFalse(each.has(Op.RELAY));
      assertTrue(each.find(Syscall.UNLINKAT, directory + "/state/demo") == null);
    }
  }

  @Test
  void theFrontReapsOrphansUnlessItIsNotTo() {
    endingWith(0);
    run(false, true, true);
    assertTrue(front.programs().get(0).instructions().get(0).is(Syscall.PRCTL));
    assertEquals(36, front.programs().get(0).instructions().get(0).args()[0]);
  }

  @Test
  void withoutASubreaperTheLaunchComesFirst() {
    endingWith(0);
    run(false, true, false);
    assertTrue(front.programs().get(0).has(Op.SPAWN));
  }

  @Test
  void aProgramThatCannotBeExecutedIsToldInOneClauseAndNothingIsLeft() throws IOException {
    Files.write(
        directory.resolve("config.json"),
        Configs.with(
            "{'process':{'args':['/run.sh']},'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}"));
    front.answering(
        (number, program) -> {
          boolean waits = program.has(Op.AWAIT) && !program.has(Op.SPAWN);
          return waits
              ? ScriptedFront.initFailure(lastOfInit(front.programs().get(0)), Errno.ENOEXEC)
              : ScriptedFront.success(program);
        });
    String message =
        assertThrows(ContainerException.class, () -> run(true, false, false)).getMessage();
    assertEquals("exec /run.sh: exec format error", message);
    WireProgram last = front.programs().get(front.programs().size() - 1);
    assertNotNull(last.find(Syscall.UNLINKAT, directory + "/state/demo"));
  }

  private static int lastOfInit(WireProgram launch) {
    WireProgram init =
        launch.child(
            launch.instructions().stream()
                .filter(i -> i.op() == Op.SPAWN)
                .findFirst()
                .orElseThrow());
    return init.instructions().size() - 1;
  }
}
