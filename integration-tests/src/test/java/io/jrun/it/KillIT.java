// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kill command: which signals it knows, whom it reaches, and that nobody else is ever hit. */
@ExtendWith(ResidueExtension.class)
class KillIT {

  private static final String REPORT =
      "for s in HUP INT QUIT USR1 USR2 TERM WINCH CONT URG; do trap \"echo $s >>/log/signals\" $s;"
          + " done; echo ready >>/log/signals; while :; do sleep 0.02; done";

  @ParameterizedTest
  @CsvSource({
    "TERM, TERM",
    "SIGTERM, TERM",
    "term, TERM",
    "sigterm, TERM",
    "15, TERM",
    "HUP, HUP",
    "1, HUP",
    "INT, INT",
    "SigUsr1, USR1",
    "12, USR2",
    "WINCH, WINCH",
    "CONT, CONT",
    "URG, URG",
    "QUIT, QUIT"
  })
  void aSignalCanBeNamedInEachOfTheseWays(String argument, String received, Workbench bench)
      throws Exception {
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    String id =
        bench.running(bench.bundle().mount("/log", "bind", log.toString(), "bind").script(REPORT));
    Workbench.await("ready", () -> read(log).equals("ready\n"));
    bench.kill(id, argument).succeedsSilently();
    Workbench.await(received, () -> read(log).equals("ready\n" + received + "\n"));
  }

  @Test
  void theDefaultIsTerm(Workbench bench) throws Exception {
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    String id =
        bench.running(bench.bundle().mount("/log", "bind", log.toString(), "bind").script(REPORT));
    Workbench.await("ready", () -> read(log).equals("ready\n"));
    bench.jrun("kill", id).succeedsSilently();
    Workbench.await("TERM", () -> read(log).equals("ready\nTERM\n"));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log.resolve("signals"));
    } catch (java.io.IOException e) {
      return "";
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"FOO", "SIG", "SIGFOO", "TERM ", " 9", "9x", "0x9", "KILL\n", "1.5", "+", "TÉRM"})
  void anUnknownSignalIsRefusedByName(String signal, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.kill(id, signal).failsNaming("unknown signal \"" + signal.lines().findFirst().orElse(""));
    assertEquals("running", bench.status(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65", "999", "4294967305", "99999999999999999999"})
  void aNumberThatIsNoSignalIsRefused(String signal, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.jrun("kill", "--", id, signal).exits(1).message();
    assertEquals("running", bench.status(id));
  }

  @Test
  void aNumberWithADashIsAnArgumentAndNoSignal(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.jrun("kill", id, "-9").exits(1).message();
    assertEquals("running", bench.status(id));
  }

  @Test
  void signalZeroOnlyAsks(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.kill(id, "0").succeedsSilently();
    assertEquals("running", bench.status(id));
  }

  @Test
  @Tag("smoke")
  void killEndsARunningContainer(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
  }

  @Test
  void killEndsACreatedContainer(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
  }

  // Init is the first process of a pid namespace, which the kernel spares what is not handled.
  @ParameterizedTest
  @ValueSource(strings = {"HUP", "INT", "QUIT", "USR1", "PIPE", "TERM", "SYS", "RTMIN", "64"})
  void aSignalThatEndsAProcessEndsACreatedContainer(String signal, Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    bench.kill(id, signal).succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.start(id).failsWith("cannot start a container that has stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void soItDoesWhereverItComesFromAndWhosePidNamespaceItIs(Workbench bench) throws Exception {
    String other = bench.running(bench.bundle().lasting());
    for (Bundle bundle :
        List.of(
            bench.bundle(),
            UserNamespaceIT.mapped(bench),
            bench.bundle().join("pid", "/proc/" + bench.pid(other) + "/ns/pid"),
            bench.bundle().withoutNamespace("pid"))) {
      String id = bench.created(bundle.lasting());
      int pid = bench.pid(id);
      assertEquals(0, new ProcessBuilder("kill", "-TERM", "" + pid).start().waitFor());
      bench.awaitStatus(id, "stopped");
      bench.delete(id).succeedsSilently();
    }
  }

  @Test
  void otherSignalsLeaveACreatedContainerAsItIs(Workbench bench) throws Exception {
    String id = bench.created(bench.bundle().args("sleep", "1000"));
    for (String signal : List.of("CHLD", "CONT", "TSTP", "TTIN", "TTOU", "URG", "WINCH")) {
      bench.kill(id, signal).succeedsSilently();
    }
    assertEquals("created", bench.status(id));
    bench.start(id).succeedsSilently();
    assertEquals("running", bench.status(id));
    // Nothing of the wait is handed on.
    Map<String, String> status = HostProcess.status(bench.pid(id));
    assertEquals("0000000000000000", status.get("SigBlk"));
    assertEquals("0000000000000000", status.get("SigIgn"));
  }

  @Test
  void aSignalThatComesAsSoonAsTheCreateHasEndedIsNotLost(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle().lasting().write();
    for (int i = 0; i < 10; i++) {
      String id = bench.keep(Workbench.id());
      String jrun = Jrun.binary() + " --root " + bench.root();
      bench
          .createCommand(bundle, id)
          .through("\"$@\" && exec " + jrun + " kill " + id + " TERM")
          .run()
          .succeedsSilently();
      bench.awaitStatus(id, "stopped");
    }
  }

  @Test
  void aStoppedContainerCannotBeKilled(Workbench bench) {
    String id = bench.stopped(bench.bundle());
    bench.kill(id, "KILL").failsWith("container not running");
    bench.jrun("kill", id).failsWith("container not running");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--all", "-a", "--all=true"})
  void killAllOfAStoppedContainerSucceeds(String option, Workbench bench) {
    String id = bench.stopped(bench.bundle());
    bench.jrun("kill", option, id, "KILL").succeedsSilently();
  }

  @Test
  void aMissingContainerIsAnError(Workbench bench) {
    bench.kill(Workbench.id(), "KILL").failsWith("container does not exist");
  }

  @Test
  void killTakesTheWholeContainerWhenThereIsNoPidNamespace(Workbench bench) {
    Bundle bundle = bench.bundle().withoutNamespace("pid").script("sleep 1001 & sleep 1002 & wait");
    String id = bench.running(bundle);
    Workbench.await(
        "children", () -> bench.jrun("ps", "-f", "json", id).succeeds().json().size() == 3);
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    Workbench.await(
        "end of all",
        () -> Snapshot.take().lines().stream().noneMatch(line -> line.contains("sleep 100")));
  }

  @Test
  void killOfAContainerWhoseInitIsGoneTakesTheOthers(Workbench bench) {
    Bundle bundle = bench.bundle().withoutNamespace("pid").script("sleep 1003 & sleep 0.2");
    String id = bench.running(bundle);
    bench.awaitStatus(id, "stopped");
    assertTrue(Snapshot.take().lines().stream().anyMatch(line -> line.contains("sleep 1003")));
    bench.jrun("kill", "--all", id, "KILL").succeedsSilently();
    Workbench.await(
        "end",
        () -> Snapshot.take().lines().stream().noneMatch(line -> line.contains("sleep 1003")));
  }

  // A container that may write its cgroup chooses the names in it.
  @Test
  void killAllReachesCgroupsWhateverTheirNamesAre(Workbench bench) throws Exception {
    String id =
        bench.running(
            bench.bundle().script("trap : USR1; sleep 1005 & sleep 1006 & wait; wait; sleep 1000"));
    int init = bench.pid(id);
    Path cgroup = CgroupIT.cgroupOf(init);
    Workbench.await("children", () -> processes(cgroup).size() == 3);
    List<String> children = new ArrayList<>(processes(cgroup));
    children.remove("" + init);
    String move =
        "set -e; cd $0; for n in \"$(printf 'not-utf8-\\377')\" é; do mkdir \"$n\";"
            + " grep -vx $1 cgroup.procs | head -n1 >\"$n/cgroup.procs\"; done";
    assertEquals(
        0,
        new ProcessBuilder("sh", "-c", move, cgroup.toString(), "" + init)
            .inheritIO()
            .start()
            .waitFor());
    assertEquals(List.of("" + init), processes(cgroup));
    bench.jrun("kill", "--all", id, "USR1").succeedsSilently();
    for (String child : children) {
      HostProcess.awaitEnd(Integer.parseInt(child));
    }
    assertEquals("running", bench.status(id));
  }

  private static List<String> processes(Path cgroup) {
    try {
      return Files.readAllLines(cgroup.resolve("cgroup.procs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aProcessOutsideIsNeverReached(Workbench bench) throws Exception {
    Process bystander = new ProcessBuilder("sleep", "1004").start();
    try {
      String id = bench.running(bench.bundle().withoutNamespace("pid").lasting());
      bench.kill(id, "KILL").succeedsSilently();
      bench.awaitStatus(id, "stopped");
      bench.delete(id).succeedsSilently();
      assertTrue(bystander.isAlive());
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }
}
