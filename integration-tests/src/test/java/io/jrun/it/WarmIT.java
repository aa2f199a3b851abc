// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The warm core: whoever carries a command out, the outcome is the same; and whatever happens to
 * the warm core, nothing happens to a container.
 */
@ExtendWith(ResidueExtension.class)
class WarmIT {

  /** A warm core of the test's own, on a socket of the test's own. */
  private record Daemon(Process process, Path socket) implements AutoCloseable {
    static Daemon start(Workbench bench) throws Exception {
      Path socket = bench.directory().resolve("warm").resolve("core.sock");
      ProcessBuilder builder =
          new ProcessBuilder(Jrun.binary().toString(), "daemon")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().clear();
      builder.environment().put("JRUN_SOCKET", socket.toString());
      Daemon daemon = new Daemon(builder.start(), socket);
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (!Files.exists(socket)) {
        assertTrue(System.nanoTime() < deadline && daemon.process.isAlive(), "it listens in time");
        Thread.onSpinWait();
      }
      return daemon;
    }

    /** A command that the warm core is asked to carry out. */
    Jrun command(Workbench bench, String... args) {
      return asked(bench.command(args));
    }

    /** Any JRUN_CORE keeps stored programs out of it. */
    Jrun asked(Jrun command) {
      return command.env("JRUN_SOCKET", socket.toString()).env("JRUN_CORE", "auto");
    }

    @Override
    public void close() throws IOException {
      process.destroy();
      try {
        assertTrue(process.waitFor(15, TimeUnit.SECONDS), "it ends when it is told to");
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      Files.deleteIfExists(socket.getParent());
    }
  }

  /** How many JVMs there are: a cold core would be one more. */
  private static long javas() {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().command().orElse("").endsWith("/java"))
        .count();
  }

  @Test
  @Tag("smoke")
  void theWholeLifeOfAContainerIsServedWarm(Workbench bench) throws Exception {
    try (Daemon daemon = Daemon.start(bench)) {
      Bundle bundle = bench.bundle().lasting();
      String id = bench.keep(Workbench.id());
      daemon.asked(bench.createCommand(bundle, id)).run().succeedsSilently();
      String warm = daemon.command(bench, "state", id).run().succeeds().out();
      assertEquals(bench.command("state", id).env("JRUN_CORE", "cold").run().out(), warm);
      daemon.command(bench, "start", id).run().succeedsSilently();
      daemon.command(bench, "kill", id, "KILL").run().succeedsSilently();
      bench.deleteByForce(id).succeeds();
      daemon.command(bench, "state", id).run().failsWith("container does not exist");
    }
  }

  @Test
  void noJvmIsStartedForACommandThatIsServedWarm(Workbench bench) throws Exception {
    try (Daemon daemon = Daemon.start(bench)) {
      Bundle bundle = bench.bundle().script("sleep 2");
      long before = javas();
      Jrun.Running running = daemon.asked(bench.runCommand(bundle, Workbench.id())).start();
      Thread.sleep(1000);
      assertEquals(before, javas());
      running.await().succeedsSilently();
    }
  }

  @Test
  void whatOneCoreMakesTheOtherHandles(Workbench bench) throws Exception {
    try (Daemon daemon = Daemon.start(bench)) {
      Bundle bundle = bench.bundle().lasting();
      String cold = bench.created(bundle);
      daemon.command(bench, "start", cold).run().succeedsSilently();
      daemon.command(bench, "delete", "--force", cold).run().succeedsSilently();
      String warm = bench.keep(Workbench.id());
      daemon.asked(bench.createCommand(bundle, warm)).run().succeedsSilently();
      bench.command("start", warm).env("JRUN_CORE", "cold").run().succeedsSilently();
      assertEquals("running", bench.status(warm));
      bench.deleteByForce(warm).succeeds();
    }
  }

  @Test
  void killingTheWarmCoreTouchesNoContainer(Workbench bench) throws Exception {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().lasting();
    Path socket;
    try (Daemon daemon = Daemon.start(bench)) {
      socket = daemon.socket();
      daemon.asked(bench.runCommand(bundle, id, "-d")).run().succeedsSilently();
      daemon.process().destroyForcibly().waitFor();
      assertTrue(Files.exists(socket), "a killed core leaves its socket");
      assertEquals("running", bench.status(id));
      // A stale socket is passed over, silently.
      Outcome list = daemon.command(bench, "list", "-q").run();
      assertEquals(id + "\n", list.succeeds().out());
      assertEquals("", list.err());
      Files.delete(socket);
    }
  }

  @Test
  void onlyItsOwnerMayReachTheSocket(Workbench bench) throws Exception {
    try (Daemon daemon = Daemon.start(bench)) {
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(daemon.socket().getParent())));
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(daemon.socket())));
    }
  }

  /** Ended as early as anybody can: the moment its socket is there. */
  @Test
  void itTakesItsSocketWithIt(Workbench bench) throws Exception {
    for (int i = 0; i < 5; i++) {
      Daemon daemon = Daemon.start(bench);
      daemon.close();
      assertFalse(Files.exists(daemon.socket()));
    }
  }

  @Test
  void aCallerInOtherNamespacesIsServedCold(Workbench bench) throws Exception {
    try (Daemon daemon = Daemon.start(bench)) {
      Outcome outcome = daemon.command(bench, "--version").through("exec unshare -m \"$@\"").run();
      assertTrue(outcome.succeeds().out().startsWith("jrun version "), outcome::toString);
    }
  }

  @Test
  void aCoreThatBreaksOffBeforeItBeganIsReplaced(Workbench bench) throws Exception {
    Path socket = bench.directory().resolve("deaf.sock");
    Process deaf =
        new ProcessBuilder(
                List.of(
                    "perl",
                    "-MIO::Socket::UNIX",
                    "-e",
                    "my $s = IO::Socket::UNIX->new(Local => shift, Listen => 1) or die; "
                        + "while (my $c = $s->accept) { close $c }",
                    socket.toString()))
            .start();
    try {
      while (!Files.exists(socket)) {
        Thread.sleep(10);
      }
      Outcome outcome =
          bench
              .command("--version")
              .env("JRUN_SOCKET", socket.toString())
              .env("JRUN_CORE", "auto")
              .run();
      assertTrue(outcome.succeeds().out().startsWith("jrun version "), outcome::toString);
      assertEquals("", outcome.err());
    } finally {
      deaf.destroyForcibly().waitFor();
      Files.deleteIfExists(socket);
    }
    assertFalse(Files.exists(socket));
  }

  @Test
  void itSurvivesTheFailuresOfRequests(Workbench bench) throws IOException, Exception {
    try (Daemon daemon = Daemon.start(bench)) {
      for (int i = 0; i < 20; i++) {
        daemon.command(bench, "state", "nobody").run().failsWith("container does not exist");
        daemon.command(bench, "--bogus").run();
      }
      daemon.command(bench, "--version").run().succeeds();
      assertTrue(daemon.process().isAlive());
    }
  }
}
