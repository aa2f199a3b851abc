// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The start command: it lets the program run, once, and never hangs. */
@ExtendWith(ResidueExtension.class)
class StartIT {

  @Test
  @Tag("smoke")
  void startRunsTheProgramInTheProcessThatWasCreated(Workbench bench) throws IOException {
    Path out = bench.directory().resolve("out");
    String id = bench.keep(Workbench.id());
    bench
        .createCommand(bench.bundle().script("echo ran; sleep 1000"), id)
        .through("exec \"$@\" >" + out)
        .run()
        .succeeds();
    int pid = bench.pid(id);
    bench.start(id).succeedsSilently();
    Workbench.await("output", () -> read(out).equals("ran\n"));
    assertEquals("running", bench.status(id));
    assertEquals(pid, bench.pid(id));
  }

  @Test
  void startReturnsAlthoughTheProgramWritesNothingAndLasts(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    bench.command("start", id).run().succeedsSilently();
  }

  @Test
  void aProgramThatEndsAtOnceHasStillBeenStarted(Workbench bench) {
    for (int i = 0; i < 5; i++) {
      String id = bench.created(bench.bundle().args("true"));
      bench.start(id).succeedsSilently();
      bench.awaitStatus(id, "stopped");
    }
  }

  @Test
  void startOfARunningContainerIsRefused(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.start(id).failsWith("cannot start an already running container");
    assertEquals("running", bench.status(id));
  }

  @Test
  void startOfAStoppedContainerIsRefused(Workbench bench) {
    String id = bench.stopped(bench.bundle());
    bench.start(id).failsWith("cannot start a container that has stopped");
  }

  @Test
  void startOfAContainerThatWasKilledBeforeItsStartDoesNotHang(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    bench.kill(id, "KILL").succeedsSilently();
    Workbench.await("end of init", () -> bench.status(id).equals("stopped"));
    bench.command("start", id).run().failsWith("cannot start a container that has stopped");
  }

  @Test
  void startOfAMissingContainerIsRefused(Workbench bench) {
    bench.start(Workbench.id()).failsWith("container does not exist");
  }

  // Whatever execve(2) says is the answer of start, on one line.
  @Test
  void startSaysWhyTheProgramCannotBeExecuted(Workbench bench) {
    Bundle bundle = bench.bundle().executable("/run.sh", "#!/nosuch\n").args("/run.sh");
    String id = bench.created(bundle);
    Outcome outcome = bench.start(id).exits(1);
    assertTrue(
        outcome.err().contains("exec /run.sh: no such file or directory"), outcome::toString);
    assertEquals(1, outcome.err().lines().count(), outcome::toString);
    bench.awaitStatus(id, "stopped");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
