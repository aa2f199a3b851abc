// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An init whose first thread has ended while others go on: a zombie by its state, and yet the
 * container runs, until its last thread has ended. {@link VerbsAgreeIT} has the stored programs.
 */
@ExtendWith(ResidueExtension.class)
class HeadlessInitIT {

  static Bundle bundle(Workbench bench) {
    return CProgram.built("headless").into(bench.bundle(), "/bin/headless").args("/bin/headless");
  }

  /** Waits until the first thread has ended. */
  static void awaitHeadless(int pid) {
    Workbench.await(
        "a zombie " + pid,
        () -> HostProcess.find(pid).filter(process -> process.status() == 'Z').isPresent());
  }

  private static String running(Workbench bench) {
    return running(bench, bundle(bench));
  }

  private static String running(Workbench bench, Bundle bundle) {
    String id = bench.running(bundle);
    awaitHeadless(bench.pid(id));
    return id;
  }

  private static Outcome byCore(Workbench bench, String... args) {
    return bench.command(args).env("JRUN_CORE", "cold").run();
  }

  private static String listed(Workbench bench, String id) {
    return bench
        .jrun("list")
        .succeeds()
        .out()
        .lines()
        .filter(line -> line.startsWith(id))
        .map(line -> line.split("\\s+")[2])
        .findFirst()
        .orElse("not listed");
  }

  @Test
  void itRunsUntilItsLastThreadHasEnded(Workbench bench) {
    String id = running(bench);
    assertEquals("running", bench.status(id));
    assertEquals("running", listed(bench, id));
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).out());
    String refusal = "cannot delete container " + id + " that is not stopped: running";
    bench.delete(id).failsWith(refusal);
    byCore(bench, "delete", id).failsWith(refusal);
    bench.kill(id, "KILL").succeedsSilently();
    Workbench.await("the end", () -> listed(bench, id).equals("stopped"));
    assertEquals("stopped", bench.status(id));
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  // It has nothing to be killed by but init itself, which delete ends if it takes it for stopped.
  @Test
  void withoutACgroupItIsNotEndedByDeleteEither(Workbench bench) {
    String id = bench.keepQuietly(Workbench.id());
    Bundle bundle = bundle(bench).write();
    bench
        .jrun(
            "--cgroup-manager",
            "disabled",
            "run",
            "--detach",
            "--bundle",
            bundle.directory().toString(),
            id)
        .succeedsSilently();
    int pid = bench.pid(id);
    awaitHeadless(pid);
    byCore(bench, "delete", id)
        .failsWith("cannot delete container " + id + " that is not stopped: running");
    assertEquals("running", bench.status(id));
    assertEquals(pid, bench.pid(id));
    bench.kill(id, "KILL").succeedsSilently();
    Workbench.await("the end", () -> listed(bench, id).equals("stopped"));
    byCore(bench, "delete", id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void otherCommandsTakeItForRunning(Workbench bench) throws IOException {
    String id = running(bench);
    int pid = bench.pid(id);
    assertEquals("[" + pid + "]", bench.jrun("ps", "-f", "json", id).succeeds().json().toString());
    byCore(bench, "start", id).failsWith("cannot start an already running container");
    byCore(bench, "pause", id).succeedsSilently();
    assertEquals("paused", listed(bench, id));
    byCore(bench, "resume", id).succeedsSilently();
    Path limits = bench.directory().resolve("limits.json");
    byCore(bench, "update", "--resources", Files.writeString(limits, "{}").toString(), id)
        .succeedsSilently();
    assertTrue(bench.jrun("events", "--stats", id).succeeds().out().contains(id));
    byCore(bench, "kill", id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
  }

  // What is written to cgroup.kill does not reach it.
  @ParameterizedTest
  @ValueSource(strings = {"kill --all", "delete --force"})
  void whatKillsAllKillsItToo(String verb, Workbench bench) {
    killed(verb, running(bench, bundle(bench)), bench);
  }

  // Nothing ends with init there: each is to be killed by itself.
  @ParameterizedTest
  @ValueSource(strings = {"kill --all", "delete --force"})
  void whatKillsAllKillsOthersOfItsKind(String verb, Workbench bench) throws IOException {
    Bundle bundle = bundle(bench).withoutNamespace("pid");
    String id = running(bench, bundle.script("/bin/headless & /bin/headless & exec /bin/headless"));
    Path processes = CgroupIT.cgroupOf(bench.pid(id)).resolve("cgroup.procs");
    List<Integer> pids = Files.readAllLines(processes).stream().map(Integer::valueOf).toList();
    assertEquals(3, pids.size());
    pids.forEach(HeadlessInitIT::awaitHeadless);
    killed(verb, id, bench);
    for (int pid : pids) {
      Workbench.await("the end of " + pid, () -> HostProcess.find(pid).isEmpty());
    }
  }

  private static void killed(String verb, String id, Workbench bench) {
    if (verb.equals("delete --force")) {
      bench.deleteByForce(id).succeedsSilently();
    } else {
      bench.jrun("kill", "--all", id, "KILL").succeedsSilently();
      bench.awaitStatus(id, "stopped");
      bench.delete(id).succeedsSilently();
    }
    bench.assertNothingOf(id);
  }

  // A thread that has ended has no namespaces, and it is the one that a pidfd stands for.
  @Test
  void nothingIsExecutedInIt(Workbench bench) {
    String id = running(bench);
    ExecIT.failsWith(
        "container not running: the first thread of its init has ended, others have not",
        bench.exec(id, "true"));
    assertEquals("running", bench.status(id));
  }

  @Test
  void aRunInTheForegroundWaitsForItsLastThread(Workbench bench) {
    bench.run(bundle(bench).args("/bin/headless", "7")).exits(7);
  }
}
