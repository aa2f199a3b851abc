// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * containerd with its own shim for runc, and jrun in runc's place, as ctr asks for it. What ctr
 * cannot ask for is asked of containerd's socket.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class ContainerdIT {
  private static final int MANY = 50;

  private static Containerd containerd;

  @BeforeAll
  static void startDaemon() throws IOException, InterruptedException {
    Criu.prepareWhereItIs();
    containerd = Containerd.start();
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    containerd.close();
  }

  private static Jrun run(String... command) {
    return containerd.runCommand(List.of("--rm"), Workbench.id(), command);
  }

  // Running

  @Test
  @Tag("smoke")
  void runGivesTheProgramsOutputAndExitCode() {
    assertEquals("hello\n", run("sh", "-c", "echo hello; exit 7").run().exits(7).out());
  }

  /** Of the input's end ctr 1.6 tells nobody, so the program has to know by itself. */
  @Test
  void runReadsItsInput(Workbench bench) throws IOException {
    Path input = Files.writeString(bench.directory().resolve("input"), "from outside\n");
    assertEquals("from outside\n", run("head", "-n", "1").stdin(input).run().succeeds().out());
  }

  @Test
  void aProgramThatASignalEndsHas128AndTheSignal() {
    String id = Workbench.id();
    Jrun.Running run = containerd.runCommand(List.of("--rm"), id, "sleep", "1000").start();
    containerd.awaitStatus(id, "RUNNING");
    containerd.ctr("task", "kill", "--signal", "SIGKILL", id).succeedsSilently();
    run.await().exits(137);
  }

  @Test
  void runAtATerminal() {
    containerd.runCommand(List.of("--rm", "--tty"), Workbench.id(), "sh").usedAsAShell();
  }

  @Test
  void aProgramThatIsNotThereIsNamedAndNothingIsLeft() {
    String id = Workbench.id();
    Outcome outcome = containerd.runCommand(List.of("--rm"), id, "nonesuch").run().exits(1);
    assertTrue(
        outcome
            .err()
            .contains(
                "OCI runtime create failed: jrun create failed: unable to start container process:"
                    + " exec: \"nonesuch\": executable file not found in $PATH"),
        outcome::toString);
    assertEquals("", containerd.status(id));
  }

  @Test
  void optionsOfRunReachTheContainer(Workbench bench) throws IOException {
    Path shared = Files.createDirectory(bench.directory().resolve("shared"));
    Files.writeString(shared.resolve("file"), "shared\n");
    Outcome outcome =
        containerd
            .runCommand(
                List.of(
                    "--rm",
                    "--read-only",
                    "--seccomp",
                    "--env",
                    "GREETING=hello",
                    "--cwd",
                    "/tmp",
                    "--cap-drop",
                    "CAP_CHOWN",
                    "--mount",
                    "type=bind,src=" + shared + ",dst=/tmp,options=rbind:ro"),
                Workbench.id(),
                "sh",
                "-c",
                "pwd; echo $GREETING; cat file; touch file /etc/x 2>&1 | grep -c Read-only;"
                    + " touch /dev/x; chown 1 /dev/x 2>&1 | grep -c 'not permitted';"
                    + " grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr '\\t' ' '")
            .run();
    assertEquals(
        List.of("/tmp", "hello", "shared", "2", "1", "NoNewPrivs: 1", "Seccomp: 2"),
        outcome.succeeds().lines());
  }

  @Test
  void fiftyContainersAtOnce() {
    List<Jrun.Running> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      all.add(
          run("sh", "-c", "echo number " + i + "; exit " + i).limit(Duration.ofMinutes(4)).start());
    }
    for (int i = 0; i < MANY; i++) {
      assertEquals("number " + i + "\n", all.get(i).await().exits(i).out());
    }
  }

  // Tasks

  @Test
  void execGivesTheProgramsOutputAndExitCode() {
    String id = containerd.running();
    assertEquals(
        "in 1\n",
        containerd
            .exec(id, "sh", "-c", "echo in $(cat /proc/1/comm | grep -c sh); exit 3")
            .exits(3)
            .out());
    assertEquals(
        "1000\n",
        containerd
            .execCommand(List.of("--user", "1000:1000"), id, "id", "-u")
            .run()
            .succeeds()
            .out());
    Outcome missing = containerd.exec(id, "nonesuch").exits(1);
    assertTrue(
        missing
            .err()
            .contains(
                "OCI runtime exec failed: exec failed: unable to start container process: exec:"
                    + " \"nonesuch\": executable file not found in $PATH"),
        missing::toString);
    containerd.remove(id);
  }

  @Test
  void execAtATerminal() {
    String id = containerd.running();
    containerd.execCommand(List.of("--tty"), id, "sh").usedAsAShell();
    containerd.remove(id);
  }

  @Test
  void killEndsATaskAndItsExitCodeIsTold() {
    String id = containerd.running();
    int pid = containerd.pid(id);
    assertTrue(HostProcess.find(pid).orElseThrow().commandLine().contains("sleep 1000"));
    HostProcess.awaitCaught(pid, HostProcess.SIGTERM);
    containerd.ctr("task", "kill", "--signal", "SIGTERM", id).succeedsSilently();
    containerd.awaitStatus(id, "STOPPED");
    containerd.ctr("task", "rm", id).succeedsSilently();
    containerd.ctr("container", "rm", id).succeedsSilently();
  }

  @Test
  void killAllEndsEveryProcessWhereTheyShareTheHosts() {
    String id = Workbench.id();
    containerd
        .runCommand(
            List.of("--detach", "--with-ns", "pid:/proc/1/ns/pid"),
            id,
            "sh",
            "-c",
            "sleep 1001 & sleep 1001 & wait")
        .run()
        .succeeds();
    containerd.ctr("task", "kill", "--all", "--signal", "9", id).succeedsSilently();
    containerd.awaitStatus(id, "STOPPED");
    containerd.remove(id);
  }

  @Test
  void whatIsPausedStandsStillUntilItIsResumed() throws IOException {
    String id = containerd.running();
    Path frozen = Snapshot.CGROUPS.resolve("default").resolve(id).resolve("cgroup.freeze");
    containerd.ctr("task", "pause", id).succeedsSilently();
    assertEquals("PAUSED", containerd.status(id));
    assertEquals("1\n", Files.readString(frozen));
    containerd.ctr("task", "resume", id).succeedsSilently();
    assertEquals("RUNNING", containerd.status(id));
    assertEquals("0\n", Files.readString(frozen));
    containerd.exec(id, "true").succeedsSilently();
    containerd.remove(id);
  }

  @Test
  void processesAreListed() {
    String id = containerd.running();
    List<String> lines = containerd.ctr("task", "ps", id).succeedsSilently().lines();
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith(containerd.pid(id) + " ")),
        lines::toString);
    containerd.remove(id);
  }

  /** Their figures are of controllers, which the host has not. */
  @Test
  void metricsAreThere() throws IOException {
    String id = containerd.running();
    List<String> lines = containerd.ctr("task", "metrics", id).succeedsSilently().lines();
    for (String name : List.of("pids.current", "cpu.usage_usec", "memory.usage")) {
      assertTrue(lines.stream().anyMatch(line -> line.startsWith(name + " ")), lines::toString);
    }
    containerd.remove(id);
  }

  /** The one controller that cgroup v2 has on every host is that of huge pages. */
  @Test
  void anUpdateReachesTheCgroup() throws IOException {
    String id = containerd.running();
    Path limit = Snapshot.CGROUPS.resolve("default").resolve(id).resolve("hugetlb.2MB.max");
    assertNotEquals("2097152\n", Files.readString(limit));
    containerd
        .update(id, "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":2097152}]}")
        .succeeds();
    assertEquals("2097152\n", Files.readString(limit));
    containerd
        .update(id, "{\"hugepageLimits\":[{\"pageSize\":\"3MB\",\"limit\":2097152}]}")
        .failsNaming("(/hugepageLimits/0)");
    assertEquals("2097152\n", Files.readString(limit));
    containerd.remove(id);
  }

  @Test
  void aTaskGoesOnBesideItsCheckpointOrEndsWithIt(Workbench bench) {
    String id = containerd.running();
    Path images = bench.directory().resolve("images");
    containerd.ctr("task", "checkpoint", "--image-path", images.toString(), id).succeeds();
    assertTrue(Files.exists(images.resolve("inventory.img")));
    assertEquals("RUNNING", containerd.status(id));
    containerd.exec(id, "true").succeedsSilently();
    Path last = bench.directory().resolve("last");
    containerd.ctr("task", "checkpoint", "--exit", "--image-path", last.toString(), id).succeeds();
    assertTrue(Files.exists(last.resolve("inventory.img")));
    containerd.awaitStatus(id, "STOPPED");
    containerd.remove(id);
  }

  @Test
  void aContainerIsRestoredFromItsCheckpoint() throws Exception {
    String id = containerd.running();
    String reference = "localhost/checkpoint:" + id;
    containerd
        .ctr("container", "checkpoint", "--task", "--image", "--rw", id, reference)
        .succeeds();
    containerd.remove(id);
    containerd.ctr("container", "restore", "--live", "--rw", id, reference).succeeds();
    assertEquals("RUNNING", containerd.status(id));
    containerd.exec(id, "true").succeedsSilently();
    containerd.remove(id);
    containerd.ctr("images", "rm", reference).succeeds();
    forgetImages();
  }

  /** containerd 1.6 leaves what it has unpacked of a checkpoint. */
  private static void forgetImages() throws Exception {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(Path.of("/tmp"), "ctrd-checkpoint*")) {
      for (Path each : left) {
        DeleteIT.shell(Path.of("/tmp"), "rm -rf " + each);
      }
    }
  }

  /** The shim tells of tasks, containerd of containers: neither waits for the other. */
  @Test
  void aLifeIsToldAsEvents() throws IOException {
    Jrun.Running watcher = containerd.client("events").start();
    String probe = Workbench.id();
    // It has subscribed once it sees anything.
    Workbench.await(
        "the first event",
        () -> {
          containerd.runCommand(List.of("--rm"), probe + "x", "true").run().succeeds();
          return watcher.written().contains(probe);
        });
    String id = containerd.running();
    containerd.ctr("task", "pause", id).succeedsSilently();
    containerd.ctr("task", "resume", id).succeedsSilently();
    containerd.exec(id, "sh", "-c", "exit 5").exits(5);
    containerd.remove(id);
    Workbench.await(
        "the last events",
        () -> topics(watcher, id).containsAll(List.of("/containers/delete", "/tasks/delete 137")));
    watcher.process().destroy();
    watcher.await();
    List<String> containers = new ArrayList<>(topics(watcher, id));
    List<String> tasks = new ArrayList<>(containers);
    containers.removeIf(topic -> !topic.startsWith("/containers"));
    tasks.removeAll(containers);
    assertEquals(List.of("/containers/create", "/containers/delete"), containers);
    assertEquals(
        List.of(
            "/tasks/create",
            "/tasks/start",
            "/tasks/paused",
            "/tasks/resumed",
            "/tasks/exec-added",
            "/tasks/exec-started",
            "/tasks/exit 5",
            "/tasks/exit 137",
            "/tasks/delete 137"),
        tasks);
  }

  /** {@code DATE TIME ZONE ZONE NAMESPACE TOPIC JSON}, of a container. */
  private static List<String> topics(Jrun.Running watcher, String id) {
    return watcher
        .written()
        .lines()
        .filter(line -> line.contains('"' + id + '"') && line.endsWith("}"))
        .map(
            line -> {
              JsonNode event = parse(line.substring(line.indexOf('{')));
              String topic = line.substring(0, line.indexOf('{')).strip().replaceFirst(".* ", "");
              String status = event.path("exit_status").asText();
              return topic + (status.isEmpty() ? "" : " " + status);
            })
        .filter(line -> !line.equals("/tasks/delete") && !line.startsWith("/snapshot"))
        .toList();
  }

  private static JsonNode parse(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  // What goes wrong

  @Test
  void aContainerWhoseShimIsKilledIsCleanedUp() throws IOException {
    String id = containerd.running();
    int pid = containerd.pid(id);
    int shim = parent(pid);
    assertTrue(HostProcess.find(shim).orElseThrow().commandLine().contains("containerd-shim"));
    new ProcessBuilder("kill", "-9", Integer.toString(shim)).inheritIO().start();
    HostProcess.awaitEnd(pid);
    Workbench.await("the end of the task", () -> containerd.status(id).isEmpty());
    // It is forgotten before it is cleared away.
    Path task =
        containerd.directory().resolve("state/io.containerd.runtime.v2.task/default").resolve(id);
    Workbench.await("a place for another", () -> !Files.exists(task));
    containerd.ctr("container", "rm", id).succeedsSilently();
    // The same id serves again.
    containerd.runCommand(List.of("--rm"), id, "true").run().succeeds();
  }

  private static int parent(int pid) throws IOException {
    return Integer.parseInt(HostProcess.status(pid).get("PPid"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("own-core")
  void theEndOfAWarmCoreLosesNoContainer(boolean another) throws IOException {
    String id;
    int pid;
    try (WarmCore core = containerd.startCore()) {
      id = containerd.running();
      pid = containerd.pid(id);
      // A core is nobody's parent, and keeps nothing of an engine's.
      assertNotEquals(core.process().pid(), parent(pid));
      assertTrue(
          HostProcess.find(parent(pid)).orElseThrow().commandLine().contains("containerd-shim"));
      assertEquals(List.of(), foreign(core));
      core.destroy();
    }
    if (another) {
      try (WarmCore core = containerd.startCore()) {
        live(id, pid);
        assertTrue(core.process().isAlive(), core::words);
      }
    } else {
      live(id, pid);
    }
  }

  private static void live(String id, int pid) {
    assertEquals("RUNNING", containerd.status(id));
    assertEquals(pid, containerd.pid(id));
    containerd.exec(id, "sh", "-c", "exit 6").exits(6);
    containerd.ctr("task", "pause", id).succeedsSilently();
    containerd.ctr("task", "resume", id).succeedsSilently();
    containerd.remove(id);
  }

  /** Pipes, FIFOs and files of the engine's that a core holds. */
  private static List<String> foreign(WarmCore core) throws IOException {
    return HostProcess.descriptors((int) core.process().pid()).entrySet().stream()
        .filter(entry -> entry.getKey() > 2)
        .map(Map.Entry::getValue)
        .filter(
            target ->
                target.startsWith("pipe:")
                    || target.startsWith(containerd.directory().toString())
                    || target.startsWith("/run/containerd"))
        .toList();
  }

  @Test
  @Tag("own-core")
  void aWarmCoreServesAndNeverDelaysTheEnd() throws IOException {
    try (WarmCore core = containerd.startCore()) {
      long before = ticks(core);
      for (int i = 0; i < 5; i++) {
        run("true").run().succeeds();
      }
      assertTrue(ticks(core) > before, "the core did nothing");
      assertEquals(List.of(), foreign(core));
      assertTrue(core.process().isAlive(), core::words);
    }
  }

  /** User and system time of a process: fields 14 and 15 of stat. */
  private static long ticks(WarmCore core) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + core.process().pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  @Test
  void aDaemonThatIsStartedAgainFindsItsContainers() throws IOException {
    try (Containerd own = Containerd.start()) {
      String id = own.running();
      int pid = own.pid(id);
      own.restart();
      assertEquals("RUNNING", own.status(id));
      assertEquals(pid, own.pid(id));
      own.exec(id, "sh", "-c", "exit 8").exits(8);
      own.remove(id);
    }
  }
}
