// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.bundle.InvalidBundleException;
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
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.state.StateStore;
import io.jrun.wire.ScriptedFront;
import io.jrun.wire.WireProgram;
import io.jrun.wire.WireProgram.WireInstruction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a create has the front do, and what it has it undo after every possible failure. */
@EnabledIf("cgroup2IsMounted")
class CreateContainerTest {
  /** A launch needs to know where the unified hierarchy is; nothing is made there. */
  static boolean cgroup2IsMounted() {
    return CgroupMount.find().isPresent();
  }

  @TempDir Path directory;
  private final RecordingNotices notices = new RecordingNotices();
  private Path bundle;
  private Path root;
  private String cgroup;

  @BeforeEach
  void makeBundle() throws IOException {
    bundle = directory.resolve("bundle");
    root = directory.resolve("root");
    Files.createDirectories(bundle.resolve("rootfs"));
    write("{'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}");
    cgroup = CgroupMount.find().orElseThrow() + "/jrun-unit-test/demo";
  }

  private void write(String fragment) throws IOException {
    Files.write(bundle.resolve("config.json"), Configs.with(fragment));
  }

  private Session session(ScriptedFront front) {
    return new Session(front.open(), new StateStore(root.toString()), notices);
  }

  private LaunchRequest request(String id) {
    return new LaunchRequest(
        id, bundle.toString(), Optional.empty(), Sockets.NONE, false, false, 0, 0);
  }

  private static ScriptedFront front() {
    return ScriptedFront.calledWith("jrun", "create", "demo");
  }

  private String failure(ScriptedFront front, LaunchRequest request) {
    return assertThrows(
            ContainerException.class, () -> new CreateContainer(session(front)).create(request))
        .getMessage();
  }

  private String stateDirectory() {
    return root + "/demo";
  }

  @Test
  void aCreateIsOneProgramThatEndsWithARecordOfIt() {
    ScriptedFront front = front();
    new CreateContainer(session(front)).create(request("demo"));
    assertEquals(1, front.programs().size());
    WireProgram launch = front.programs().get(0);
    assertTrue(launch.has(Op.SPAWN));
    assertNotNull(launch.find(Syscall.MKDIRAT, stateDirectory()));
    assertNotNull(launch.find(Syscall.MKDIRAT, cgroup));
    // Init is let go on last of all; nobody is asked for an exit code.
    int last = launch.instructions().size() - 1;
    assertEquals(Op.SYNC, launch.instructions().get(last - 1).op());
    assertEquals(Op.EXIT, launch.instructions().get(last).op());
    WireInstruction again =
        launch.instructions().stream()
            .filter(i -> i.is(Syscall.OPENAT) && launch.text(i, 1).equals("state.json.tmp"))
            .reduce((first, second) -> second)
            .orElseThrow();
    ContainerState state = StateFile.read(written(launch, again.index()));
    assertEquals(Phase.CREATED, state.phase());
    assertEquals(new ProcessIdentity(4711, 99), state.init());
    assertEquals(List.of(), notices.warnings);
  }

  @Test
  void whatIsAboutToExistIsOnRecordBeforeItDoes() {
    ScriptedFront front = front();
    new CreateContainer(session(front)).create(request("demo"));
    WireProgram launch = front.programs().get(0);
    ContainerState state = StateFile.read(written(launch, "state.json.tmp"));
    assertEquals("demo", state.id());
    assertEquals(Phase.CREATING, state.phase());
    assertEquals(ProcessHandle.current().pid(), state.creator().pid());
    assertEquals(ProcessIdentity.NONE, state.init());
    assertEquals(cgroup, state.location().cgroup());
    WireInstruction link = launch.find(Syscall.SYMLINKAT, cgroup);
    assertEquals("cgroup", launch.text(link, 2));
    assertTrue(link.index() < launch.find(Syscall.MKDIRAT, cgroup).index());
    int recorded = launch.find(Syscall.RENAMEAT2, "config.json").index();
    assertTrue(recorded < launch.find(Syscall.MKDIRAT, cgroup).index());
    // The lock comes before the first word.
    assertTrue(
        launch.instructions().stream()
                .filter(i -> i.is(Syscall.FLOCK))
                .findFirst()
                .orElseThrow()
                .index()
            < launch.find(Syscall.OPENAT, "state.json.tmp").index());
  }

  /** What is written to a file that the program opens. */
  private static byte[] written(WireProgram program, String name) {
    return written(program, program.find(Syscall.OPENAT, name).index());
  }

  /** The same for the file opened there: numbers are init's pid, 4711, and its start time, 99. */
  private static byte[] written(WireProgram program, int opened) {
    int pid = spawnOf(program).dst();
    StringBuilder out = new StringBuilder();
    for (int at = opened; !program.instructions().get(at).is(Syscall.CLOSE); at++) {
      WireInstruction each = program.instructions().get(at);
      if (each.op() == Op.WRITE) {
        out.append(
            each.kinds()[1] == 3 ? program.text(each, 1) : each.args()[1] == pid ? "4711" : "99");
      }
    }
    return out.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static WireInstruction spawnOf(WireProgram program) {
    return program.instructions().stream()
        .filter(i -> i.op() == Op.SPAWN)
        .findFirst()
        .orElseThrow();
  }

  /** The launch fails at an instruction; the rest of the conversation succeeds. */
  private ScriptedFront failingAt(int instruction, Errno errno) {
    return front()
        .answering(
            (number, program) ->
                number > 0
                    ? ScriptedFront.success(program)
                    : instruction > firstRecord(program)
                        ? ScriptedFront.join(
                            ScriptedFront.report(ReportTag.PID, 4711),
                            ScriptedFront.report(ReportTag.START_TIME, 99),
                            ScriptedFront.failure(instruction, errno))
                        : ScriptedFront.failure(instruction, errno));
  }

  /** Index of the first instruction after init's pid and start time have been reported. */
  private static int firstRecord(WireProgram program) {
    return program.find(Syscall.OPENAT, "verbs.tmp").index();
  }

  private WireProgram launch() {
    ScriptedFront front = front();
    new CreateContainer(session(front)).create(request("demo"));
    return front.programs().get(0);
  }

  /** Should this core die: the front has it before it begins, with how far each part goes. */
  @Test
  void theFrontCanUndoALaunchByItself() {
    ScriptedFront front = front();
    new CreateContainer(session(front)).create(request("demo"));
    WireProgram undo = front.undo();
    WireProgram launch = front.programs().get(0);
    assertEquals(spawnOf(launch).args()[2], undo.find(Syscall.PIDFD_SEND_SIGNAL).args()[0]);
    assertTrue(undo.mentions(cgroup + "/cgroup.kill"));
    assertNotNull(undo.find(Syscall.UNLINKAT, cgroup));
    assertNotNull(undo.find(Syscall.UNLINKAT, stateDirectory()));
    assertTrue(undo.has(Op.CLEAR), "whatever is in it by then");
    int claim = launch.find(Syscall.MKDIRAT, stateDirectory()).index();
    int cgroupAt = launch.find(Syscall.MKDIRAT, Path.of(cgroup).getParent().toString()).index();
    int[] marks = front.marks();
    assertEquals(claim + 1, marks[0]);
    // Where controllers have to be handed on above it, that comes first.
    assertTrue(marks[0] < marks[1] && marks[1] <= cgroupAt, marks[1] + " before " + cgroupAt);
    // Once init has been let go on nothing is undone: the end, here, is EXIT.
    assertEquals(launch.instructions().size() - 1, marks[2]);
  }

  /** And not before: one that was there may be another's. */
  @Test
  void thePidFileIsUndoneOnceItIsWritten() {
    ScriptedFront front = front();
    String pidFile = directory.resolve("pid").toString();
    new CreateContainer(session(front))
        .create(with(request("demo"), Optional.of(pidFile), Sockets.NONE));
    WireProgram launch = front.programs().get(0);
    assertNotNull(front.undo().find(Syscall.UNLINKAT, pidFile));
    int written = front.marks()[3] - 1;
    assertTrue(launch.instructions().get(written).is(Syscall.RENAMEAT2));
    assertTrue(front.marks()[3] < front.marks()[2]);
  }

  @Test
  void beforeTheIdIsClaimedThereIsNothingToUndo() {
    int claim = launch().find(Syscall.MKDIRAT, stateDirectory()).index();
    for (int i = 0; i <= claim; i++) {
      ScriptedFront front = failingAt(i, Errno.EIO);
      failure(front, request("demo"));
      assertEquals(1, front.programs().size(), "failed at " + i);
    }
  }

  @Test
  void afterTheClaimAloneOnlyTheStateDirectoryGoes() {
    ScriptedFront whole = front();
    new CreateContainer(session(whole)).create(request("demo"));
    int claim = whole.programs().get(0).find(Syscall.MKDIRAT, stateDirectory()).index();
    int cgroupAt = whole.marks()[1];
    for (int i = claim + 1; i < cgroupAt; i++) {
      ScriptedFront front = failingAt(i, Errno.EIO);
      failure(front, request("demo"));
      assertEquals(2, front.programs().size(), "failed at " + i);
      assertRemovesState(front.programs().get(1));
      assertFalse(front.programs().get(1).mentions(cgroup));
    }
  }

  @Test
  void aFailureAtAnyLaterInstructionUndoesCgroupAndState() {
    WireProgram launch = launch();
    int cgroupAt = launch.find(Syscall.MKDIRAT, Path.of(cgroup).getParent().toString()).index();
    int spawn = spawnOf(launch).index();
    // The last one cannot fail: it is the end.
    for (int i = cgroupAt; i < launch.instructions().size() - 1; i++) {
      ScriptedFront front = failingAt(i, Errno.EIO);
      failure(front, request("demo"));
      assertEquals(3, front.programs().size(), "failed at " + i);
      assertUndone(front, i > spawn);
    }
  }

  /** rmdir in a tree that is read-only fails, also of what is not there. */
  @Test
  void whereCgroupsAreReadOnlyNoneWasMade() {
    WireProgram launch = launch();
    // What hands controllers on above it does without what cannot be made.
    int cgroupAt = launch.find(Syscall.MKDIRAT, cgroup).index();
    ScriptedFront front = failingAt(cgroupAt, Errno.EROFS);
    String message = failure(front, request("demo"));
    assertTrue(message.contains("have its own mounted without ro"), message);
    assertEquals(2, front.programs().size());
    assertRemovesState(front.programs().get(1));
    assertFalse(front.programs().get(1).mentions(cgroup));
  }

  @Test
  void aFailureOfInitUndoesEverything() {
    ScriptedFront front =
        front()
            .answering(
                (number, program) ->
                    number == 0
                        ? ScriptedFront.initFailure(1, Errno.EPERM)
                        : ScriptedFront.success(program));
    assertEquals(
        "unable to start container process: error during container init: begin: setsid: operation"
            + " not permitted (EPERM)",
        failure(front, request("demo")));
    assertUndone(front, true);
  }

  private void assertUndone(ScriptedFront front, boolean endsInit) {
    WireProgram undo = front.programs().get(1);
    assertEquals(endsInit, undo.instructions().get(0).is(Syscall.PIDFD_SEND_SIGNAL));
    assertNotNull(undo.find(Syscall.OPENAT, cgroup + "/cgroup.kill"));
    assertTrue(undo.has(Op.UNTIL), "waits until it is empty");
    WireInstruction rmdir = undo.find(Syscall.UNLINKAT, cgroup);
    assertEquals(0x200, rmdir.args()[2], "as a directory");
    assertRemovesState(front.programs().get(2));
    // Whatever of it does not exist any more is fine.
    assertEquals(Errno.ENOENT.number(), rmdir.errors()[0]);
  }

  private void assertRemovesState(WireProgram program) {
    assertEquals(0x200, program.find(Syscall.UNLINKAT, stateDirectory()).args()[2]);
  }

  @Test
  void whatIsInTheStateDirectoryGoesBeforeItDoes() throws IOException {
    ScriptedFront front =
        front()
            .answering(
                (number, program) -> {
                  if (number > 0) {
                    return ScriptedFront.success(program);
                  }
                  make(root.resolve("demo"), "state.json", "exec.fifo");
                  return ScriptedFront.initFailure(3, Errno.EIO);
                });
    failure(front, request("demo"));
    WireProgram last = front.programs().get(2);
    List<WireInstruction> all = last.instructions();
    WireInstruction directory = last.find(Syscall.UNLINKAT, stateDirectory());
    WireInstruction clearing = all.get(directory.index() - 1);
    assertEquals(Op.CLEAR, clearing.op());
    assertEquals(1, clearing.args()[1], "files too");
  }

  private static void make(Path state, String... names) {
    try {
      Files.createDirectories(state);
      for (String name : names) {
        Files.writeString(state.resolve(name), "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anUndoThatFailsIsAWarningAndTheStateStaysForDelete() {
    ScriptedFront front =
        front()
            .answering(
                (number, program) ->
                    number == 0
                        ? ScriptedFront.initFailure(1, Errno.EPERM)
                        : ScriptedFront.failure(0, Errno.EPERM));
    failure(front, request("demo"));
    assertEquals(2, front.programs().size());
    assertEquals(1, notices.warnings.size());
    assertTrue(
        notices.warnings.get(0).startsWith("what the failed launch has made is not all gone: "));
  }

  @Test
  void aRecordThatCannotBeWrittenUndoesTheLaunch() {
    WireProgram launch = launch();
    int write =
        launch.instructions().stream()
            .filter(i -> i.op() == Op.WRITE && i.kinds()[1] == 2)
            .findFirst()
            .orElseThrow()
            .index();
    ScriptedFront front = failingAt(write, Errno.ENOSPC);
    assertEquals(
        "put the container on record: write: no space left on device (ENOSPC): a file system, or a"
            + " limit of the kernel's, is full: make room",
        failure(front, request("demo")));
    assertEquals(3, front.programs().size());
    assertUndone(front, true);
  }

  @Test
  void aPidFileThatWasWrittenGoesWhenInitCannotBeLetGoOn() {
    LaunchRequest request = with(request("demo"), Optional.of(directory + "/pid"), Sockets.NONE);
    ScriptedFront succeeding = front();
    new CreateContainer(session(succeeding)).create(request);
    int sync = succeeding.programs().get(0).instructions().size() - 2;
    ScriptedFront front = failingAt(sync, Errno.EPIPE);
    assertEquals("let init go on by itself: sync: broken pipe (EPIPE)", failure(front, request));
    assertUndone(front, true);
    assertNotNull(front.programs().get(3).find(Syscall.UNLINKAT, directory + "/pid"));
  }

  /** What is there then is another's. */
  @Test
  void aPidFileThatWasNotWrittenStays() {
    LaunchRequest request = with(request("demo"), Optional.of(directory + "/pid"), Sockets.NONE);
    ScriptedFront succeeding = front();
    new CreateContainer(session(succeeding)).create(request);
    int statx = succeeding.programs().get(0).find(Syscall.STATX, directory + "/pid").index();
    ScriptedFront front = failingAt(statx, Errno.EACCES);
    failure(front, request);
    assertUndone(front, true);
    assertEquals(3, front.programs().size());
  }

  @Test
  void theIdIsTakenByWhoMakesItsDirectory() {
    int claim = launch().find(Syscall.MKDIRAT, stateDirectory()).index();
    assertEquals(
        "container with given ID already exists",
        failure(failingAt(claim, Errno.EEXIST), request("demo")));
    make(root.resolve("demo"));
    ScriptedFront front = front();
    assertEquals("container with given ID already exists", failure(front, request("demo")));
    assertEquals(List.of(), front.programs());
  }

  @Test
  void whatIsWrongWithTheRequestIsToldBeforeAnythingIsDone() throws IOException {
    ScriptedFront front = front();
    assertEquals("container id cannot be empty", failure(front, request("")));
    assertTrue(failure(front, request("../x")).startsWith("invalid container ID format: "));
    LaunchRequest fine = request("demo");
    assertEquals(
        "cannot use console socket if jrun will not detach or allocate tty",
        failure(front, with(fine, Optional.empty(), new Sockets("/s", ""))));
    assertEquals(
        "pid file /nonexistent/pid: no such file or directory",
        failure(front, with(fine, Optional.of("/nonexistent/pid"), Sockets.NONE)));
    write("{'process':{'terminal':true}}");
    assertEquals(
        "cannot allocate tty if jrun will detach without setting console socket",
        failure(front, fine));
    Files.delete(bundle.resolve("rootfs"));
    assertEquals(
        "invalid rootfs: /root/path: " + bundle + "/rootfs: no such file or directory",
        failure(front, fine));
    Files.writeString(bundle.resolve("rootfs"), "");
    assertEquals(
        "invalid rootfs: /root/path: " + bundle + "/rootfs: not a directory", failure(front, fine));
    write("{'process':{'args':[]}}");
    assertThrows(
        InvalidBundleException.class, () -> new CreateContainer(session(front)).create(fine));
    assertEquals(List.of(), front.programs());
  }

  private static LaunchRequest with(
      LaunchRequest request, Optional<String> pidFile, Sockets sockets) {
    return new LaunchRequest(
        request.id(),
        request.bundle(),
        pidFile,
        sockets,
        request.noPivot(),
        request.noNewKeyring(),
        request.preserveFds(),
        request.listenFds());
  }

  @Test
  void theRootCgroupCannotBeAContainers() throws IOException {
    for (String path : new String[] {"/", "/a/..", "/.."}) {
      write("{'linux':{'cgroupsPath':'" + path + "'}}");
      assertEquals(
          "/linux/cgroupsPath: the root cgroup cannot be a container's",
          failure(front(), request("demo")));
    }
  }

  @Test
  void thePidFileHoldsDigitsAloneAndIsRenamedIntoPlace() {
    Path pidFile = directory.resolve("pid");
    ScriptedFront front = front();
    new CreateContainer(session(front))
        .create(with(request("demo"), Optional.of(pidFile.toString()), Sockets.NONE));
    WireProgram commit = front.programs().get(0);
    String temporary = directory + "/.pid";
    assertEquals("4711", new String(written(commit, temporary), StandardCharsets.US_ASCII));
    assertEquals(0644, commit.find(Syscall.OPENAT, temporary).args()[3]);
    WireInstruction rename = commit.find(Syscall.RENAMEAT2, temporary);
    assertEquals(pidFile.toString(), commit.text(rename, 3));
    assertTrue(rename.index() < commit.instructions().size() - 1, "init is let go last");
  }

  @Test
  void withoutAPidFileNoneIsWritten() {
    ScriptedFront front = front();
    new CreateContainer(session(front)).create(request("demo"));
    assertNull(front.programs().get(0).find(Syscall.OPENAT, ".pid"));
  }

  @Test
  void warningsOfTheConfigAreNoticedAndNotFatal() throws IOException {
    write(
        "{'mounts':[{'destination':'data','type':'tmpfs'}],"
            + "'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}");
    new CreateContainer(session(front())).create(request("demo"));
    assertEquals(
        List.of("/mounts/0/destination: relative destinations are deprecated; taken as /data"),
        notices.warnings);
  }

  /** A warning is told when all is well, and a sysctl is compared with what the kernel holds. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'mounts':[{'destination':'data','type':'tmpfs'}],'linux':{",
        "'linux':{'namespaces':[{'type':'mount'},{'type':'network'}],"
            + "'sysctl':{'net.ipv4.ip_forward':'1'},"
      })
  void whereSomethingIsLeftToSayTheFrontAsksForItsCode(String fragment) throws IOException {
    write("{" + fragment + "'cgroupsPath':'/jrun-unit-test/demo'}}");
    ScriptedFront front = front();
    new CreateContainer(session(front)).create(request("demo"));
    assertFalse(front.programs().get(0).has(Op.EXIT));
  }

  @Test
  void aHookThatFailsIsNamedAndEverythingUndone() throws IOException {
    write(
        "{'hooks':{'createRuntime':[{'path':'/bin/hook'}]},'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}");
    List<Integer> hook = new ArrayList<>();
    ScriptedFront front =
        front()
            .answering(
                (number, program) -> {
                  if (number > 0) {
                    return ScriptedFront.success(program);
                  }
                  for (WireInstruction each : program.instructions()) {
                    if (each.op() == Op.HOOK) {
                      hook.add(each.index());
                    }
                  }
                  return ScriptedFront.failure(hook.get(0), Errno.ENOENT);
                });
    assertEquals(
        "error running createRuntime hook #0: fork/exec /bin/hook: no such file or directory",
        failure(front, request("demo")));
    assertEquals(1, hook.size());
    assertUndone(front, true);
  }

  @Test
  void aProgramThatIsMissingIsToldAsRuncTellsIt() throws IOException {
    for (String[] each :
        new String[][] {
          {"nosuch", "exec: \"nosuch\": executable file not found in $PATH"},
          {"/nosuch", "exec: \"/nosuch\": stat /nosuch: no such file or directory"}
        }) {
      write(
          "{'process':{'args':['"
              + each[0]
              + "']},'linux':{'cgroupsPath':'/jrun-unit-test/demo'}}");
      ScriptedFront front =
          front()
              .answering(
                  (number, program) ->
                      number == 0
                          ? ScriptedFront.initFailure(lookUp(program, each[0]), Errno.ENOENT)
                          : ScriptedFront.success(program));
      assertEquals(
          "unable to start container process: " + each[1], failure(front, request("demo")));
    }
  }

  /** The instruction of init's program that says whether the program is there. */
  private static int lookUp(WireProgram front, String name) {
    WireProgram init = front.child();
    WireInstruction path = init.find(Syscall.STATX, name);
    if (path != null) {
      return path.index();
    }
    for (WireInstruction each : init.instructions()) {
      if (each.op() == Op.TEST && each.kinds()[0] == 1 && each.args()[3] == Errno.ENOENT.number()) {
        return each.index();
      }
    }
    throw new AssertionError("no look-up");
  }
}
