// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NOTIFY_SOCKET: a container tells that it is ready, and the caller's manager is told. */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class ReadinessIT {
  private static final String LASTING = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

  /** A manager: what it is told is in a file. */
  private record Manager(Process process, Path socket, Path told) implements AutoCloseable {
    static Manager start(Workbench bench) throws IOException {
      Path socket = bench.directory().resolve("manager.sock");
      Path told = bench.directory().resolve("told");
      Process process =
          new ProcessBuilder(
                  Path.of("target", "notify").toAbsolutePath().toString(),
                  "listen",
                  socket.toString())
              .redirectErrorStream(true)
              .redirectOutput(told.toFile())
              .start();
      Workbench.await("the manager listens", () -> Files.exists(socket));
      return new Manager(process, socket, told);
    }

    /** All it was told by the time the one who told it waits for that. */
    List<String> end() throws IOException, InterruptedException {
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the manager ends");
      return Files.readAllLines(told);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static Bundle telling(Workbench bench, String script) {
    return CProgram.built("notify").into(bench.bundle().script(script), "/bin/notify");
  }

  /** Whoever was told that it is ready may not be there any more for what comes later. */
  private static final String SENDS =
      "notify send STATUS=begins 'READY=0' 'STATUS=done\\nREADY=1';"
          + " notify send STATUS=later 2>/dev/null; "
          + LASTING;

  @Test
  void startWaitsForTheContainerAndTellsWhoItIs(Workbench bench) throws Exception {
    try (Manager manager = Manager.start(bench)) {
      String id = bench.keep(Workbench.id());
      String socket = manager.socket().toString();
      bench
          .createCommand(
              telling(bench, "while ! test -e /dev/shm/go; do usleep 9000; done; " + SENDS), id)
          .env("NOTIFY_SOCKET", socket)
          .run()
          .succeedsSilently();
      Jrun.Running start = bench.command("start", id).env("NOTIFY_SOCKET", socket).start();
      bench.awaitStatus(id, "running");
      Workbench.pause(200);
      assertTrue(start.process().isAlive(), "nobody is ready yet");
      assertEquals("", Files.readString(manager.told()));
      // It holds no lock while it waits.
      bench.exec(id, "touch", "/dev/shm/go").succeedsSilently();
      start.await().succeedsSilently();
      assertEquals(List.of("MAINPID=" + bench.pid(id) + " READY=1 ", "BARRIER=1"), manager.end());
      bench.kill(id, "KILL").succeedsSilently();
      bench.awaitStatus(id, "stopped");
      bench.delete(id).succeedsSilently();
      bench.assertNothingOf(id);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void runDetachedDoesSoToo(boolean mapped, Workbench bench) throws Exception {
    try (Manager manager = Manager.start(bench)) {
      String id = bench.keep(Workbench.id());
      Bundle bundle = telling(bench, SENDS);
      bundle.set("/process/user", Map.of("uid", 5, "gid", 6));
      if (mapped) {
        List<Object> ids = List.of(Map.of("containerID", 0, "hostID", 100000, "size", 10));
        Files.setPosixFilePermissions(
            bundle.rootfs(), PosixFilePermissions.fromString("rwxrwxrwx"));
        bundle.set("/linux/namespaces/-", Map.of("type", "user"));
        bundle.set("/linux/uidMappings", ids).set("/linux/gidMappings", ids);
      }
      bench
          .runCommand(bundle, id, "--detach")
          .env("NOTIFY_SOCKET", manager.socket().toString())
          .run()
          .succeedsSilently();
      assertEquals(List.of("MAINPID=" + bench.pid(id) + " READY=1 ", "BARRIER=1"), manager.end());
    }
  }

  @Test
  void aContainerThatEndsIsNotWaitedForAndNobodyIsTold(Workbench bench) throws Exception {
    try (Manager manager = Manager.start(bench)) {
      String id = bench.keep(Workbench.id());
      bench
          .runCommand(telling(bench, "notify send STATUS=no; exit 3"), id, "--detach")
          .env("NOTIFY_SOCKET", manager.socket().toString())
          .run()
          .succeedsSilently();
      assertEquals("", Files.readString(manager.told()));
    }
  }

  @Test
  void aManagerThatIsGoneIsAWarning(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Outcome outcome =
        bench
            .runCommand(telling(bench, SENDS), id, "--detach")
            .env("NOTIFY_SOCKET", "/nonexistent/socket")
            .run()
            .succeeds();
    assertTrue(
        outcome.err().contains("level=warning")
            && outcome.err().contains("NOTIFY_SOCKET: connect to /nonexistent/socket"),
        outcome::toString);
    assertEquals("running", bench.status(id));
  }

  /** Its launch is compiled again to word a failure: with the socket, or the words are others'. */
  @Test
  void aStartThatFailsIsWordedAsEver(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().executable("/bin/odd", "#!/none\n").args("/bin/odd");
    bench
        .createCommand(bundle, id)
        .env("NOTIFY_SOCKET", "/nonexistent/socket")
        .run()
        .succeedsSilently();
    bench
        .command("start", id)
        .env("NOTIFY_SOCKET", "/nonexistent/socket")
        .run()
        .failsNaming("exec /bin/odd: no such file or directory");
  }

  /** The manager has started the front, and the front is there to the end. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inTheForegroundTheFrontIsWhoIsReady(boolean hooked, Workbench bench) throws Exception {
    try (Manager manager = Manager.start(bench)) {
      String id = Workbench.id();
      // Before it tells: the first process of a pid namespace has no signal's default.
      String script = "trap 'exit 7' TERM; " + SENDS.replace("exit 0", "exit 7");
      Bundle bundle = telling(bench, script);
      if (hooked) {
        bundle.set("/hooks/poststart", List.of(Map.of("path", "/bin/true")));
      }
      Jrun.Running run =
          bench.runCommand(bundle, id).env("NOTIFY_SOCKET", manager.socket().toString()).start();
      assertEquals(
          List.of("MAINPID=" + run.process().pid() + " READY=1 ", "BARRIER=1"), manager.end());
      bench.exec(id, "true").succeedsSilently();
      run.process().destroy();
      run.await().exits(7);
      bench.assertNothingOf(id);
    }
  }

  @Test
  void inTheForegroundSignalsArriveBeforeItIsReadyToo(Workbench bench) throws Exception {
    try (Manager manager = Manager.start(bench)) {
      String id = Workbench.id();
      Jrun.Running run =
          bench
              .runCommand(
                  telling(
                      bench,
                      "trap 'exit 7' TERM; notify send STATUS=x; echo waits; while :; do sleep 9 & wait; done"),
                  id)
              .env("NOTIFY_SOCKET", manager.socket().toString())
              .start();
      Workbench.await("it waits", () -> run.written().equals("waits\n"));
      run.process().destroy();
      run.await().exits(7);
      assertEquals("", Files.readString(manager.told()));
      bench.assertNothingOf(id);
    }
  }

  @Test
  void atATerminalItIsNotOfferedAndThatIsSaid(Workbench bench) {
    Outcome outcome =
        bench
            .runCommand(
                bench.bundle().script("echo \"[$NOTIFY_SOCKET]\"").set("/process/terminal", true),
                Workbench.id())
            .env("NOTIFY_SOCKET", "/run/socket")
            .atTerminal("expect", "[]", "end")
            .run()
            .exits(0);
    assertTrue(outcome.out().contains("NOTIFY_SOCKET: a run at a terminal"), outcome::toString);
  }
}
