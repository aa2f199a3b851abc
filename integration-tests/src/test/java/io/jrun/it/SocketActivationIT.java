// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A warm core that is started by the first who asks for it, on a socket that is handed over to it:
 * as systemd does it, played by src/test/perl/activate.pl. Every command here demands a warm core.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class SocketActivationIT {

  /** Who holds the socket and starts the core, with the rights that the unit leaves to it. */
  private record Manager(Process process, Path socket, Path said) implements AutoCloseable {

    static Manager start(Workbench bench, String... options) throws IOException {
      Path socket = bench.directory().resolve("core.sock");
      Path said = bench.directory().resolve("manager");
      List<String> argv = new ArrayList<>(List.of("perl", "src/test/perl/activate.pl"));
      argv.add(socket.toString());
      argv.addAll(rights());
      argv.addAll(List.of(Jrun.binary().toString(), "daemon"));
      argv.addAll(List.of(options));
      ProcessBuilder builder =
          new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(said.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin");
      Manager manager = new Manager(builder.start(), socket, said);
      Workbench.await("the socket", () -> Files.exists(socket) || !manager.process.isAlive());
      return manager;
    }

    /** NoNewPrivileges and CapabilityBoundingSet of the system's unit, by setpriv(1). */
    private static List<String> rights() throws IOException {
      String unit = Files.readString(Path.of("../systemd/system/jrund.service"));
      assertTrue(unit.contains("\nNoNewPrivileges=yes\n"), unit);
      List<String> kept =
          unit.lines()
              .filter(line -> line.startsWith("CapabilityBoundingSet="))
              .flatMap(line -> List.of(line.substring(line.indexOf('=') + 1).split(" ")).stream())
              .map(name -> "+" + name.substring("CAP_".length()).toLowerCase())
              .toList();
      assertTrue(!kept.isEmpty(), unit);
      return List.of(
          "setpriv", "--no-new-privs", "--bounding-set", "-all," + String.join(",", kept), "--");
    }

    Jrun demanded(Jrun command) {
      return command.env("JRUN_SOCKET", socket.toString()).env("JRUN_CORE", "warm");
    }

    Jrun command(Workbench bench, String... args) {
      return demanded(bench.command(args));
    }

    List<String> words(String beginning) {
      try {
        return Files.readAllLines(said).stream().filter(l -> l.startsWith(beginning)).toList();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The core that runs now. */
    ProcessHandle core() {
      List<String> started = words("started ");
      long pid = Long.parseLong(started.get(started.size() - 1).split(" ")[1]);
      return ProcessHandle.of(pid).orElseThrow();
    }

    void awaitEnds(int count) {
      Workbench.await("the end of core " + count, () -> words("ended ").size() == count);
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      for (String line : words("started ")) {
        ProcessHandle.of(Long.parseLong(line.split(" ")[1])).ifPresent(ProcessHandle::destroy);
      }
      Files.delete(socket);
    }
  }

  @Test
  @Tag("smoke")
  void theFirstRequestIsServedAndTheWholeLifeOfAContainer(Workbench bench) throws IOException {
    try (Manager manager = Manager.start(bench)) {
      String id = bench.keep(Workbench.id());
      Bundle bundle = bench.bundle().lasting();
      manager.demanded(bench.createCommand(bundle, id)).run().succeedsSilently();
      manager.command(bench, "start", id).run().succeedsSilently();
      manager.command(bench, "ps", id).run().succeedsSilently();
      manager.command(bench, "list").run().succeedsSilently();
      manager.command(bench, "kill", id, "KILL").run().succeedsSilently();
      manager.command(bench, "delete", "--force", id).run().succeedsSilently();
      bench.assertNothingOf(id);
      assertEquals(1, manager.words("started ").size());
    }
  }

  @Test
  void itEndsWhenItIsIdleAndIsStartedAgain(Workbench bench) throws IOException {
    try (Manager manager = Manager.start(bench, "--idle-timeout", "1")) {
      manager.command(bench, "--version").run().succeedsSilently();
      manager.awaitEnds(1);
      assertTrue(Files.exists(manager.socket()), "the socket is not the core's to remove");
      manager.command(bench, "--version").run().succeedsSilently();
      manager.awaitEnds(2);
      assertEquals(List.of("ended 0", "ended 0"), manager.words("ended "));
    }
  }

  @Test
  void toldToEndItLetsRequestsEndAndTheNextWaitForTheNext(Workbench bench) throws IOException {
    try (Manager manager = Manager.start(bench)) {
      Bundle bundle =
          bench.bundle().script("while ! test -e /tmp/go; do usleep 10000; done; exit 3");
      Jrun.Running run = manager.demanded(bench.runCommand(bundle, Workbench.id())).start();
      Workbench.await("the container", () -> bench.jrun("list", "-q").out().lines().count() == 1);
      manager.core().destroy();
      Jrun.Running next = manager.command(bench, "list", "-q").start();
      Files.createFile(bundle.inside("/tmp/go"));
      run.await().exits(3);
      // Served by the one as it ended, or after it by the other.
      next.await().succeedsSilently();
      manager.awaitEnds(1);
      manager.command(bench, "list", "-q").run().succeedsSilently();
      assertEquals(2, manager.words("started ").size());
    }
  }

  /** What was handed over to another process is not taken for one's own. */
  @Test
  void aSocketForAnotherProcessIsNotTaken(Workbench bench) {
    List<String> wrapper = List.of("env", "LISTEN_FDS=1", "LISTEN_PID=1");
    try (WarmCore core = WarmCore.start(Jrun.binary(), WarmCore.place(bench), wrapper)) {
      core.command(bench, "--version").run().succeedsSilently();
    }
  }
}
