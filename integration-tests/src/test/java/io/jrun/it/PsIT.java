// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ps command: the container's processes, with the host's pids. */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class PsIT {

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  @Test
  @Tag("smoke")
  void jsonIsTheHostsPids(Workbench bench) {
    String id = bench.created(bench.bundle());
    assertEquals(
        "[" + bench.pid(id) + "]\n",
        bench.jrun("ps", "--format", "json", id).succeedsSilently().out());
  }

  @Test
  void jsonOfSeveralProcessesHasThemAll(Workbench bench) {
    String id = bench.running(bench.bundle().script("sleep 1000 & sleep 1000 & wait"));
    Workbench.await(
        "processes", () -> bench.jrun("ps", "-f", "json", id).succeeds().json().size() == 3);
  }

  @Test
  void theTableHasTheHeaderAndTheContainersRows(Workbench bench) {
    String id = bench.running(bench.bundle().args("sleep", "1007"));
    Workbench.await("program", () -> ps(bench, id).out().contains("sleep 1007"));
    List<String> lines = ps(bench, id).succeedsSilently().lines();
    assertEquals(2, lines.size());
    assertTrue(lines.get(0).matches("UID +PID +PPID .*"), lines.get(0));
    assertEquals(Integer.toString(bench.pid(id)), lines.get(1).split(" +")[1]);
  }

  @Test
  void argumentsAfterTheIdAreForTheHostsPs(Workbench bench) {
    String id = bench.running(bench.bundle().args("sleep", "1008"));
    Outcome outcome = ps(bench, id, "-e", "-o", "pid,comm").succeedsSilently();
    assertEquals(2, outcome.lines().size(), outcome::toString);
    assertEquals(Integer.toString(bench.pid(id)), outcome.lines().get(1).strip().split(" +")[0]);
    assertEquals(2, ps(bench, id, "aux").succeedsSilently().lines().size());
  }

  @Test
  void aTableWithoutPidsIsAnError(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ps(bench, id, "-e", "-o", "comm").failsWith("couldn't find PID field in ps output");
  }

  // Podman hands over an environment without PATH.
  @Test
  void theTableNeedsNoEnvironment(Workbench bench) {
    String id = bench.created(bench.bundle());
    assertEquals(2, bench.jrun("ps", id).succeedsSilently().lines().size());
  }

  @Test
  void aStoppedContainerHasNoProcesses(Workbench bench) {
    String id = bench.stopped(bench.bundle());
    assertEquals("null", bench.jrun("ps", "-f", "json", id).succeedsSilently().text());
    assertEquals(1, ps(bench, id).succeedsSilently().lines().size());
  }

  @Test
  void aMissingContainerIsAnError(Workbench bench) {
    bench.jrun("ps", Workbench.id()).failsWith("container does not exist");
  }

  @Test
  void anUnknownFormatIsRefused(Workbench bench) {
    String id = bench.created(bench.bundle());
    bench.jrun("ps", "--format", "x", id).failsWith("invalid format option");
  }

  private static Outcome ps(Workbench bench, String id, String... options) {
    String[] args = new String[options.length + 2];
    args[0] = "ps";
    args[1] = id;
    System.arraycopy(options, 0, args, 2, options.length);
    return bench.command(args).env("PATH", PATH).run();
  }
}
