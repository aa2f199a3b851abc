// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The exec command: where the process is, how its end is told, what detaching means, in which
 * containers it can be. What the process looks like is {@link ExecProcessIT}'s, what it must not
 * give away {@link ExecSecurityIT}'s.
 */
@ExtendWith(ResidueExtension.class)
class ExecIT {

  private static final List<String> NAMESPACES =
      List.of("cgroup", "ipc", "mnt", "net", "pid", "uts", "user", "time");

  static void failsWith(String message, Outcome outcome) {
    outcome.exits(255);
    assertEquals("exec failed: " + message, outcome.message(), outcome::toString);
    assertEquals("", outcome.out(), outcome::toString);
  }

  /** With a message that contains all of these. */
  static void failsNaming(Outcome outcome, String... parts) {
    outcome.exits(255);
    for (String part : parts) {
      assertTrue(outcome.message().contains(part), () -> "no \"" + part + "\" in\n" + outcome);
    }
    assertTrue(outcome.message().startsWith("exec failed: "), outcome::toString);
  }

  /** The cgroup of a process as the tests see it. */
  static Path cgroupOf(int pid) throws IOException {
    String path =
        Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
            .filter(line -> line.startsWith("0::"))
            .findFirst()
            .orElseThrow()
            .substring(3);
    return Path.of("/sys/fs/cgroup" + path);
  }

  @Test
  @Tag("smoke")
  void whatTheProgramWritesIsTheRuntimesOutput(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome = bench.exec(id, "sh", "-c", "echo to out; echo to err >&2").succeeds();
    assertEquals("to out\n", outcome.out());
    assertEquals("to err\n", outcome.err());
  }

  @Test
  void theProgramReadsTheRuntimesInput(Workbench bench) throws IOException {
    Path input = Files.writeString(bench.directory().resolve("input"), "a line\n");
    String id = bench.running(bench.bundle().lasting());
    assertEquals(
        "a line\n",
        bench.execCommand(List.of(), id, "cat").stdin(input).run().succeedsSilently().out());
  }

  @ParameterizedTest
  @CsvSource({
    "exit 0, 0",
    "exit 1, 1",
    "exit 42, 42",
    "exit 255, 255",
    "kill -9 $$, 137",
    "kill -15 $$, 143",
    "kill -2 $$, 130"
  })
  void theExitCodeIsTheProgramsOr128AndTheSignal(String script, int code, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.exec(id, "sh", "-c", script).exits(code);
    assertEquals("running", bench.status(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP", "USR1", "QUIT"})
  void signalsToTheRuntimeReachTheProgram(String signal, Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    Jrun.Running running =
        bench
            .execCommand(
                List.of(),
                id,
                "sh",
                "-c",
                "trap 'echo got "
                    + signal
                    + "; exit 7' "
                    + signal
                    + "; echo ready;"
                    + " while :; do sleep 0.05; done")
            .start();
    Workbench.await("ready", () -> running.written().contains("ready"));
    new ProcessBuilder("kill", "-" + signal, Long.toString(running.process().pid()))
        .start()
        .waitFor();
    assertEquals("ready\ngot " + signal + "\n", running.await().exits(7).out());
    assertEquals("running", bench.status(id));
  }

  @Test
  @Tag("smoke")
  void itIsInTheContainersNamespacesAndCgroup(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    int pid = detached(bench, id, "sleep", "1000");
    for (String type : NAMESPACES) {
      assertEquals(
          HostProcess.namespace(bench.pid(id), type), HostProcess.namespace(pid, type), type);
    }
    assertEquals(cgroupOf(bench.pid(id)), cgroupOf(pid));
    assertEquals(
        Files.readSymbolicLink(Path.of("/proc/" + bench.pid(id) + "/root")),
        Files.readSymbolicLink(Path.of("/proc/" + pid + "/root")));
  }

  // Also those the container has of whoever created it, wherever exec is called.
  @ParameterizedTest
  @ValueSource(strings = {"network", "ipc", "uts", "cgroup", "pid"})
  void namespacesThatAreNotTheContainersOwnAreJoinedToo(String type, Workbench bench)
      throws IOException {
    String id = bench.running(bench.bundle().lasting().withoutNamespace(type).remove("/hostname"));
    Path file = bench.directory().resolve("pid");
    bench
        .execCommand(List.of("-d", "--pid-file", file.toString()), id, "sleep", "1000")
        .through("exec unshare -n -i -u \"$@\"")
        .run()
        .succeedsSilently();
    int pid = Integer.parseInt(Files.readString(file));
    for (String each : NAMESPACES) {
      assertEquals(
          HostProcess.namespace(bench.pid(id), each), HostProcess.namespace(pid, each), each);
    }
  }

  @Test
  void userAndTimeNamespacesAreJoinedToo(Workbench bench) throws IOException {
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .lasting()
            .set("/linux/namespaces/-", Map.of("type", "time"))
            .set("/linux/timeOffsets", Map.of("boottime", Map.of("secs", 86400)));
    String id = bench.running(bundle);
    Path file = bench.directory().resolve("pid");
    bench
        .execCommand(
            List.of("-d", "--user", "7:8", "--pid-file", file.toString()), id, "sleep", "1000")
        .run()
        .succeedsSilently();
    int pid = Integer.parseInt(Files.readString(file));
    for (String type : NAMESPACES) {
      assertEquals(
          HostProcess.namespace(bench.pid(id), type), HostProcess.namespace(pid, type), type);
    }
    Map<String, String> status = HostProcess.status(pid);
    assertEquals("100007\t100007\t100007\t100007", status.get("Uid"));
    assertEquals("100008\t100008\t100008\t100008", status.get("Gid"));
    assertEquals(
        List.of("0", "0", "7"),
        bench
            .execCommand(
                List.of("--user", "0:0", "-g", "7"),
                id,
                "sh",
                "-c",
                "id -u; id -g; id -G | cut -d' ' -f2")
            .run()
            .succeedsSilently()
            .lines());
    failsNaming(
        bench.execCommand(List.of("--user", "70000"), id, "true").run(),
        "become user 70000",
        "not mapped");
  }

  // The root of such a namespace is not the container's.
  @Test
  void inAJoinedMountNamespaceItHasTheContainersRoot(Workbench bench) throws Exception {
    Process holder =
        new ProcessBuilder("unshare", "-m", "sh", "-c", "echo made; exec sleep 1000").start();
    try {
      assertEquals('m', holder.getInputStream().read());
      Bundle bundle = bench.bundle().lasting().join("mount", "/proc/" + holder.pid() + "/ns/mnt");
      Files.writeString(bundle.inside("/mark"), "the container's");
      String id = bench.running(bundle);
      assertEquals("the container's", bench.exec(id, "cat", "/mark").succeedsSilently().out());
      assertEquals(
          "/\n",
          bench.execCommand(List.of("--cwd", "/"), id, "pwd").run().succeedsSilently().out());
      assertEquals(
          HostProcess.namespace((int) holder.pid(), "mnt"),
          HostProcess.namespace(detached(bench, id, "sleep", "1000"), "mnt"));
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  /** Runs a detached process and gives its pid. */
  static int detached(Workbench bench, String id, String... command) throws IOException {
    Path file = Files.createTempDirectory(bench.directory(), "pid").resolve("pid");
    bench
        .execCommand(List.of("--detach", "--pid-file", file.toString()), id, command)
        .run()
        .succeedsSilently();
    return Integer.parseInt(Files.readString(file));
  }

  @Test
  @Tag("smoke")
  void detachedItReturnsWhileTheProcessRuns(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    int pid = detached(bench, id, "sleep", "1000");
    assertTrue(HostProcess.isAlive(pid));
    // The caller that reaps orphans has it as a child, and it leads a session.
    assertEquals("1", HostProcess.status(pid).get("PPid"));
    assertTrue(bench.jrun("ps", "--format", "json", id).succeeds().out().contains("" + pid));
    bench.kill(id, "KILL").succeedsSilently();
    // With the container ends what was executed in it.
    Workbench.await("end of " + pid, () -> !HostProcess.isAlive(pid));
  }

  @Test
  void detachedAndEndedAtOnceItIsNoError(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    for (String script : List.of("exit 0", "exit 9", "kill -9 $$")) {
      bench.execCommand(List.of("-d"), id, "sh", "-c", script).run().succeedsSilently();
    }
    assertEquals("running", bench.status(id));
  }

  @Test
  void inTheForegroundThePidFileIsThereWhileItRuns(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path file = bench.directory().resolve("pid");
    Jrun.Running running =
        bench
            .execCommand(
                List.of("--pid-file", "pid"),
                id,
                "sh",
                "-c",
                "trap 'exit 5' TERM; echo on;" + " while :; do sleep 0.05; done")
            .start();
    Workbench.await("on", () -> running.written().contains("on"));
    Workbench.await("the pid file", () -> Files.exists(file));
    int pid = Integer.parseInt(Files.readString(file));
    assertEquals(cgroupOf(bench.pid(id)), cgroupOf(pid));
    ProcessHandle.of(pid).orElseThrow().destroy();
    running.await().exits(5);
  }

  @Test
  void aPidFileThatCannotBeWrittenMeansThatNothingRuns(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    failsNaming(
        bench
            .execCommand(List.of("-d", "--pid-file", "/nonexistent/pid"), id, "sleep", "4711")
            .run(),
        "/nonexistent/pid",
        "no such file or directory");
    // Found out only when it runs already: a directory is in the way.
    Path taken = Files.createDirectories(bench.directory().resolve("taken/full"));
    failsNaming(
        bench
            .execCommand(
                List.of("-d", "--pid-file", taken.getParent().toString()), id, "sleep", "4711")
            .run(),
        "taken",
        "is a directory");
    for (String pid : Files.readAllLines(cgroupOf(bench.pid(id)).resolve("cgroup.procs"))) {
      assertFalse(
          HostProcess.find(Integer.parseInt(pid)).toString().contains("4711"), "it still runs");
    }
  }

  @Test
  void theCallerMayDieAndADetachedProcessLives(Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    Path file = bench.directory().resolve("pid");
    bench
        .execCommand(List.of("-d", "--pid-file", file.toString()), id, "sleep", "1000")
        .through("\"$@\"; kill -9 $$")
        .run()
        .exits(137);
    assertTrue(HostProcess.isAlive(Integer.parseInt(Files.readString(file))));
  }

  @Test
  @Tag("smoke")
  void itIsPossibleBeforeTheStartToo(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    assertEquals("here\n", bench.exec(id, "echo", "here").succeedsSilently().out());
    assertEquals("created", bench.status(id));
    bench.start(id).succeedsSilently();
  }

  @Test
  void aStoppedContainerIsRefused(Workbench bench) {
    String id = bench.stopped(bench.bundle());
    failsWith("cannot exec in a stopped container", bench.exec(id, "true"));
  }

  @Test
  @Tag("smoke")
  void aContainerThatIsNotThereIsNamedAsRuncDoes(Workbench bench) {
    failsWith("container does not exist", bench.exec("nobody", "true"));
    failsNaming(bench.exec("../nobody", "true"), "invalid container ID format");
  }

  @Test
  void aPausedContainerIsRefusedUnlessThatIsIgnored(Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    Path freeze = cgroupOf(bench.pid(id)).resolve("cgroup.freeze");
    Files.writeString(freeze, "1");
    bench.awaitStatus(id, "paused");
    failsWith(
        "cannot exec in a paused container (use --ignore-paused to override)",
        bench.exec(id, "true"));
    int before = processesIn(freeze.getParent());
    Jrun.Running running =
        bench.execCommand(List.of("--ignore-paused"), id, "echo", "thawed").start();
    // It has come into the cgroup, and waits there with all others.
    Workbench.await("one process more", () -> processesIn(freeze.getParent()) > before);
    assertTrue(running.process().isAlive());
    Files.writeString(freeze, "0");
    assertEquals("thawed\n", running.await().succeedsSilently().out());
  }

  static int processesIn(Path cgroup) {
    try {
      return Files.readAllLines(cgroup.resolve("cgroup.procs")).size();
    } catch (IOException e) {
      return 0;
    }
  }

  @Test
  void aProcessCanGoToACgroupBelowTheContainers(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path below = cgroupOf(bench.pid(id)).resolve("a/b");
    Files.createDirectories(below);
    for (String path : List.of("a/b", "/a/b", "./a//b/", ":a/b")) {
      assertTrue(
          bench
              .execCommand(List.of("--cgroup", path), id, "cat", "/proc/self/cgroup")
              .run()
              .succeedsSilently()
              .lines()
              .contains("0::/a/b"),
          path);
    }
    failsNaming(
        bench.execCommand(List.of("--cgroup", "nosuch"), id, "true").run(),
        "error adding pid to cgroup",
        "/nosuch: no such file or directory");
    failsNaming(
        bench.execCommand(List.of("--cgroup", "cpu,memory:a"), id, "true").run(),
        "unknown controller cpu,memory");
  }

  // As systemd in a container does it: its cgroup's controllers are for those below.
  @Test
  void aCgroupThatTakesNoProcessesHasThemGoWhereInitIs(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    int init = bench.pid(id);
    Path cgroup = cgroupOf(init);
    Path leaf = Files.createDirectory(cgroup.resolve("leaf"));
    // What is forked meanwhile is where its parent was.
    Workbench.await("all are in the leaf", () -> move(cgroup, leaf) == 0);
    String controller = withController(cgroup.getParent());
    try {
      Files.writeString(cgroup.resolve("cgroup.subtree_control"), "+" + controller);
      assertTrue(
          bench
              .exec(id, "cat", "/proc/self/cgroup")
              .succeedsSilently()
              .lines()
              .contains("0::/leaf"));
      failsNaming(
          bench.execCommand(List.of("--cgroup", "/"), id, "true").run(),
          "error adding pid to cgroup ",
          "device or resource busy");
      bench.execCommand(List.of("--cgroup", "leaf"), id, "true").run().succeedsSilently();
    } finally {
      bench.kill(id, "KILL");
      bench.awaitStatus(id, "stopped");
      Files.writeString(cgroup.resolve("cgroup.subtree_control"), "-" + controller);
      Files.writeString(cgroup.getParent().resolve("cgroup.subtree_control"), "-" + controller);
    }
  }

  /** Moves the processes there are from one cgroup to another; gives how many there were. */
  private static int move(Path from, Path to) {
    try {
      List<String> pids = Files.readAllLines(from.resolve("cgroup.procs"));
      for (String each : pids) {
        Files.writeString(to.resolve("cgroup.procs"), each);
      }
      return pids.size();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Has the cgroups in this one get its first controller. */
  private static String withController(Path parent) throws IOException {
    String controller =
        Files.readString(parent.resolve("cgroup.controllers")).strip().split(" ")[0];
    Files.writeString(parent.resolve("cgroup.subtree_control"), "+" + controller);
    return controller;
  }

  @Test
  void aHundredAtOnceAllSucceedAndLeaveNoZombie(Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    try (WarmCore daemon = WarmCore.start(bench)) {
      List<Jrun.Running> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(daemon.demanded(bench.execCommand(List.of(), id, "echo", "" + i)).start());
      }
      for (int i = 0; i < all.size(); i++) {
        assertEquals(i + "\n", all.get(i).await().succeedsSilently().out());
      }
      List<Jrun.Running> behind = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        behind.add(daemon.demanded(bench.execCommand(List.of("-d"), id, "true")).start());
      }
      behind.forEach(each -> each.await().succeedsSilently());
    }
    Path cgroup = cgroupOf(bench.pid(id));
    Workbench.await("their end", () -> processesIn(cgroup) <= 2);
    for (String pid : Files.readAllLines(cgroup.resolve("cgroup.procs"))) {
      assertTrue(HostProcess.isAlive(Integer.parseInt(pid)), pid);
    }
  }

  @Test
  void aFewColdOnesAtOnceSucceed(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    List<Jrun.Running> all =
        Stream.generate(() -> bench.execCommand(List.of(), id, "sh", "-c", "exit 3").start())
            .limit(6)
            .toList();
    all.forEach(each -> each.await().exits(3));
  }

  @Test
  void noLockIsHeldWhileItRuns(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Jrun.Running running =
        bench.execCommand(List.of(), id, "sh", "-c", "echo on; exec sleep 1000").start();
    Workbench.await("on", () -> running.written().contains("on"));
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    running.await().exits(137);
    bench.delete(id).succeedsSilently();
    bench.create(bench.bundle(), id).succeedsSilently();
  }

  // Init stays until the last of its pid namespace is gone, and nobody is born there any more: the
  // kernel says "cannot allocate memory" then.
  @Test
  void whereInitIsAboutToEndItIsNotRunning(Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    int init = bench.pid(id);
    Jrun.Running held =
        bench.execCommand(List.of(), id, "sh", "-c", "echo on; exec sleep 1000").start();
    Workbench.await("on", () -> held.written().contains("on"));
    // Who would reap that process, which is not init's child, does not.
    String front = Long.toString(held.process().pid());
    assertEquals(0, new ProcessBuilder("kill", "-STOP", front).start().waitFor());
    try {
      bench.kill(id, "KILL").succeedsSilently();
      Workbench.await("its end to begin", () -> isEnding(init));
      failsWith("container not running", bench.exec(id, "true"));
    } finally {
      new ProcessBuilder("kill", "-CONT", front).start().waitFor();
    }
    held.await().exits(137);
    bench.awaitStatus(id, "stopped");
  }

  /** PF_EXITING of linux/sched.h, in the ninth field of proc(5). */
  private static boolean isEnding(int pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[6]) & 4) != 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void warmItIsTheSame(Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    try (WarmCore daemon = WarmCore.start(bench)) {
      daemon.demanded(bench.execCommand(List.of(), id, "sh", "-c", "exit 9")).run().exits(9);
      failsWith(
          "unable to start container process: exec: \"nosuch\": executable file not found in $PATH",
          daemon.demanded(bench.execCommand(List.of(), id, "nosuch")).run());
      assertEquals(
          bench.exec(id, "ls", "-l", "/proc/self/ns").succeeds().lines().size(),
          daemon
              .asked(bench.execCommand(List.of(), id, "ls", "-l", "/proc/self/ns"))
              .run()
              .succeedsSilently()
              .lines()
              .size());
    }
  }

  @Test
  void aFailureIsOneJsonRecordInTheLog(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path log = bench.directory().resolve("log.json");
    Outcome outcome =
        bench
            .command("--log", log.toString(), "--log-format", "json", "exec", id, "nosuch")
            .run()
            .exits(255);
    List<String> records = Files.readAllLines(log);
    assertEquals(1, records.size());
    assertTrue(records.get(0).contains("\"level\":\"error\""), records::toString);
    assertTrue(records.get(0).contains("executable file not found in $PATH"), records::toString);
    assertTrue(outcome.err().startsWith("exec failed: "), outcome::toString);
  }

  @Test
  void aWrongOptionIsAUsageErrorAndNoContainersIsTouched(Workbench bench) {
    bench.jrun("exec", "--nosuch", "id", "true").exits(1);
    bench.jrun("exec").exits(1);
    assertTrue(bench.jrun("exec", "--help").succeeds().out().contains("--preserve-fds"));
  }

  /** The kernel these tests run on has neither module; the calls are golden plan "labels". */
  @ParameterizedTest
  @CsvSource({"--apparmor, /process/apparmorProfile", "--process-label, /process/selinuxLabel"})
  void aLabelThatNobodyWouldEnforceIsRefused(String option, String field, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome =
        bench.execCommand(List.of(option, "no-such-label"), id, "true").run().exits(255);
    assertTrue(outcome.message().contains(field), outcome::toString);
  }
}
