// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How the kernel says a container's process is scheduled: fields 19 (nice), 40 (real-time priority)
 * and 41 (policy) of /proc/PID/stat; and what else belongs to a thread.
 */
@ExtendWith(ResidueExtension.class)
class SchedulingIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest(name = "{0}")
  @Tag("smoke")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"policy\":\"SCHED_OTHER\",\"nice\":7}                    | 7 0 0",
        "{\"policy\":\"SCHED_OTHER\",\"nice\":-5}                   | -5 0 0",
        "{\"policy\":\"SCHED_BATCH\",\"nice\":3}                    | 3 0 3",
        "{\"policy\":\"SCHED_IDLE\"}                                | 0 0 5",
        "{\"policy\":\"SCHED_FIFO\",\"priority\":10}                | 0 10 1",
        "{\"policy\":\"SCHED_RR\",\"priority\":99,\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]} | 0 99"
            + " 2",
        "{\"policy\":\"SCHED_DEADLINE\",\"runtime\":10000000,\"deadline\":20000000,\"period\":30000000}"
            + " | 0 0 6",
      })
  void theKernelSaysWhatTheConfigurationSays(String scheduler, String expected, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/scheduler", JSON.readTree(scheduler))
            .args("cut", "-d", " ", "-f", "19,40,41", "/proc/self/stat");
    assertEquals(expected + "\n", bench.run(bundle).succeedsSilently().out());
  }

  /** Neither crosses a fork: sched(7), "Resetting scheduling policy for child processes". */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"policy\":\"SCHED_DEADLINE\",\"runtime\":10000000,\"deadline\":90000000}      | 0 0 6",
        "{\"policy\":\"SCHED_DEADLINE\",\"runtime\":10000000,\"deadline\":90000000,\"flags\":"
            + "[\"SCHED_FLAG_RESET_ON_FORK\"]}                                    | 0 0 6",
        "{\"policy\":\"SCHED_FIFO\",\"priority\":9,\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]} | 0 9 1",
        "{\"policy\":\"SCHED_OTHER\",\"nice\":-3,\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}   | -3 0 0",
        "{\"policy\":\"SCHED_BATCH\",\"nice\":3}                                 | 3 0 3",
      })
  void whatIsExecutedLaterIsScheduledAlike(String scheduler, String expected, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench
            .bundle()
            // One that forks could not, without the flag.
            .args("sleep", "1000")
            .set("/process/user", Map.of("uid", 1000, "gid", 1000))
            .set("/process/scheduler", JSON.readTree(scheduler));
    String id = bench.running(bundle);
    Outcome outcome = bench.exec(id, "cut", "-d", " ", "-f", "19,40,41", "/proc/self/stat");
    assertEquals(expected + "\n", outcome.succeedsSilently().out());
  }

  /** Root of a user namespace has no right to either: who starts it has. */
  @Test
  void underAUserNamespaceBothAreSetWithTheRightsOfWhoStartsIt(Workbench bench) throws IOException {
    String scheduler = "{\"policy\":\"SCHED_FIFO\",\"priority\":9}";
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .set("/process/scheduler", JSON.readTree(scheduler))
            .set("/process/ioPriority", Map.of("class", "IOPRIO_CLASS_RT", "priority", 3))
            .lasting();
    String id = bench.running(bundle);
    String first = Files.readString(Path.of("/proc/" + bench.pid(id) + "/stat"));
    assertEquals("9 1", String.join(" ", List.of(first.split(" ")).subList(39, 41)));
    Outcome executed =
        bench.exec(id, "sh", "-c", "busybox ionice; exec cut -d ' ' -f 19,40,41 /proc/self/stat");
    assertEquals("realtime: prio 3\n0 9 1\n", executed.succeedsSilently().out());
  }

  /** In nanoseconds; the kernel takes what lies between 0.1 and 100 ms: sched_setattr(2). */
  @ParameterizedTest
  @ValueSource(strings = {"SCHED_OTHER", "SCHED_BATCH"})
  void theFairPoliciesTakeARuntimeAsTheirSlice(String policy, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/scheduler", Map.of("policy", policy, "runtime", 7_000_000))
            .script("sed -n 's/^se.slice *: *//p' /proc/self/sched");
    Outcome outcome = bench.run(bundle).succeeds();
    if (HostProcess.isKernelAtLeast(6, 12)) {
      // A kernel without CONFIG_SCHED_DEBUG does not tell it.
      assertTrue(List.of("7000000\n", "").contains(outcome.out()), outcome::toString);
      assertEquals("", outcome.err());
    } else {
      assertTrue(outcome.err().contains("/process/scheduler/runtime: ignored"), outcome::toString);
    }
  }

  @Test
  void whatAPolicyDoesNotTakeIsToldAndLeftOut(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .set(
                "/process/scheduler",
                JSON.readTree(
                    "{\"policy\":\"SCHED_FIFO\",\"priority\":10,\"nice\":19,\"flags\":[\"SCHED_FLAG_OF_2040\"]}"))
            .args("cut", "-d", " ", "-f", "19,40,41", "/proc/self/stat");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("0 10 1\n", outcome.out());
    assertTrue(outcome.err().contains("/process/scheduler/nice: ignored"), outcome::toString);
    assertTrue(outcome.err().contains("/process/scheduler/flags/0: ignoring"), outcome::toString);
  }

  @Test
  void aPolicyTheKernelDoesNotHaveFailsAndIsNamed(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().set("/process/scheduler", Map.of("policy", "SCHED_ISO")), id)
        .failsNaming("/process/scheduler", "schedule as SCHED_ISO", "sched_setattr", "EINVAL");
    bench.assertNothingOf(id);
  }

  @Test
  void moreRunTimeThanThereIsFailsAndIsNamed(Workbench bench) {
    String id = Workbench.id();
    Map<String, Object> all =
        Map.of("policy", "SCHED_DEADLINE", "runtime", 1L << 62, "deadline", 1L << 62);
    bench
        .create(bench.bundle().set("/process/scheduler", all), id)
        .failsNaming("/process/scheduler", "sched_setattr");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({
    "IOPRIO_CLASS_BE, 3, best-effort: prio 3",
    "IOPRIO_CLASS_IDLE, 7, idle",
    "IOPRIO_CLASS_RT, 0, realtime: prio 0"
  })
  void theIoPriorityIsWhatTheConfigurationSays(
      String priorityClass, int priority, String expected, Workbench bench) throws Exception {
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        bench
            .bundle()
            .set("/process/ioPriority", Map.of("class", priorityClass, "priority", priority))
            .lasting();
    bench.create(bundle, id).succeedsSilently();
    assertEquals(expected + "\n", ionice(bench.pid(id)));
  }

  private static String ionice(long pid) throws IOException {
    Process ionice = new ProcessBuilder("ionice", "-p", Long.toString(pid)).start();
    return new String(ionice.getInputStream().readAllBytes());
  }

  /** Both peers take a document like that; there is but one priority in that class. */
  @Test
  void theIdleClassNeedsNoPriority(Workbench bench) throws IOException {
    Bundle bundle =
        bench.bundle().lasting().set("/process/ioPriority", Map.of("class", "IOPRIO_CLASS_IDLE"));
    String id = bench.running(bundle);
    assertEquals("idle\n", ionice(bench.pid(id)));
    bench.exec(id, "true").succeedsSilently();
    bundle.set("/process/ioPriority", Map.of("class", "IOPRIO_CLASS_BE"));
    bench.create(bundle, Workbench.id()).failsNaming("/process/ioPriority/priority", "required");
  }

  @Test
  void aProcessOf32BitsBelievesInAnotherMachine(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/personality", Map.of("domain", "LINUX32"))
            .args("cat", "/proc/self/personality");
    assertEquals("00000008\n", bench.run(bundle).succeedsSilently().out());
    bundle.set("/linux/personality", Map.of("domain", "LINUX"));
    assertEquals("00000000\n", bench.run(bundle).succeedsSilently().out());
  }

  @ParameterizedTest
  @CsvSource({
    "MPOL_BIND, 0, bind:0",
    "MPOL_INTERLEAVE, 0, interleave:0",
    "MPOL_PREFERRED, 0, prefer:0",
    "MPOL_LOCAL, '', local",
    "MPOL_DEFAULT, '', default"
  })
  void theMemoryPolicyIsWhatTheConfigurationSays(
      String mode, String nodes, String expected, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/memoryPolicy", Map.of("mode", mode, "nodes", nodes))
            .args("grep", "stack", "/proc/self/numa_maps");
    String line = bench.run(bundle).succeedsSilently().out();
    assertTrue(line.contains(" " + expected + " "), line);
  }

  @Test
  void aNodeThatIsNotThereFailsAndIsNamed(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle =
        bench.bundle().set("/linux/memoryPolicy", Map.of("mode", "MPOL_BIND", "nodes", "7"));
    bench.create(bundle, id).failsNaming("/linux/memoryPolicy", "set_mempolicy", "EINVAL");
    bench.assertNothingOf(id);
  }

  // It is for processes that come later; the first one keeps the CPUs it has.
  @Test
  void theAffinityOfLaterProcessesIsNotTheFirstOnes(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/execCPUAffinity", Map.of("initial", "0", "final", "0"))
            .args("grep", "Cpus_allowed_list", "/proc/self/status");
    String mine =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list"))
            .findFirst()
            .orElseThrow();
    assertEquals(mine + "\n", bench.run(bundle).succeedsSilently().out());
  }
}
