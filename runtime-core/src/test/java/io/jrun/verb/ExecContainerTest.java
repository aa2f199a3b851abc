// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.ExecOverrides;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Errno;
import io.jrun.linux.Syscall;
import io.jrun.plan.Sockets;
import io.jrun.program.Op;
import io.jrun.program.ReportTag;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** exec: which containers it enters, how often it asks the front, what becomes of a failure. */
class ExecContainerTest extends ContainersOnRecord {
  private static final String OWN_PID =
      "{'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}]}}";

  private static ExecRequest request(boolean detach, String cgroup, String processFile) {
    return new ExecRequest(
        "demo",
        Optional.ofNullable(processFile),
        new ExecOverrides(
            List.of("true"),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of("CAP_KILL"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false),
        Optional.ofNullable(cgroup),
        false,
        0,
        detach,
        Optional.empty(),
        Sockets.NONE);
  }

  private int exec(boolean detach) {
    return new ExecContainer(session).exec(request(detach, null, null));
  }

  private String failure() {
    return failure(request(true, null, null));
  }

  private String failure(ExecRequest request) {
    return assertThrows(ContainerException.class, () -> new ExecContainer(session).exec(request))
        .getMessage();
  }

  private void endingWith(long status) {
    front.answering(
        (number, program) ->
            ScriptedFront.join(
                ScriptedFront.report(ReportTag.STATUS, status), ScriptedFront.result(0, 0, 0)));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0x2a00, 42", "0xff00, 255", "9, 137", "0x8b, 139"})
  void aForegroundExecEndsWithTheProgramsCode(String status, int code) {
    put(States.running("demo"), OWN_PID);
    endingWith(Long.decode(status));
    assertEquals(code, exec(false));
    assertEquals(1, front.programs().size());
  }

  @Test
  void aDetachedExecIsOneProgramAndNoLock() {
    put(States.created("demo"), OWN_PID);
    assertEquals(0, exec(true));
    assertEquals(1, front.programs().size());
    WireProgram program = front.programs().get(0);
    assertTrue(program.instructions().stream().noneMatch(i -> i.is(Syscall.FLOCK)));
    assertEquals(cgroup.toString(), program.text(program.find(Syscall.OPENAT), 1));
    // Capabilities that create could not have given are not to be had now either.
    assertEquals(1, notices.warnings.size());
    assertTrue(notices.warnings.get(0).startsWith("CAP_KILL is not available"));
  }

  @Test
  void aContainerMustBeThereAndAlive() throws IOException {
    assertEquals("container does not exist", failure());
    put(States.stopped("demo"), OWN_PID);
    assertEquals("cannot exec in a stopped container", failure());
    put(States.of("demo", Phase.CREATING, States.living(), ProcessIdentity.NONE), OWN_PID);
    assertEquals("cannot exec in a container in the creating state", failure());
    put(States.running("demo"), OWN_PID);
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\nfrozen 1\n");
    assertEquals("cannot exec in a paused container (use --ignore-paused to override)", failure());
    assertEquals(List.of(), front.programs());
  }

  /** The end of init between the look at it and the join: engines know the words. */
  @Test
  void aContainerThatEndsMeanwhileIsNotRunning() throws IOException {
    put(States.running("demo"), OWN_PID);
    front.answering((number, program) -> initFailsAt(program, Syscall.PIDFD_OPEN, Errno.ESRCH));
    assertEquals("container not running", failure());
    front.answering((number, program) -> initFailsAt(program, Syscall.SETNS, Errno.ESRCH));
    assertEquals("container not running", failure());
  }

  private static byte[] initFailsAt(WireProgram program, Syscall call, Errno errno) {
    if (!program.has(Op.SPAWN)) {
      return ScriptedFront.result(0, 0, 0);
    }
    WireProgram process = program.child();
    return ScriptedFront.initFailure(process.find(call).index(), errno);
  }

  @Test
  void aProcessThatFailsIsEndedAndWaitedFor() {
    put(States.running("demo"), OWN_PID);
    front.answering((number, program) -> initFailsAt(program, Syscall.CHDIR, Errno.ENOENT));
    assertEquals(
        "unable to start container process: error during container init: enter the working"
            + " directory / (/process/cwd): chdir: no such file or directory (ENOENT): make it,"
            + " or choose another",
        failure());
    assertEquals(2, front.programs().size());
    WireProgram end = front.programs().get(1);
    assertTrue(end.find(Syscall.PIDFD_SEND_SIGNAL).index() < end.find(Syscall.WAITID).index());
  }

  private byte[] spawnFails(WireProgram program, Errno errno) {
    return program.instructions().stream()
        .filter(i -> i.op() == Op.SPAWN)
        .findFirst()
        .map(i -> ScriptedFront.failure(i.index(), errno))
        .orElseGet(() -> ScriptedFront.result(0, 0, 0));
  }

  /** Its controllers are for those below it: then the process goes where init is. */
  @Test
  void aCgroupThatTakesNoProcessesIsPassedOverUnlessItWasAskedFor() {
    put(States.running("demo"), OWN_PID);
    front.answering(
        (number, program) ->
            number == 0 ? spawnFails(program, Errno.EBUSY) : ScriptedFront.result(0, 0, 0));
    assertEquals(0, exec(true));
    assertEquals(2, front.programs().size());
    front.answering((number, program) -> spawnFails(program, Errno.EBUSY));
    assertTrue(
        failure(request(true, "/", null))
            .startsWith("error adding pid to cgroup " + cgroup + ": device or resource busy"));
  }

  /** Its init was moved to another one, and it is gone: before it is opened, or after. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCgroupThatIsGoneIsPassedOverUnlessItWasAskedFor(boolean opened) {
    put(States.running("demo"), OWN_PID);
    front.answering(
        (number, program) ->
            number > 0
                ? ScriptedFront.result(0, 0, 0)
                : opened ? spawnFails(program, Errno.ENODEV) : findsNoCgroup(program));
    assertEquals(0, exec(true));
    assertEquals(2, front.programs().size());
    WireProgram other = front.programs().get(1);
    assertTrue(!other.text(other.find(Syscall.OPENAT), 1).equals(cgroup.toString()));
    front.answering((number, program) -> findsNoCgroup(program));
    assertTrue(
        failure(request(true, "/", null)).contains("open the cgroup " + cgroup + ": openat"));
  }

  private byte[] findsNoCgroup(WireProgram program) {
    return program.has(Op.SPAWN)
        ? ScriptedFront.failure(
            program.find(Syscall.OPENAT, cgroup.toString()).index(), Errno.ENOENT)
        : ScriptedFront.result(0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../a", "a/..", "/..", "a/../../b", "./../a"})
  void aCgroupOutsideIsNotEvenLookedFor(String path) {
    put(States.running("demo"), OWN_PID);
    assertEquals("bad sub cgroup path: " + path, failure(request(true, path, null)));
    assertEquals(List.of(), front.programs());
  }

  @Test
  void aDocumentsProblemsHaveItsOwnPointers() throws IOException {
    put(States.running("demo"), OWN_PID);
    Path file = Files.writeString(root.resolve("p.json"), "{\"args\":[],\n\"cwd\":\"x\"}");
    InvalidBundleException e =
        assertThrows(
            InvalidBundleException.class,
            () -> new ExecContainer(session).exec(request(true, null, file.toString())));
    assertEquals(
        List.of("/args 1:9", "/cwd 2:7"),
        e.problems().stream().map(p -> p.pointer() + " " + p.line() + ":" + p.column()).toList());
    assertEquals(List.of(), front.programs());
  }
}
