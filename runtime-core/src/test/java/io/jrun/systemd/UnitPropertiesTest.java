// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.Problems;
import io.jrun.container.Resources;
import io.jrun.spec.LinuxCpu;
import io.jrun.spec.LinuxPids;
import io.jrun.spec.LinuxResources;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitPropertiesTest {
  private static Map<String, Object> of(Map<String, String> unified) {
    return of(new LinuxResources(null, null, null, null, null, null, null, null, unified), "", 252);
  }

  private static Map<String, Object> of(LinuxResources declared, String cpuMax, int version) {
    Problems problems = new Problems();
    List<Setting> settings =
        ResourceSettings.of(Resources.parse(declared, "/linux/resources", problems));
    assertTrue(problems.isEmpty());
    Map<String, Object> out = new TreeMap<>();
    for (Property each : UnitProperties.of(settings, cpuMax, () -> version)) {
      out.put(each.name() + " " + each.signature(), each.value());
    }
    return out;
  }

  private static LinuxResources cpu(Long shares, Long quota, Long period, String cpus, Long idle) {
    return new LinuxResources(
        null,
        null,
        new LinuxCpu(shares, quota, null, period, null, null, cpus, null, idle),
        null,
        null,
        null,
        null,
        null,
        null);
  }

  @ParameterizedTest
  @CsvSource({
    "memory.max, 1000, MemoryMax t, 1000",
    "memory.max, max, MemoryMax t, -1",
    "memory.high, 1000, MemoryHigh t, 1000",
    "memory.low, 1000, MemoryLow t, 1000",
    "memory.min, 1000, MemoryMin t, 1000",
    "memory.swap.max, 0, MemorySwapMax t, 0",
    "pids.max, 12, TasksMax t, 12",
    "pids.max, 0, TasksMax t, 1",
    "pids.max, max, TasksMax t, -1",
    "cpu.weight, 200, CPUWeight t, 200",
    "io.weight, default 50, IOWeight t, 50",
    "io.weight, 50, IOWeight t, 50"
  })
  void aFileHasItsProperty(String file, String value, String property, long wanted) {
    assertEquals(Map.of(property, wanted), of(Map.of(file, value)));
  }

  @ParameterizedTest
  @CsvSource({
    "memory.oom.group, 1",
    "io.max, 8:0 rbps=1",
    "io.weight, 8:0 50",
    "cpu.max, 5 soon",
    "pids.max, few",
    "hugetlb.2MB.max, 0"
  })
  void whatSystemdKnowsNothingOfIsLeftAlone(String file, String value) {
    assertEquals(Map.of(), of(Map.of(file, value)));
  }

  @Test
  void whatIsUnifiedCounts() {
    LinuxResources both =
        new LinuxResources(
            null, null, null, new LinuxPids(5L), null, null, null, null, Map.of("pids.max", "6"));
    assertEquals(Map.of("TasksMax t", 6L), of(both, "", 252));
  }

  @ParameterizedTest
  @CsvSource({
    "50000, 100000, 100000, 500000",
    "50000, 200000, 200000, 250000",
    "12345, 100000, 100000, 130000",
    "-1, 100000, 100000, -1",
    "300000, 100000, 100000, 3000000"
  })
  void aQuotaIsAShareOfASecond(long quota, long period, long wantedPeriod, long share) {
    assertEquals(
        Map.of("CPUQuotaPeriodUSec t", wantedPeriod, "CPUQuotaPerSecUSec t", share),
        of(cpu(null, quota, period, null, null), "", 252));
  }

  @Test
  void aQuotaWithoutAPeriodHasTheOneThatIs() {
    List<Setting> settings =
        List.of(
            ResourceSettings.changing(
                    Resources.parse(cpu(null, 30000L, null, null, null), "", new Problems()),
                    "max 200000")
                .get(0));
    assertEquals(
        List.of(
            Property.number("CPUQuotaPerSecUSec", 150_000),
            Property.number("CPUQuotaPeriodUSec", 200_000)),
        UnitProperties.of(settings, "max 200000\n", () -> 252));
  }

  @Test
  void aListOfCpusIsAMask() {
    Object mask = of(cpu(null, null, null, "0,2,9", null), "", 252).get("AllowedCPUs ay");
    assertEquals(List.of((byte) 5, (byte) 2), ((List<?>) mask).subList(0, 2));
  }

  @Test
  void anIdleWeightIsForThoseWhoKnowIt() {
    LinuxResources idle = cpu(null, null, null, null, 1L);
    assertEquals(Map.of("CPUWeight t", 0L), of(idle, "", 252));
    assertEquals(Map.of(), of(idle, "", 251));
  }

  @Test
  void annotationsBecomeProperties() {
    assertEquals(
        List.of(
            new Property("After", "as", List.of("a.service")),
            Property.text("Description", "x"),
            Property.number("TimeoutStopUSec", 1_500_000)),
        UnitProperties.of(
            Map.of(
                "org.systemd.property.TimeoutStopSec",
                "1.5",
                "org.systemd.property.After",
                "['a.service']",
                "org.systemd.property.Description",
                "'x'",
                "com.example.other",
                "anything")));
  }

  @ParameterizedTest
  @CsvSource({
    "Ab, 1",
    "With-dash, 1",
    "Sec7, 1",
    "TimeoutSec, 'true'",
    "Timeout, (",
    "PIDs, '[uint32 1]'",
    "Slice, 'system'"
  })
  void anAnnotationThatIsNoneIsNamed(String name, String value) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> UnitProperties.of(Map.of(UnitProperties.ANNOTATION + name, value)));
    assertTrue(e.getMessage().startsWith("/annotations/org.systemd.property." + name + ": "));
  }
}
