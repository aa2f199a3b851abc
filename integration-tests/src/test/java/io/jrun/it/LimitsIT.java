// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits by their effect, where the unified hierarchy has all controllers. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class LimitsIT {

  private static final int MEGABYTE = 1 << 20;

  /** Takes ever more memory. */
  private static final String HOG = "awk 'BEGIN { s = \"0123456789\"; while (1) s = s s }'";

  private static Bundle limited(Workbench bench, String part, Object limits) {
    return bench.bundle().set("/linux/resources/" + part, limits);
  }

  private static Path cgroup(Workbench bench, String id) {
    try {
      return cgroupOf(bench.pid(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Workbench bench, String id, String file) {
    try {
      return Files.readString(cgroup(bench, id).resolve(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number behind a key of a file of keys and numbers. */
  private static long count(Workbench bench, String id, String file, String key) {
    return read(bench, id, file)
        .lines()
        .filter(line -> line.startsWith(key + " "))
        .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + key + " in " + file));
  }

  @Test
  void whoTakesMoreMemoryThanThereIsIsKilled(Workbench bench) {
    Map<String, Object> memory = Map.of("limit", 32 * MEGABYTE, "swap", 32 * MEGABYTE);
    bench.run(limited(bench, "memory", memory).script(HOG)).exits(137);
  }

  @Test
  void theKillIsOnRecord(Workbench bench) {
    Map<String, Object> memory = Map.of("limit", 32 * MEGABYTE, "swap", 32 * MEGABYTE);
    String id =
        bench.running(limited(bench, "memory", memory).script(HOG + "; while :; do sleep 1; done"));
    Workbench.await("a kill", () -> count(bench, id, "memory.events", "oom_kill") == 1);
    assertEquals(Integer.toString(32 * MEGABYTE), read(bench, id, "memory.max"));
    assertEquals("0", read(bench, id, "memory.swap.max"));
  }

  @Test
  void oneMegabyteIsEnoughToStart(Workbench bench) {
    Map<String, Object> memory = Map.of("limit", MEGABYTE);
    bench.run(limited(bench, "memory", memory).args("true")).succeedsSilently();
  }

  @Test
  void tooLittleMemoryToStartIsSaidToBe(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(limited(bench, "memory", Map.of("limit", 4096)), id)
        .failsWith(
            Jrun.name()
                + " create failed: unable to start container process: container init was"
                + " OOM-killed (memory limit too low?)");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({
    "10485760, 0, 10485760, max",
    "10485760, 10485760, 10485760, 0",
    "10485760, 20971520, 10485760, 10485760",
    "10485760, -1, 10485760, max",
  })
  void swapIsCountedApart(long limit, long swap, String max, String swapMax, Workbench bench) {
    String id =
        bench.created(limited(bench, "memory", Map.of("limit", limit, "swap", swap)).lasting());
    assertEquals(max, read(bench, id, "memory.max"));
    assertEquals(swapMax, read(bench, id, "memory.swap.max"));
  }

  /** Front and core are in the caller's cgroup; init has one of its own. */
  @Test
  void aCallerWithLittleMemoryIsServed(Workbench bench) throws IOException {
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(Workbench.id()));
    Files.writeString(Snapshot.CGROUPS.resolve("cgroup.subtree_control"), "+memory");
    try {
      Files.writeString(cgroup.resolve("memory.max"), Integer.toString(32 * MEGABYTE));
      Files.writeString(cgroup.resolve("memory.swap.max"), "0");
      String id = Workbench.id();
      Outcome outcome =
          bench
              .runCommand(bench.bundle().script("echo fine"), id)
              .env("JRUN_CORE", "cold")
              .through("echo 0 >" + cgroup + "/cgroup.procs; exec \"$@\"")
              .run();
      if (Jrun.isNative()) {
        assertEquals("fine\n", outcome.exits(0).out());
      } else {
        // A JVM has as much and no more: it may be killed, and that is said.
        assertTrue(outcome.exitCode() == 0 || outcome.err().lines().count() == 1, outcome::err);
      }
      bench.assertNothingOf(id);
    } finally {
      Workbench.awaitRemoval(cgroup);
    }
  }

  @Test
  void aLimitBelowWhatIsInUseIsRefusedBeforeAnythingIsDone(Workbench bench) throws IOException {
    String id = Workbench.id();
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(id));
    Files.writeString(Snapshot.CGROUPS.resolve("cgroup.subtree_control"), "+memory");
    try {
      // A file that was read is charged to its reader, and stays when that has ended.
      Path file = bench.directory().resolve("file");
      Files.write(file, new byte[4 * MEGABYTE]);
      new ProcessBuilder(
              "sh",
              "-c",
              "echo 0 >" + cgroup + "/cgroup.procs; dd if=/dev/zero of=" + file + " bs=1M count=4")
          .redirectErrorStream(true)
          .start()
          .waitFor();
      bench
          .create(
              limited(bench, "memory", Map.of("limit", MEGABYTE, "checkBeforeUpdate", true))
                  .set("/linux/cgroupsPath", "/" + id),
              id)
          .failsNaming("rejecting memory limit 1048576: the cgroup uses ");
      assertTrue(Files.exists(cgroup));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      Workbench.awaitRemoval(cgroup);
    }
  }

  @Test
  void aForkBombIsStopped(Workbench bench) {
    // The shell whose fork fails ends; what it has started stays.
    Bundle bundle =
        limited(bench, "pids", Map.of("limit", 10))
            .script("sh -c 'while :; do sleep 1000 & done'; exec sleep 1000");
    String id = bench.running(bundle);
    Workbench.await("forks that failed", () -> count(bench, id, "pids.events", "max") > 0);
    assertTrue(Integer.parseInt(read(bench, id, "pids.current")) <= 10);
  }

  @Test
  void oneProcessIsEnoughWithAUserNamespaceToo(Workbench bench) {
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .set("/linux/resources/pids", Map.of("limit", 1))
            .args("cat", "/proc/self/status");
    bench.run(bundle).succeeds();
  }

  @Test
  void whoHasUsedItsTimeWaits(Workbench bench) {
    Bundle bundle =
        limited(bench, "cpu", Map.of("quota", 10_000, "period", 100_000))
            .script("while :; do :; done");
    String id = bench.running(bundle);
    Workbench.await("throttling", () -> count(bench, id, "cpu.stat", "nr_throttled") > 3);
    assertEquals("10000 100000", read(bench, id, "cpu.max"));
  }

  @Test
  void itRunsOnTheProcessorsItIsGiven(Workbench bench) {
    Bundle bundle =
        limited(bench, "cpu", Map.of("cpus", "1", "mems", "0"))
            .script("grep _allowed_list /proc/self/status");
    assertEquals(
        List.of("Cpus_allowed_list:\t1", "Mems_allowed_list:\t0"),
        bench.run(bundle).succeedsSilently().lines());
  }

  @ParameterizedTest
  @CsvSource({
    "shares, 2, cpu.weight, 1",
    "shares, 512, cpu.weight, 59",
    "shares, 1024, cpu.weight, 100",
    "shares, 262144, cpu.weight, 10000",
    "idle, 1, cpu.idle, 1",
  })
  void theCpuIsSharedAsAskedFor(
      String field, long value, String file, String content, Workbench bench) {
    String id = bench.created(limited(bench, "cpu", Map.of(field, value)).lasting());
    assertEquals(content, read(bench, id, file));
  }

  @Test
  void aBurstIsSet(Workbench bench) {
    String id =
        bench.created(
            limited(bench, "cpu", Map.of("quota", 50_000, "period", 100_000, "burst", 10_000))
                .lasting());
    assertEquals("10000", read(bench, id, "cpu.max.burst"));
  }

  /** The disk of the machine's root. */
  private static String[] disk() throws IOException {
    try (var devices = Files.list(Path.of("/sys/block"))) {
      Path disk =
          devices
              .filter(each -> each.getFileName().toString().startsWith("vd"))
              .findFirst()
              .orElseThrow();
      return Files.readString(disk.resolve("dev")).strip().split(":");
    }
  }

  @Test
  void aDiskIsReadNoFasterThanAllowed(Workbench bench) throws IOException {
    int major = Integer.parseInt(disk()[0]);
    int minor = Integer.parseInt(disk()[1]);
    Map<String, Object> device =
        Map.of("path", "/dev/disk", "type", "b", "major", major, "minor", minor);
    Bundle bundle =
        limited(
                bench,
                "blockIO",
                Map.of(
                    "throttleReadBpsDevice",
                    List.of(Map.of("major", major, "minor", minor, "rate", MEGABYTE))))
            .set("/linux/devices", List.of(device))
            .set(
                "/linux/resources/devices/-",
                Map.of("allow", true, "type", "b", "major", major, "minor", minor, "access", "r"))
            .script("dd if=/dev/disk of=/dev/null bs=64k count=48 iflag=direct");
    long start = System.nanoTime();
    bench.run(bundle).succeeds();
    // Three megabytes take three seconds; without the limit they take a few milliseconds.
    long milliseconds = (System.nanoTime() - start) / 1_000_000;
    assertTrue(milliseconds > 2000, milliseconds + " ms");
  }

  @Test
  void aDeviceThatIsNotThereIsNamed(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(
            limited(
                bench,
                "blockIO",
                Map.of(
                    "throttleWriteIOPSDevice",
                    List.of(Map.of("major", 4000, "minor", 1, "rate", 5)))),
            id)
        .failsNaming(
            "set the limit io.max to 4000:1 wiops=5 (/linux/resources/blockIO/throttleWriteIOPSDevice/0)",
            "ENODEV",
            "there is no such device");
    bench.assertNothingOf(id);
  }

  @Test
  void theWeightOfBlockDevicesIsConverted(Workbench bench) {
    String id = bench.created(limited(bench, "blockIO", Map.of("weight", 500)).lasting());
    boolean bfq = Files.exists(cgroup(bench, id).resolve("io.bfq.weight"));
    assertEquals(
        bfq ? "default 500" : "default 4950",
        read(bench, id, bfq ? "io.bfq.weight" : "io.weight").lines().findFirst().orElse(""));
  }

  private static Bundle readerOf(String[] disk, int weight, Workbench bench) {
    int major = Integer.parseInt(disk[0]);
    int minor = Integer.parseInt(disk[1]);
    return limited(bench, "blockIO", Map.of("weight", weight))
        .set(
            "/linux/devices",
            List.of(Map.of("path", "/dev/disk", "type", "b", "major", major, "minor", minor)))
        .set(
            "/linux/resources/devices/-",
            Map.of("allow", true, "type", "b", "major", major, "minor", minor, "access", "r"))
        .script("while :; do dd if=/dev/disk of=/dev/null bs=64k iflag=direct; done");
  }

  /** In bytes, of all disks. */
  private static long readBy(Workbench bench, String id) {
    return Pattern.compile("rbytes=(\\d+)")
        .matcher(read(bench, id, "io.stat"))
        .results()
        .mapToLong(match -> Long.parseLong(match.group(1)))
        .sum();
  }

  /** Of a disk that gives eight megabytes a second, by the scheduler that knows of weights. */
  @Test
  @Tag("lab-long")
  void theHeavierContainerGetsMoreOfTheDisk(Workbench bench) throws IOException {
    Path queue = Path.of("/sys/block/vdc/queue");
    Files.writeString(queue.resolve("scheduler"), "bfq");
    try {
      // A reader in emulation takes longer to come again than this scheduler usually waits for one
      // whose turn it is, and one that is new is not to be favoured.
      Files.writeString(queue.resolve("iosched/low_latency"), "0");
      Files.writeString(queue.resolve("iosched/slice_idle"), "1000");
      Files.writeString(queue.resolve("iosched/strict_guarantees"), "1");
      String[] disk = Files.readString(Path.of("/sys/block/vdc/dev")).strip().split(":");
      String light = bench.running(readerOf(disk, 10, bench));
      String heavy = bench.running(readerOf(disk, 1000, bench));
      assertEquals("default 10", read(bench, light, "io.bfq.weight"));
      assertEquals("default 1000", read(bench, heavy, "io.bfq.weight"));
      Workbench.await("both to read", () -> readBy(bench, light) > 0 && readBy(bench, heavy) > 0);
      long lightBefore = readBy(bench, light);
      long heavyBefore = readBy(bench, heavy);
      Workbench.await(
          "eight megabytes more",
          Duration.ofSeconds(25),
          () -> readBy(bench, heavy) - heavyBefore > 8 * (long) MEGABYTE);
      long lightly = readBy(bench, light) - lightBefore;
      long heavily = readBy(bench, heavy) - heavyBefore;
      assertTrue(heavily > 3 * lightly, heavily + " bytes and " + lightly);
      // A process ends when its read has: the light one's when it has the disk for itself.
      bench.deleteByForce(heavy).succeedsSilently();
      bench.deleteByForce(light).succeedsSilently();
    } finally {
      Files.writeString(queue.resolve("scheduler"), "none");
      ResidueExtension.command("modprobe", "--remove", "bfq");
    }
  }

  @Test
  void rdmaDevicesThatAreNotThereAreNamed(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(limited(bench, "rdma", Map.of("mlx5_1", Map.of("hcaHandles", 3))), id)
        .failsNaming(
            "set the limit rdma.max to mlx5_1 hca_handle=3 (/linux/resources/rdma/mlx5_1)",
            "ENODEV");
    bench.assertNothingOf(id);
  }

  @Test
  void filesOfTheUnifiedHierarchyAreWritten(Workbench bench) {
    String id =
        bench.created(
            limited(
                    bench,
                    "unified",
                    Map.of("memory.high", "20971520", "pids.max", "77", "memory.oom.group", "1"))
                .lasting());
    assertEquals("20971520", read(bench, id, "memory.high"));
    assertEquals("77", read(bench, id, "pids.max"));
    assertEquals("1", read(bench, id, "memory.oom.group"));
  }

  @ParameterizedTest
  @CsvSource({
    "--memory, 40m, memory.max, 41943040",
    "--memory-reservation, 8m, memory.low, 8388608",
    "--cpu-share, 2048, cpu.weight, 174",
    "--cpu-quota, 20000, cpu.max, 20000 100000",
    "--cpu-idle, 1, cpu.idle, 1",
    "--cpuset-cpus, 0, cpuset.cpus, 0",
    "--cpuset-mems, 0, cpuset.mems, 0",
    "--pids-limit, 55, pids.max, 55",
  })
  void anOptionOfUpdateChangesOneLimit(
      String option, String value, String file, String content, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.jrun("update", option, value, id).succeedsSilently();
    assertEquals(content, read(bench, id, file));
  }

  @Test
  void limitsCanBeTakenAway(Workbench bench) {
    Bundle bundle =
        limited(bench, "memory", Map.of("limit", 32 * MEGABYTE, "swap", 48 * MEGABYTE))
            .set("/linux/resources/cpu", Map.of("quota", 50_000))
            .set("/linux/resources/pids", Map.of("limit", 50))
            .lasting();
    String id = bench.running(bundle);
    bench
        .jrun("update", "--memory", "-1", "--cpu-quota=-1", "--pids-limit", "-1", id)
        .succeedsSilently();
    assertEquals("max", read(bench, id, "memory.max"));
    assertEquals("max", read(bench, id, "memory.swap.max"));
    assertEquals("max 100000", read(bench, id, "cpu.max"));
    assertEquals("max", read(bench, id, "pids.max"));
  }

  @Test
  void quotaAndPeriodAreChangedOneWithoutTheOther(Workbench bench) {
    String id = bench.running(limited(bench, "cpu", Map.of("quota", 30_000)).lasting());
    bench.jrun("update", "--cpu-period", "200000", id).succeedsSilently();
    assertEquals("30000 200000", read(bench, id, "cpu.max"));
    bench.jrun("update", "--cpu-quota", "60000", id).succeedsSilently();
    assertEquals("60000 200000", read(bench, id, "cpu.max"));
    bench.jrun("update", "--cpu-burst", "40000", id).succeedsSilently();
    bench.jrun("update", "--cpu-quota", "20000", "--cpu-burst", "10000", id).succeedsSilently();
    assertEquals("20000 200000", read(bench, id, "cpu.max"));
    assertEquals("10000", read(bench, id, "cpu.max.burst"));
  }

  @Test
  void newSharesEndIdleness(Workbench bench) {
    String id = bench.running(limited(bench, "cpu", Map.of("idle", 1)).lasting());
    bench.jrun("update", "--cpu-share", "200", id).succeedsSilently();
    assertEquals("0", read(bench, id, "cpu.idle"));
  }

  @Test
  void anUpdateBelowWhatIsInUseIsRefusedIfThatIsAskedFor(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    bench.jrun("update", "--memory", "64m", id).succeedsSilently();
    Path file =
        Files.writeString(
            bench.directory().resolve("r.json"),
            "{\"memory\":{\"limit\":4096,\"checkBeforeUpdate\":true}}");
    bench
        .jrun("update", "-r", file.toString(), id)
        .failsNaming("rejecting memory limit 4096: the cgroup uses ");
    assertEquals(Integer.toString(64 * MEGABYTE), read(bench, id, "memory.max"));
  }

  @Test
  void aLowerNumberOfProcessesCountsAtOnce(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.exec(id, "true").succeedsSilently();
    bench.jrun("update", "--pids-limit", "1", id).succeedsSilently();
    assertTrue(bench.exec(id, "true").exitCode() != 0);
  }
}
