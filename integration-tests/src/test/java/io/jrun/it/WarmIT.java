// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The warm core: whoever carries a command out, the outcome is the same; and whatever happens to
 * the warm core, nothing happens to a container.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class WarmIT {

  /** How many cores of this installation there are: a cold one would be one more. */
  private static long cores() {
    String executable =
        Jrun.prefix().resolve("lib/jrun") + (Jrun.isNative() ? "/core" : "/runtime/bin/java");
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().command().orElse("").equals(executable))
        .count();
  }

  @Test
  @Tag("smoke")
  void theWholeLifeOfAContainerIsServedWarm(Workbench bench) throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
      Bundle bundle = bench.bundle().lasting();
      String id = bench.keep(Workbench.id());
      daemon.demanded(bench.createCommand(bundle, id)).run().succeedsSilently();
      String warm = daemon.command(bench, "state", id).run().succeeds().out();
      assertEquals(bench.command("state", id).env("JRUN_CORE", "cold").run().out(), warm);
      daemon.command(bench, "start", id).run().succeedsSilently();
      daemon.command(bench, "kill", id, "KILL").run().succeedsSilently();
      bench.deleteByForce(id).succeeds();
      daemon.command(bench, "state", id).run().failsWith("container does not exist");
    }
  }

  @Test
  void noCoreIsStartedForACommandThatIsServedWarm(Workbench bench) throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
      Bundle bundle =
          bench
              .bundle()
              .set("/root/readonly", false)
              .script("touch /here; until test -e /go; do usleep 9000; done");
      long before = cores();
      assertTrue(before > 0, "this one is not seen");
      Jrun.Running running = daemon.demanded(bench.runCommand(bundle, Workbench.id())).start();
      Workbench.await("the container", () -> Files.exists(bundle.inside("/here")));
      assertEquals(before, cores());
      Files.createFile(bundle.inside("/go"));
      running.await().succeedsSilently();
    }
  }

  @Test
  void whatOneCoreMakesTheOtherHandles(Workbench bench) throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
      Bundle bundle = bench.bundle().lasting();
      String cold = bench.created(bundle);
      daemon.command(bench, "start", cold).run().succeedsSilently();
      daemon.command(bench, "delete", "--force", cold).run().succeedsSilently();
      String warm = bench.keep(Workbench.id());
      daemon.demanded(bench.createCommand(bundle, warm)).run().succeedsSilently();
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
    try (WarmCore daemon = WarmCore.start(bench)) {
      socket = daemon.socket();
      daemon.demanded(bench.runCommand(bundle, id, "-d")).run().succeedsSilently();
      daemon.destroy();
      assertTrue(Files.exists(socket), "a killed core leaves its socket");
      assertEquals("running", bench.status(id));
      // A stale socket is passed over, silently.
      Outcome list = daemon.asked(bench.command("list", "-q")).run();
      assertEquals(id + "\n", list.succeeds().out());
      assertEquals("", list.err());
      Files.delete(socket);
    }
  }

  /** Nobody is asked any more: the front removes what there is, and has the program's code. */
  @Test
  void whatRunsInTheForegroundDoesNotMissIt(Workbench bench) throws Exception {
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .script("touch /ready; until test -e /end; do usleep 9000; done; exit 3");
    try (WarmCore daemon = WarmCore.start(bench)) {
      Jrun.Running run = daemon.demanded(bench.runCommand(bundle, Workbench.id())).start();
      Workbench.await("it runs", () -> Files.exists(bundle.inside("/ready")));
      daemon.destroy();
      Files.createFile(bundle.inside("/end"));
      Outcome outcome = run.await().exits(3);
      assertEquals("", outcome.err());
    }
  }

  @Test
  void onlyItsOwnerMayReachTheSocket(Workbench bench) throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
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
      WarmCore daemon = WarmCore.start(bench);
      daemon.close();
      assertFalse(Files.exists(daemon.socket()));
    }
  }

  @Test
  void itSurvivesTheFailuresOfRequests(Workbench bench) {
    try (WarmCore daemon = WarmCore.start(bench)) {
      for (int i = 0; i < 20; i++) {
        daemon.command(bench, "state", "nobody").run().failsWith("container does not exist");
        daemon.command(bench, "--bogus").run();
      }
      daemon.command(bench, "--version").run().succeeds();
      assertTrue(daemon.process().isAlive());
    }
  }

  /** A large document takes what many requests at once take. */
  @Test
  void memoryIsGivenBackThatIsNoLongerNeeded(Workbench bench) throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
      int pid = (int) daemon.process().pid();
      long usual = megabytesBeforeRequests(bench, daemon);
      forgetPeak(pid);
      Path bundle = bench.bundle().set("/process/env", variables(50_000)).write().directory();
      daemon.command(bench, "check", "--bundle", bundle.toString()).run().succeeds();
      long most = megabytes(pid, "VmHWM");
      assertTrue(most > usual + 16, most + " MB after " + usual);
      Workbench.await(
          "the memory of before, " + usual + " MB", () -> megabytes(pid, "VmRSS") < usual + 10);
    }
  }

  @Test
  void requestsOneAfterTheOtherDoNotAddUp(Workbench bench) throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
      int pid = (int) daemon.process().pid();
      long usual = megabytesBeforeRequests(bench, daemon);
      Path bundle = bench.bundle().set("/process/env", variables(3000)).write().directory();
      for (int i = 0; i < 400; i++) {
        daemon.command(bench, "check", "--bundle", bundle.toString()).run().succeeds();
      }
      Workbench.await(
          "the memory of before, " + usual + " MB",
          Duration.ofSeconds(15),
          () -> megabytes(pid, "VmRSS") < usual + 16);
    }
  }

  /** Resident, once there is no rehearsal any more. */
  private static long megabytesBeforeRequests(Workbench bench, WarmCore daemon) {
    int pid = (int) daemon.process().pid();
    // What is answered is answered after the rehearsal has begun.
    daemon.command(bench, "--version").run().succeeds();
    Workbench.await(
        "the end of the rehearsal", Duration.ofMinutes(2), () -> !hasThread(pid, "rehearsal"));
    return megabytes(pid, "VmRSS");
  }

  private static List<String> variables(int count) {
    List<String> variables = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      variables.add("VARIABLE" + i + "=" + "x".repeat(100));
    }
    return variables;
  }

  private static boolean hasThread(int pid, String name) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads.anyMatch(thread -> read(thread.resolve("comm")).equals(name + "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Empty if the thread has just ended. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /** VmHWM begins anew: proc(5), clear_refs. */
  private static void forgetPeak(int pid) throws IOException {
    Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
  }

  private static long megabytes(int pid, String field) {
    try {
      return Long.parseLong(HostProcess.status(pid).get(field).split(" ")[0]) / 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
