// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The run command: in the foreground it is the program to its caller; detached it is create and
 * start.
 */
@ExtendWith(ResidueExtension.class)
class RunIT {

  @Test
  @Tag("smoke")
  void theProgramsOutputIsTheRuntimes(Workbench bench) {
    Bundle bundle = bench.bundle().script("echo to out; echo to err >&2");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("to out\n", outcome.out());
    assertEquals("to err\n", outcome.err());
  }

  @Test
  void theProgramReadsTheRuntimesInput(Workbench bench) throws IOException {
    Path input = Files.writeString(bench.directory().resolve("input"), "line\n");
    Outcome outcome =
        bench.runCommand(bench.bundle().args("cat"), Workbench.id()).stdin(input).run();
    assertEquals("line\n", outcome.succeedsSilently().out());
  }

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 1, 1", "exit 42, 42", "exit 255, 255", "kill -15 $$; exit 3, 3"})
  @Tag("smoke")
  void theExitCodeIsTheProgramsAndNothingIsLeft(String script, int code, Workbench bench) {
    String id = Workbench.id();
    bench.runCommand(bench.bundle().script(script), id).run().exits(code);
    bench.assertNothingOf(id);
  }

  @Test
  void aProgramThatWasKilledGives128AndTheSignal(Workbench bench) throws InterruptedException {
    String id = Workbench.id();
    Jrun.Running running = bench.runCommand(bench.bundle().lasting(), id).start();
    Workbench.await("running", () -> isRunning(bench, id));
    bench.kill(id, "KILL").succeedsSilently();
    running.await().exits(137);
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP", "USR1", "QUIT"})
  void signalsToTheRuntimeReachTheProgram(String signal, Workbench bench)
      throws IOException, InterruptedException {
    String id = Workbench.id();
    Bundle bundle =
        bench
            .bundle()
            .script(
                "trap 'echo got "
                    + signal
                    + "; exit 7' "
                    + signal
                    + "; echo ready; while :; do sleep 0.05; done");
    Jrun.Running running = bench.runCommand(bundle, id).start();
    Workbench.await("ready", () -> running.written().contains("ready"));
    new ProcessBuilder("kill", "-" + signal, Long.toString(running.process().pid()))
        .start()
        .waitFor();
    Outcome outcome = running.await().exits(7);
    assertEquals("ready\ngot " + signal + "\n", outcome.out());
  }

  @Test
  void theRuntimeWaitsForNobodyWhoIsNotTheProgram(Workbench bench) {
    Bundle bundle = bench.bundle().script("sleep 1000 & echo done");
    assertEquals("done\n", bench.run(bundle).succeedsSilently().out());
  }

  // Without a pid namespace nothing ends the others by itself.
  @Test
  void theOthersEndWithTheProgramAlsoWithoutAPidNamespace(Workbench bench) {
    Bundle bundle = bench.bundle().withoutNamespace("pid").script("sleep 1000 & echo done");
    String id = Workbench.id();
    bench.runCommand(bundle, id).run().succeeds();
    bench.assertNothingOf(id);
  }

  @Test
  void detachedRunReturnsAndTheContainerRuns(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    bench.runCommand(bench.bundle().lasting(), id, "--detach").run().succeedsSilently();
    assertEquals("running", bench.status(id));
    assertEquals("1", HostProcess.status(bench.pid(id)).get("PPid"));
  }

  @Test
  void aDetachedContainerThatEndedIsStoppedAndStillThere(Workbench bench) {
    String id = bench.keep(Workbench.id());
    bench.runCommand(bench.bundle().args("true"), id, "-d").run().succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void keepLeavesTheStoppedContainer(Workbench bench) {
    String id = bench.keep(Workbench.id());
    bench.runCommand(bench.bundle().script("exit 3"), id, "--keep").run().exits(3);
    assertEquals("stopped", bench.status(id));
  }

  @Test
  void aRunThatFailsLeavesNothing(Workbench bench) {
    String id = Workbench.id();
    bench
        .runCommand(bench.bundle().args("nosuch"), id)
        .run()
        .failsWith(
            Jrun.name()
                + " run failed: unable to start container process: exec: \"nosuch\": executable"
                + " file not found in $PATH");
    bench.assertNothingOf(id);
  }

  @Test
  void aRunWhoseProgramCannotBeExecutedSaysWhatRuncSaysAndThenWhatHelps(Workbench bench) {
    Bundle bundle = bench.bundle().executable("/run.sh", "#!/nosuch\n").args("/run.sh");
    for (List<String> options : List.of(List.<String>of(), List.of("-d"))) {
      String id = Workbench.id();
      Outcome outcome = bench.runCommand(bundle, id, options.toArray(String[]::new)).run().exits(1);
      List<String> lines = outcome.err().lines().toList();
      assertEquals(2, lines.size(), outcome::toString);
      assertEquals("exec /run.sh: no such file or directory", lines.get(0));
      assertTrue(lines.get(1).contains("see its first line"), outcome::toString);
      bench.assertNothingOf(id);
    }
  }

  @Test
  void aStartWhoseProgramCannotBeExecutedSaysTheSame(Workbench bench) {
    String id = bench.created(bench.bundle().executable("/run.sh", "#!/nosuch\n").args("/run.sh"));
    Outcome outcome = bench.jrun("start", id).exits(1);
    assertEquals(
        "exec /run.sh: no such file or directory", outcome.err().lines().findFirst().orElse(""));
    assertTrue(outcome.message().contains("see its first line"), outcome::toString);
  }

  @Test
  void aDetachedRunWhoseProgramCannotBeExecutedFailsAndLeavesNothing(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().executable("/run.sh", "#!/nosuch\n").args("/run.sh");
    Outcome outcome = bench.runCommand(bundle, id, "-d").run().exits(1);
    assertTrue(
        outcome.err().contains("exec /run.sh: no such file or directory"), outcome::toString);
    bench.assertNothingOf(id);
  }

  @Test
  void theCallerMayDieAndTheContainerOfADetachedRunLives(Workbench bench) {
    String id = bench.keep(Workbench.id());
    bench
        .runCommand(bench.bundle().lasting(), id, "-d")
        .through("\"$@\"; kill -9 $$")
        .run()
        .exits(137);
    assertEquals("running", bench.status(id));
  }

  @Test
  void aForegroundRunCanBeSeenByOtherCommands(Workbench bench) {
    String id = Workbench.id();
    Jrun.Running running = bench.runCommand(bench.bundle().lasting(), id).start();
    Workbench.await("running", () -> isRunning(bench, id));
    assertTrue(bench.jrun("list", "-q").succeeds().lines().contains(id));
    bench.awaitTrap(id);
    bench.kill(id, "TERM").succeedsSilently();
    running.await().exits(0);
    assertFalse(bench.jrun("list", "-q").succeeds().lines().contains(id));
  }

  static boolean isRunning(Workbench bench, String id) {
    Outcome state = bench.jrun("state", id);
    return state.exitCode() == 0 && state.json().get("status").asText().equals("running");
  }
}
