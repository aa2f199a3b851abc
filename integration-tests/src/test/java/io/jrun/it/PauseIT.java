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

/** pause and resume: everything in the container stands still, and goes on from there. */
@ExtendWith(ResidueExtension.class)
class PauseIT {

  /** Writes numbers as fast as it can, from two processes. */
  private static final String COUNTING =
      "count() { n=0; while :; do n=$((n+1)); echo $n >$1; done; }; count /log/one & count /log/two";

  private static Bundle counting(Workbench bench) throws IOException {
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    return bench.bundle().mount("/log", "bind", log.toString(), "bind").script(COUNTING);
  }

  private static long count(Workbench bench, String which) {
    try {
      String text = Files.readString(bench.directory().resolve("log").resolve(which)).strip();
      return text.isEmpty() ? 0 : Long.parseLong(text);
    } catch (IOException e) {
      return 0;
    }
  }

  private static void awaitCountsAbove(Workbench bench, long one, long two) {
    Workbench.await("both count on", () -> count(bench, "one") > one && count(bench, "two") > two);
  }

  /** Processor time of a process in clock ticks: fields 14 and 15 of /proc/PID/stat. */
  private static long ticks(int pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  @Test
  @Tag("smoke")
  void nothingRunsBetweenPauseAndResume(Workbench bench) throws IOException {
    String id = bench.running(counting(bench));
    awaitCountsAbove(bench, 0, 0);
    bench.jrun("pause", id).succeedsSilently();
    assertEquals("paused", bench.status(id));
    int pid = bench.pid(id);
    assertTrue(pid > 0);
    final long ticks = ticks(pid);
    final long one = count(bench, "one");
    final long two = count(bench, "two");
    assertTrue(bench.jrun("list").succeedsSilently().out().contains(" paused "));
    assertEquals(2, bench.jrun("ps", "-f", "json", id).succeedsSilently().json().size());
    assertEquals(ticks, ticks(pid));
    assertEquals(one, count(bench, "one"));
    assertEquals(two, count(bench, "two"));
    bench.jrun("resume", id).succeedsSilently();
    assertEquals("running", bench.status(id));
    awaitCountsAbove(bench, one, two);
  }

  @Test
  void aCreatedContainerCanBePausedAndStartsOnceItIsResumed(Workbench bench) {
    String id = bench.created(bench.bundle().args("true"));
    bench.jrun("pause", id).succeedsSilently();
    assertEquals("paused", bench.status(id));
    bench.start(id).failsWith("cannot start a container in the paused state");
    bench.jrun("resume", id).succeedsSilently();
    assertEquals("created", bench.status(id));
    bench.start(id).succeedsSilently();
    bench.awaitStatus(id, "stopped");
  }

  @Test
  void whatIsSentMeanwhileArrivesWhenItGoesOn(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.awaitTrap(id);
    bench.jrun("pause", id).succeedsSilently();
    bench.kill(id, "TERM").succeedsSilently();
    assertEquals("paused", bench.status(id));
    bench.jrun("resume", id).succeedsSilently();
    bench.awaitStatus(id, "stopped");
  }

  @Test
  void aPausedContainerCanBeKilled(Workbench bench) {
    String id = bench.paused(bench.bundle().lasting());
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
  }

  @Test
  void aPausedContainerIsDeletedByForceAlone(Workbench bench) {
    String id = bench.paused(bench.bundle().lasting());
    bench.delete(id).failsWith("cannot delete container " + id + " that is not stopped: paused");
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void execWaitsForTheResumeIfThePauseIsIgnored(Workbench bench) {
    String id = bench.paused(bench.bundle().lasting());
    Outcome refused = bench.exec(id, "true").exits(255);
    assertEquals(
        "exec failed: cannot exec in a paused container (use --ignore-paused to override)",
        refused.message());
    int before = processes(bench, id);
    Jrun.Running running =
        bench.execCommand(java.util.List.of("--ignore-paused"), id, "echo", "later").start();
    Workbench.await("one process more", () -> processes(bench, id) > before);
    assertTrue(running.process().isAlive());
    bench.jrun("resume", id).succeedsSilently();
    assertEquals("later\n", running.await().succeedsSilently().out());
  }

  private static int processes(Workbench bench, String id) {
    return bench.jrun("ps", "-f", "json", id).succeedsSilently().json().size();
  }

  @Test
  void cgroupsInsideStandStillToo(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/sys/fs/cgroup")
            .mount("/sys/fs/cgroup", "cgroup", "cgroup", "rw")
            .script("mkdir /sys/fs/cgroup/in; echo 0 >/sys/fs/cgroup/in/cgroup.procs; sleep 1000");
    String id = bench.running(bundle);
    Workbench.await("a move", () -> cgroup(bench, id).endsWith("in"));
    bench.jrun("pause", id).succeedsSilently();
    String inner = Files.readString(cgroup(bench, id).resolve("cgroup.events"));
    assertTrue(inner.contains("frozen 1"), inner);
    bench.jrun("resume", id).succeedsSilently();
    assertEquals("running", bench.status(id));
  }

  private static Path cgroup(Workbench bench, String id) {
    try {
      return CgroupIT.cgroupOf(bench.pid(id));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  // As a whole pod is stopped: what the runtime did not freeze it cannot let go on.
  @Test
  void whatAnotherCgroupHoldsIsNamed(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().lasting().set("/linux/cgroupsPath", "/" + id + "/inner");
    bench.create(bundle, id).succeedsSilently();
    bench.start(id).succeedsSilently();
    Path above = Snapshot.CGROUPS.resolve(id);
    Files.writeString(above.resolve("cgroup.freeze"), "1");
    bench.awaitStatus(id, "paused");
    bench
        .jrun("resume", id)
        .failsWith(
            "container not paused by itself: a cgroup above "
                + above.resolve("inner")
                + " is frozen: thaw that one");
    Files.writeString(above.resolve("cgroup.freeze"), "0");
    bench.awaitStatus(id, "running");
    bench.deleteByForce(id).succeedsSilently();
    Files.delete(above);
  }

  @Test
  void aHundredTimesOverEitherIsDoneWhenItReturns(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    for (int i = 0; i < 100; i++) {
      bench.jrun("pause", id).succeedsSilently();
      assertEquals("paused", bench.status(id));
      bench.jrun("resume", id).succeedsSilently();
      assertEquals("running", bench.status(id));
    }
  }
}
