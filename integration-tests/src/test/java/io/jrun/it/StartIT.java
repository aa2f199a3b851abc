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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start command: it lets the program run, once, and never hangs. */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
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

  // The stored program, and a core.
  @ParameterizedTest
  @ValueSource(strings = {"", "cold"})
  void aContainerStartsWhereTheFileSystemOfItsStateIsFull(String core, Workbench bench)
      throws IOException, InterruptedException {
    Path root = Files.createDirectory(bench.directory().resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", root.toString());
    try {
      Bundle bundle = bench.bundle().lasting().write();
      String id = Workbench.id();
      rooted(bench, root, core, "create", "-b", bundle.directory().toString(), id)
          .succeedsSilently();
      new ProcessBuilder("dd", "if=/dev/zero", "of=" + root.resolve("full"), "bs=4k")
          .redirectErrorStream(true)
          .redirectOutput(bench.directory().resolve("dd").toFile())
          .start()
          .waitFor();
      rooted(bench, root, core, "start", id).succeedsSilently();
      assertEquals(
          "running",
          rooted(bench, root, core, "state", id).succeeds().json().get("status").asText());
      rooted(bench, root, core, "delete", id).failsNaming("that is not stopped: running");
      rooted(bench, root, core, "delete", "--force", id).succeedsSilently();
      assertEquals(List.of("full"), List.of(root.toFile().list()));
    } finally {
      run("umount", root.toString());
    }
  }

  private static Outcome rooted(Workbench bench, Path root, String core, String... words) {
    List<String> all = new ArrayList<>(List.of("--root", root.toString()));
    all.addAll(List.of(words));
    Jrun command = bench.bareCommand(all.toArray(String[]::new));
    return (core.isEmpty() ? command : command.env("JRUN_CORE", core)).run();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
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

  // Whatever execve(2) says is the answer of start: the bare line, and the record.
  @Test
  void startSaysWhyTheProgramCannotBeExecuted(Workbench bench) {
    Bundle bundle = bench.bundle().executable("/run.sh", "#!/nosuch\n").args("/run.sh");
    String id = bench.created(bundle);
    Outcome outcome = bench.start(id).exits(1);
    assertTrue(
        outcome.err().contains("exec /run.sh: no such file or directory"), outcome::toString);
    assertEquals(2, outcome.err().lines().count(), outcome::toString);
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
