// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cgroups that are units of systemd's: {@code --systemd-cgroup}, under systemd itself. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class SystemdCgroupIT {

  /** Limits that systemd has a property for, each with the file it is in. */
  private static final Map<String, Object> LIMITS =
      Map.of(
          "memory",
          Map.of("limit", 64 << 20, "swap", 96 << 20, "reservation", 16 << 20),
          "cpu",
          Map.of("shares", 2048, "quota", 50000, "period", 200000, "cpus", "0", "mems", "0"),
          "pids",
          Map.of("limit", 77),
          "blockIO",
          Map.of("weight", 500));

  private static final List<String> FILES =
      List.of(
          "memory.max",
          "memory.swap.max",
          "memory.low",
          "cpu.weight",
          "cpu.max",
          "cpuset.cpus",
          "cpuset.mems",
          "pids.max",
          "io.weight");

  /** systemctl, which has to succeed. */
  static Outcome systemctl(Workbench bench, String... args) {
    return bench.bareCommand(args).by(Path.of("/usr/bin/systemctl")).run().succeeds();
  }

  /** All properties of a unit, asked for once: in emulation each process takes its time. */
  private static Map<String, String> show(Workbench bench, String unit) {
    Map<String, String> out = new TreeMap<>();
    for (String line : systemctl(bench, "show", unit).out().split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        out.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return out;
  }

  private static String unitOf(String id) {
    return "jrun-" + id + ".scope";
  }

  private static Outcome launch(
      Workbench bench, String verb, Bundle bundle, String id, String... more) {
    bundle.write();
    List<String> words =
        new ArrayList<>(
            List.of("--systemd-cgroup", verb, "--bundle", bundle.directory().toString()));
    words.addAll(Arrays.asList(more));
    words.add(id);
    return bench.command(words.toArray(String[]::new)).run();
  }

  private static String created(Workbench bench, Bundle bundle) {
    String id = bench.keepQuietly(Workbench.id());
    launch(bench, "create", bundle, id).succeedsSilently();
    return id;
  }

  private static String running(Workbench bench, Bundle bundle) {
    String id = created(bench, bundle);
    bench.start(id).succeedsSilently();
    return id;
  }

  // Its core may die before systemd is asked, while it works, and after it.
  @Test
  @Tag("own-core")
  void whatACoreThatDiesHasBegunIsUndoneByTheFront(Workbench bench) {
    int undone = 0;
    try (WarmCore core = WarmCore.start(bench)) {
      for (int frames = 1; frames < 40; frames++) {
        String id = Workbench.id();
        Bundle bundle = bench.bundle().lasting().write();
        Outcome outcome;
        try (Peer dying = Peer.dyingAfter(frames, bench.directory().resolve("dying.sock"), core)) {
          outcome =
              bench
                  .command(
                      "--systemd-cgroup", "create", "--bundle", bundle.directory().toString(), id)
                  .env("JRUN_SOCKET", dying.socket().toString())
                  .env("JRUN_CORE", "auto")
                  .run();
        }
        if (outcome.exitCode() == 0) {
          // Where it had done nothing yet a cold one has taken over.
          bench.deleteByForce(id).succeedsSilently();
          if (undone > 0) {
            return;
          }
          continue;
        }
        undone++;
        assertEquals("jrun: the core ended unexpectedly\n", outcome.exits(1).err());
        Workbench.await(
            "the end of its unit",
            () -> show(bench, unitOf(id)).get("LoadState").equals("not-found"));
        bench.assertNothingOf(id);
      }
    }
    throw new AssertionError("no end of frames");
  }

  private static void assertNoUnit(Workbench bench, String unit) {
    assertEquals("not-found", show(bench, unit).get("LoadState"), unit);
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static List<String> values(Path cgroup) throws IOException {
    List<String> out = new ArrayList<>();
    for (String each : FILES) {
      out.add(each + " " + read(cgroup.resolve(each)));
    }
    return out;
  }

  @Test
  void aContainerIsAScopeUntilItIsDeleted(Workbench bench) throws IOException {
    String id = created(bench, bench.bundle().lasting());
    String unit = unitOf(id);
    Path cgroup = Snapshot.CGROUPS.resolve("system.slice").resolve(unit);
    int pid = bench.pid(id);
    assertEquals(cgroup, cgroupOf(pid));
    assertEquals(
        List.of(Integer.toString(pid)), Files.readAllLines(cgroup.resolve("cgroup.procs")));
    Map<String, String> shown = show(bench, unit);
    assertEquals("running", shown.get("SubState"));
    assertEquals("yes", shown.get("Delegate"));
    assertEquals("jrun container " + id, shown.get("Description"));
    assertEquals("created", bench.status(id));
    bench.start(id).succeedsSilently();
    Path own = bench.directory().resolve("exec");
    bench
        .execCommand(List.of("--detach", "--pid-file", own.toString()), id, "sleep", "1000")
        .run()
        .succeedsSilently();
    assertEquals(cgroup, cgroupOf(Integer.parseInt(read(own))));
    bench.jrun("pause", id).succeedsSilently();
    assertEquals("paused", bench.status(id));
    bench.jrun("resume", id).succeedsSilently();
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    assertNoUnit(bench, unit);
    bench.assertNothingOf(id);
  }

  /** By the record alone, whatever the command line says. */
  @Test
  void aRunningOneIsDeletedByForceWithItsUnit(Workbench bench) throws IOException {
    String id = running(bench, bench.bundle().script("sleep 1000 & sleep 1000"));
    bench.deleteByForce(id).succeedsSilently();
    assertNoUnit(bench, unitOf(id));
    bench.assertNothingOf(id);
  }

  @Test
  void aCreatedOneIsDeletedWithItsUnit(Workbench bench) {
    String id = created(bench, bench.bundle().lasting());
    bench.delete(id).succeedsSilently();
    assertNoUnit(bench, unitOf(id));
    bench.assertNothingOf(id);
  }

  @Test
  void aDamagedRecordStillLeadsToTheUnit(Workbench bench) throws IOException {
    String id = running(bench, bench.bundle().lasting());
    Files.writeString(bench.root().resolve(id).resolve("state.json"), "{");
    bench.deleteByForce(id).succeeds();
    assertNoUnit(bench, unitOf(id));
    bench.assertNothingOf(id);
  }

  @Test
  void aRunInTheForegroundLeavesNoUnit(Workbench bench) {
    String id = Workbench.id();
    launch(bench, "run", bench.bundle().script("exit 7"), id).exits(7);
    assertNoUnit(bench, unitOf(id));
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({
    "a%1$s-b.slice:pre:%2$s, a%1$s.slice/a%1$s-b.slice/pre-%2$s.scope, a%1$s.slice",
    "-:pre:%2$s, pre-%2$s.scope, ''",
    ":pre:%2$s, system.slice/pre-%2$s.scope, ''",
    "a%1$s.slice::%2$s.scope, a%1$s.slice/%2$s.scope, a%1$s.slice",
    "a%1$s.slice:no:a%1$s-%1$s.slice, a%1$s.slice/a%1$s-%1$s.slice, a%1$s.slice"
  })
  void theUnitIsWhereTheConfigurationSays(
      String path, String directory, String slice, Workbench bench) throws IOException {
    String id = bench.keepQuietly(Workbench.id());
    String word = id.replace("-", "");
    Bundle bundle = bench.bundle().lasting().set("/linux/cgroupsPath", path.formatted(word, id));
    launch(bench, "create", bundle, id).succeedsSilently();
    Path cgroup = Snapshot.CGROUPS.resolve(directory.formatted(word, id));
    assertEquals(cgroup, cgroupOf(bench.pid(id)));
    bench.start(id).succeedsSilently();
    bench.deleteByForce(id).succeedsSilently();
    String unit = cgroup.getFileName().toString();
    if (unit.endsWith(".slice")) {
      // There is a slice of any name, whether somebody needs it or not.
      assertEquals("inactive", show(bench, unit).get("ActiveState"));
    } else {
      assertNoUnit(bench, unit);
    }
    if (!slice.isEmpty()) {
      systemctl(bench, "stop", slice.formatted(word));
    }
    assertFalse(Files.exists(cgroup));
  }

  @Test
  void limitsAreTheUnitsAndOutliveADaemonReload(Workbench bench) throws IOException {
    String id = running(bench, bench.bundle().lasting().set("/linux/resources", LIMITS));
    String unit = unitOf(id);
    Path cgroup = cgroupOf(bench.pid(id));
    Map<String, String> shown = show(bench, unit);
    assertEquals(Integer.toString(64 << 20), shown.get("MemoryMax"));
    assertEquals(Integer.toString(32 << 20), shown.get("MemorySwapMax"));
    assertEquals(Integer.toString(16 << 20), shown.get("MemoryLow"));
    assertEquals("77", shown.get("TasksMax"));
    assertEquals("250ms", shown.get("CPUQuotaPerSecUSec"));
    assertEquals("200ms", shown.get("CPUQuotaPeriodUSec"));
    assertEquals("0", shown.get("AllowedCPUs"));
    assertEquals("0", shown.get("AllowedMemoryNodes"));
    assertEquals(read(cgroup.resolve("cpu.weight")), shown.get("CPUWeight"));
    List<String> before = values(cgroup);
    assertTrue(before.contains("memory.max " + (64 << 20)), before::toString);
    assertTrue(before.contains("cpu.max 50000 200000"), before::toString);
    assertTrue(before.contains("pids.max 77"), before::toString);
    systemctl(bench, "daemon-reload");
    assertEquals(before, values(cgroup));
    bench.deleteByForce(id).succeedsSilently();
    assertNoUnit(bench, unit);
  }

  @Test
  void updatedLimitsOutliveADaemonReloadToo(Workbench bench) throws IOException {
    String id = running(bench, bench.bundle().lasting().set("/linux/resources", LIMITS));
    Path cgroup = cgroupOf(bench.pid(id));
    bench
        .jrun(
            "update",
            "--memory",
            "33m",
            "--memory-swap",
            "40m",
            "--cpu-quota",
            "30000",
            "--pids-limit",
            "55",
            id)
        .succeedsSilently();
    Map<String, String> shown = show(bench, unitOf(id));
    assertEquals(Integer.toString(33 << 20), shown.get("MemoryMax"));
    assertEquals("55", shown.get("TasksMax"));
    assertEquals("150ms", shown.get("CPUQuotaPerSecUSec"));
    List<String> before = values(cgroup);
    assertTrue(before.contains("memory.max " + (33 << 20)), before::toString);
    assertTrue(before.contains("cpu.max 30000 200000"), before::toString);
    systemctl(bench, "daemon-reload");
    assertEquals(before, values(cgroup));
    bench.deleteByForce(id).succeedsSilently();
  }

  /** systemd is told nothing of devices, so it has no program of its own to put in the place. */
  @Test
  void devicesOutliveADaemonReload(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set("/root/readonly", false)
            .set(
                "/linux/resources/devices",
                List.of(
                    Map.of("allow", false, "access", "rwm"),
                    Map.of("allow", true, "type", "c", "major", 1, "minor", 5, "access", "rw")));
    for (String set : List.of("bounding", "effective", "permitted")) {
      bundle.set("/process/capabilities/" + set + "/-", "CAP_MKNOD");
    }
    String id = running(bench, bundle);
    String look =
        "rm -f /tmp/k; mknod /tmp/k c 1 11 && head -c 1 /dev/zero | wc -c && ! head -c 1 /tmp/k 2>&1";
    String before = bench.exec(id, "sh", "-c", look).succeeds().text();
    assertTrue(before.startsWith("1\n") && before.contains("not permitted"), before);
    systemctl(bench, "daemon-reload");
    assertEquals(before, bench.exec(id, "sh", "-c", look).succeeds().text());
    bench.deleteByForce(id).succeedsSilently();
  }

  @Test
  void aFailedUnitOfTheNameIsNotInTheWay(Workbench bench) {
    String id = bench.keepQuietly(Workbench.id());
    String unit = unitOf(id);
    bench
        .bareCommand(
            "--scope", "--quiet", "--unit", unit, "-p", "RuntimeMaxSec=100ms", "sleep", "1000")
        .by(Path.of("/usr/bin/systemd-run"))
        .run();
    Workbench.await("a failed unit", () -> show(bench, unit).get("ActiveState").equals("failed"));
    launch(bench, "create", bench.bundle().lasting(), id).succeedsSilently();
    bench.delete(id).succeedsSilently();
    assertNoUnit(bench, unit);
  }

  @Test
  void anActiveUnitOfTheNameIsNamed(Workbench bench) {
    String other = bench.keepQuietly(Workbench.id());
    String path = "system.slice:pre:" + other;
    launch(bench, "create", bench.bundle().lasting().set("/linux/cgroupsPath", path), other)
        .succeedsSilently();
    String id = Workbench.id();
    launch(bench, "create", bench.bundle().lasting().set("/linux/cgroupsPath", path), id)
        .failsNaming("container's cgroup is not empty", "pre-" + other + ".scope");
    bench.delete(other).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void annotationsArePropertiesOfTheUnit(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set("/annotations/org.systemd.property.TimeoutStopSec", "7")
            .set("/annotations/org.systemd.property.Description", "'of its own'");
    String id = created(bench, bundle);
    assertEquals("7s", show(bench, unitOf(id)).get("TimeoutStopUSec"));
    assertEquals("of its own", show(bench, unitOf(id)).get("Description"));
    bench.delete(id).succeedsSilently();
  }

  @Test
  void aPropertyThatSystemdDoesNotKnowIsRefused(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().set("/annotations/org.systemd.property.Nonsense", "true");
    launch(bench, "create", bundle, id).failsNaming("systemd did not start unit", "Nonsense");
    bench.assertNothingOf(id);
    assertNoUnit(bench, unitOf(id));
  }

  @Test
  void tenAtOnceAreTenScopes(Workbench bench) {
    Bundle bundle = bench.bundle().lasting().write();
    List<String> ids = new ArrayList<>();
    List<Jrun.Running> commands = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String id = bench.keepQuietly(Workbench.id());
      ids.add(id);
      commands.add(
          bench
              .command("--systemd-cgroup", "create", "--bundle", bundle.directory().toString(), id)
              .start());
    }
    commands.forEach(each -> each.await().succeedsSilently());
    String pattern = "jrun-" + Workbench.TOKEN + "*";
    assertEquals(10, units(bench, pattern));
    for (String id : ids) {
      bench.delete(id).succeedsSilently();
      bench.assertNothingOf(id);
    }
    assertEquals(0, units(bench, pattern));
  }

  private static long units(Workbench bench, String pattern) {
    return systemctl(bench, "list-units", "--all", "--plain", "--no-legend", pattern)
        .out()
        .lines()
        .count();
  }

  /** Nothing of a create that was killed stays but its record, which delete --force clears. */
  @ParameterizedTest
  @CsvSource({"front:45", "core:30", "init:5"})
  void aCreateThatWasKilledLeavesNoUnit(String fault, Workbench bench) {
    String id = bench.keepQuietly(Workbench.id());
    Bundle bundle = bench.bundle().lasting().write();
    bench
        .command("--systemd-cgroup", "create", "--bundle", bundle.directory().toString(), id)
        .env("JRUN_CORE", "cold")
        .withFault(fault)
        .run();
    bench.deleteByForce(id).succeeds();
    Workbench.await("no unit", () -> show(bench, unitOf(id)).get("LoadState").equals("not-found"));
    bench.assertNothingOf(id);
  }
}
