// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
 * The installed units of the warm core, under systemd itself. Every command here demands a warm
 * core and is told nothing about where it is: it is found where the socket unit puts it.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class SystemdUnitsIT {

  private static final Path SOCKET = Path.of("/run/jrund/core.sock");

  /** The socket while it is listened to, and nothing of the core afterwards. */
  private record Units(Workbench bench) implements AutoCloseable {

    static Units start(Workbench bench) {
      Units units = new Units(bench);
      units.systemctl("start", "jrund.socket").succeedsSilently();
      return units;
    }

    Outcome systemctl(String... args) {
      return bench.bareCommand(args).by(Path.of("/usr/bin/systemctl")).run();
    }

    /** A property of the service, as {@code systemctl show} has it. */
    String service(String property) {
      return systemctl("show", "--value", "-p", property, "jrund.service").succeeds().text();
    }

    void awaitService(String state) {
      Workbench.await("jrund.service " + state, () -> service("ActiveState").equals(state));
    }

    Jrun demanded(Jrun command) {
      return command.env("JRUN_CORE", "warm");
    }

    Outcome jrun(String... args) {
      return demanded(bench.command(args)).run();
    }

    @Override
    public void close() throws IOException {
      systemctl("stop", "jrund.socket", "jrund.service").succeeds();
      systemctl("reset-failed").succeeds();
      assertFalse(Files.exists(SOCKET), "RemoveOnStop");
      Files.deleteIfExists(SOCKET.getParent());
    }
  }

  @Test
  void theFirstCommandStartsTheCoreAndTheNextFindsIt(Workbench bench) throws IOException {
    try (Units units = Units.start(bench)) {
      assertEquals("inactive", units.service("ActiveState"));
      units.jrun("--version").succeedsSilently();
      assertEquals("active", units.service("ActiveState"));
      String pid = units.service("MainPID");
      String id = bench.keep(Workbench.id());
      units.demanded(bench.createCommand(bench.bundle().lasting(), id)).run().succeedsSilently();
      units.jrun("start", id).succeedsSilently();
      units.jrun("ps", id).succeedsSilently();
      units.jrun("kill", id, "KILL").succeedsSilently();
      units.jrun("delete", "--force", id).succeedsSilently();
      assertEquals(pid, units.service("MainPID"));
      bench.assertNothingOf(id);
    }
  }

  /** What the unit takes away is taken, and what the core needs is there. */
  @Test
  void theCoreHasTheRightsThatTheUnitLeavesIt(Workbench bench) throws IOException {
    try (Units units = Units.start(bench)) {
      units.jrun("--version").succeedsSilently();
      int pid = Integer.parseInt(units.service("MainPID"));
      var status = HostProcess.status(pid);
      // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE: linux/capability.h.
      String kept = String.format("%016x", 1L << 1 | 1L << 2 | 1L << 19);
      assertEquals(kept, status.get("CapBnd"));
      assertEquals(kept, status.get("CapEff"));
      assertEquals("1", status.get("NoNewPrivs"));
      for (String type : List.of("mnt", "user", "pid", "cgroup")) {
        assertEquals(HostProcess.ownNamespace(type), HostProcess.namespace(pid, type));
      }
    }
  }

  @Test
  void toldToEndItLetsARequestEndAndTheNextCommandStartsAnother(Workbench bench)
      throws IOException {
    try (Units units = Units.start(bench)) {
      Bundle bundle =
          bench.bundle().script("while ! test -e /tmp/go; do usleep 10000; done; exit 3");
      Jrun.Running run = units.demanded(bench.runCommand(bundle, Workbench.id())).start();
      Workbench.await("the container", () -> bench.jrun("list", "-q").out().lines().count() == 1);
      String first = units.service("MainPID");
      units.systemctl("stop", "--no-block", "jrund.service").succeedsSilently();
      Files.createFile(bundle.inside("/tmp/go"));
      run.await().exits(3);
      units.awaitService("inactive");
      assertEquals("success", units.service("Result"));
      units.jrun("list", "-q").succeedsSilently();
      assertFalse(units.service("MainPID").equals(first));
    }
  }

  @Test
  void containersOutliveTheCoreThatMadeThem(Workbench bench) throws IOException {
    List<String> ids = new ArrayList<>();
    try (Units units = Units.start(bench)) {
      for (int i = 0; i < 2; i++) {
        String id = bench.keep(Workbench.id());
        units.demanded(bench.createCommand(bench.bundle().lasting(), id)).run().succeedsSilently();
        ids.add(id);
      }
      units.jrun("start", ids.get(0)).succeedsSilently();
      units.systemctl("stop", "jrund.socket", "jrund.service").succeedsSilently();
    }
    assertEquals("running", bench.status(ids.get(0)));
    assertEquals("created", bench.status(ids.get(1)));
    assertTrue(HostProcess.isAlive(bench.pid(ids.get(0))));
    bench.start(ids.get(1)).succeedsSilently();
    assertEquals("running", bench.status(ids.get(1)));
  }

  /** A core that was killed is replaced; a container that it has made is nobody's loss. */
  @Test
  void aCoreThatWasKilledIsReplacedByTheNextCommand(Workbench bench) throws IOException {
    try (Units units = Units.start(bench)) {
      String id = bench.keep(Workbench.id());
      units.demanded(bench.createCommand(bench.bundle().lasting(), id)).run().succeedsSilently();
      String first = units.service("MainPID");
      units.systemctl("kill", "-s", "KILL", "jrund.service").succeedsSilently();
      units.awaitService("failed");
      units.jrun("ps", id).succeedsSilently();
      assertFalse(units.service("MainPID").equals(first));
      assertEquals("created", bench.status(id));
    }
  }
}
