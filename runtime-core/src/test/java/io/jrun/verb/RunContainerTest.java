// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import io.jrun.failure.ContainerException;
import io.jrun.host.CgroupMount;
import io.jrun.lifecycle.RecordingNotices;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.Sockets;
import io.jrun.program.Op;
import io.jrun.program.ReportTag;
import io.jrun.state.StateStore;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
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
import org.junit.jupiter.params.provider.ValueSource;

@EnabledIf("cgroup2IsMounted")
class RunContainerTest {
  /** A launch needs to know where the unified hierarchy is; nothing is made there. */
  static boolean cgroup2IsMounted() {
    return CgroupMount.find().isPresent();
  }

  private static final long PR_SET_CHILD_SUBREAPER = 36;

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
            "demo", directory.toString(), Optional.empty(), Sockets.NONE, false, false, 0, 0);
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
              ? ScriptedFront.join(launched(status), ScriptedFront.result(0, 0, 0))
              : ScriptedFront.success(program);
        });
  }

  /** What a run reports by the time its program has ended. */
  private static byte[] launched(long status) {
    return ScriptedFront.join(
        ScriptedFront.report(ReportTag.PID, 4711),
        ScriptedFront.report(ReportTag.START_TIME, 99),
        ScriptedFront.report(ReportTag.STATUS, status));
  }

  private WireProgram last() {
    return front.programs().get(front.programs().size() - 1);
  }

  private boolean removes(WireProgram program) {
    return program.find(Syscall.UNLINKAT, directory + "/state/demo") != null;
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
    assertEquals(1, front.programs().size(), "all in one program");
    assertTrue(removes(last()));
    // Nobody else is kept out while it runs: unlocked before, locked again after.
    WireProgram program = last();
    int relay = program.first(Op.RELAY);
    long locks = program.instructions().stream().filter(i -> i.is(Syscall.FLOCK)).count();
    assertEquals(2, locks);
    assertTrue(
        program.instructions().stream().anyMatch(i -> i.is(Syscall.FLOCK) && i.index() > relay));
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false"})
  void itEndsWithoutAskingForItsCode(boolean detach, boolean keep) {
    endingWith(256);
    run(detach, keep, true);
    WireInstruction end = last().instructions().get(last().instructions().size() - 1);
    assertEquals(Op.EXIT, end.op());
    assertEquals(detach ? 0 : 1, end.args()[1], "a code, or the program's status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"poststart", "poststop"})
  void whereHooksComeAfterItTheCoreGoesOn(String hooks) throws IOException {
    Files.write(
        directory.resolve("config.json"),
        Configs.with(
            "{'hooks':{'"
                + hooks
                + "':[{'path':'/bin/true'}]},'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}"));
    endingWith(0);
    run(false, false, true);
    assertTrue(front.programs().stream().noneMatch(each -> each.has(Op.EXIT)));
  }

  @Test
  void whereThePlainRemovalFailsItIsDoneAsDeleteDoesIt() {
    int[] failing = new int[1];
    front.answering(
        (number, program) -> {
          if (number > 0) {
            return ScriptedFront.success(program);
          }
          makeState();
          failing[0] = program.find(Syscall.UNLINKAT, cgroup()).index();
          return ScriptedFront.join(launched(256), ScriptedFront.failure(failing[0], Errno.EBUSY));
        });
    assertEquals(1, run(false, false, true));
    // The lock is held by a descriptor already: that goes before another is taken.
    assertTrue(front.programs().get(1).instructions().get(0).is(Syscall.CLOSE));
    assertTrue(removes(last()));
  }

  @Test
  void whoeverDeletedItMeanwhileHasDoneTheWork() {
    front.answering(
        (number, program) ->
            ScriptedFront.join(
                launched(0),
                ScriptedFront.failure(program.instructions().size() - 1, Errno.ENOENT)));
    assertEquals(0, run(false, false, true));
    assertEquals(1, front.programs().size());
  }

  private static String cgroup() {
    return CgroupMount.find().orElseThrow() + "/jrun-unit-test/demo";
  }

  @Test
  void keptOrDetachedItIsNot() {
    endingWith(0);
    run(false, true, true);
    assertTrue(last().has(Op.RELAY));
    assertFalse(removes(last()));
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
    assertTrue(reaps(last()));
  }

  @Test
  void withoutASubreaperItDoesNot() {
    endingWith(0);
    run(false, true, false);
    assertFalse(reaps(last()));
  }

  private static boolean reaps(WireProgram program) {
    return program.instructions().stream()
        .anyMatch(i -> i.is(Syscall.PRCTL) && i.args()[0] == PR_SET_CHILD_SUBREAPER);
  }

  @Test
  void aProgramThatCannotBeExecutedIsToldInOneClauseAndNothingIsLeft() throws IOException {
    Files.write(
        directory.resolve("config.json"),
        Configs.with(
            "{'process':{'args':['/run.sh']},'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}"));
    front.answering(
        (number, program) -> {
          return number == 0
              ? ScriptedFront.join(
                  ScriptedFront.report(ReportTag.PID, 4711),
                  ScriptedFront.report(ReportTag.START_TIME, 99),
                  ScriptedFront.initFailure(lastOfInit(program), Errno.ENOEXEC))
              : ScriptedFront.success(program);
        });
    String message =
        assertThrows(ContainerException.class, () -> run(true, false, false)).getMessage();
    assertEquals(
        "exec /run.sh: exec format error: it is for another architecture, or a script without #!",
        message);
    assertTrue(removes(last()));
  }

  private static int lastOfInit(WireProgram launch) {
    return launch.child().instructions().size() - 1;
  }
}
