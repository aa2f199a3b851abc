// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time namespaces: made with offsets, made without, joined. */
@ExtendWith(ResidueExtension.class)
class TimeNamespaceIT {

  private static final long DAY = 86_400;

  private static Bundle withClocks(Bundle bundle) {
    return bundle
        .set("/linux/namespaces/-", Map.of("type", "time"))
        .set(
            "/linux/timeOffsets",
            Map.of(
                "monotonic", Map.of("secs", 10 * DAY, "nanosecs", 5),
                "boottime", Map.of("secs", 20 * DAY)));
  }

  private static long uptime() throws IOException {
    return (long) Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
  }

  /** That the uptime that was seen is one between then and now, and twenty days more. */
  private static void assertSince(long before, String seen) throws IOException {
    long uptime = Long.parseLong(seen) - 20 * DAY;
    assertTrue(before <= uptime && uptime <= uptime(), seen);
  }

  @Test
  @Tag("smoke")
  void theClocksOfANewNamespaceAreOff(Workbench bench) throws IOException {
    Bundle bundle =
        withClocks(bench.bundle())
            .script("cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets");
    long before = uptime();
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertSince(before, lines.get(0));
    assertEquals("monotonic 864000 5", lines.get(1).replaceAll(" +", " ").strip());
    assertEquals("boottime 1728000 0", lines.get(2).replaceAll(" +", " ").strip());
  }

  @Test
  void initAndItsChildrenAreInIt(Workbench bench) throws IOException {
    int pid = bench.pid(bench.running(withClocks(bench.bundle()).lasting()));
    assertNotEquals(HostProcess.ownNamespace("time"), HostProcess.namespace(pid, "time"));
    assertEquals(
        HostProcess.namespace(pid, "time"), HostProcess.namespace(pid, "time_for_children"));
  }

  @Test
  void aNamespaceWithoutOffsetsIsNewAllTheSame(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting().set("/linux/namespaces/-", Map.of("type", "time"));
    int pid = bench.pid(bench.running(bundle));
    assertNotEquals(HostProcess.ownNamespace("time"), HostProcess.namespace(pid, "time"));
  }

  @Test
  void itGoesTogetherWithAUserNamespace(Workbench bench) throws IOException {
    Bundle bundle =
        withClocks(UserNamespaceIT.mapped(bench)).script("id -u; cut -d. -f1 /proc/uptime");
    long before = uptime();
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertEquals("0", lines.get(0));
    assertSince(before, lines.get(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNamespaceIsJoinedByPath(boolean user, Workbench bench) throws IOException {
    Bundle first = withClocks(user ? UserNamespaceIT.mapped(bench) : bench.bundle()).lasting();
    int pid = bench.pid(bench.running(first));
    Bundle bundle = user ? UserNamespaceIT.joined(bench, pid) : bench.bundle();
    bundle.join("time", "/proc/" + pid + "/ns/time");
    bundle.script("cut -d. -f1 /proc/uptime");
    long before = uptime();
    assertSince(before, bench.run(bundle).succeedsSilently().text());
  }

  @Test
  void anOffsetTheKernelRefusesIsNamed(Workbench bench) {
    Bundle bundle =
        withClocks(bench.bundle())
            .set("/linux/timeOffsets", Map.of("boottime", Map.of("secs", -1_000_000_000L)));
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming("set the clocks of the time namespace", "/linux/timeOffsets", "ERANGE");
    bench.assertNothingOf(id);
  }

  @Test
  void offsetsWithoutANamespaceOfTheirOwnAreRefused(Workbench bench) {
    Map<String, Object> offsets = Map.of("monotonic", Map.of("secs", 1));
    bench
        .create(bench.bundle().set("/linux/timeOffsets", offsets), Workbench.id())
        .failsNaming("/linux/timeOffsets", "time namespace of its own");
    bench
        .create(
            bench.bundle().join("time", "/proc/self/ns/time").set("/linux/timeOffsets", offsets),
            Workbench.id())
        .failsNaming("/linux/timeOffsets", "joined by path");
  }

  @Test
  void aPathOfAnotherKindIsRefused(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().join("time", "/proc/self/ns/uts"), id)
        .failsNaming("join the time namespace", "not a namespace of that type");
    bench.assertNothingOf(id);
  }
}
