// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The document of events: runc's keys in runc's order. */
class StatsDocumentTest {
  private static final String CPUSET =
      "\"cpuset\":{\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,"
          + "\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
          + "\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":0}";

  @TempDir Path cgroup;

  private void put(String file, String content) throws IOException {
    Files.writeString(cgroup.resolve(file), content);
  }

  private void assertStats(String data) {
    assertEquals(
        "{\"type\":\"stats\",\"id\":\"demo\",\"data\":{"
            + data
            + ",\"intel_rdt\":{},\"network_interfaces\":null}}\n",
        StatsDocument.line("demo", cgroup.toString()));
  }

  @Test
  void withoutControllersThereIsWhatEveryCgroupCounts() throws IOException {
    put("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\n");
    put("cgroup.procs", "11\n12\n");
    assertStats(
        "\"cpu\":{\"usage\":{\"total\":30000,\"kernel\":10000,\"user\":20000},\"throttling\":{}},"
            + CPUSET
            + ",\"memory\":{\"usage\":{\"limit\":0,\"failcnt\":0},\"swap\":{\"limit\":0,"
            + "\"failcnt\":0},\"kernel\":{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,"
            + "\"failcnt\":0}},\"pids\":{\"current\":2},\"blkio\":{},\"hugetlb\":{}");
  }

  @Test
  void everyControllerHasItsPart() throws IOException {
    put(
        "cpu.stat",
        "usage_usec 3\nuser_usec 2\nsystem_usec 1\nnr_periods 5\nnr_throttled 4\nthrottled_usec 7\n");
    put(
        "cpu.pressure",
        "some avg10=1.50 avg60=0.00 avg300=0.03 total=12\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
    put("memory.current", "4096\n");
    put("memory.max", "8192\n");
    put("memory.peak", "5000\n");
    put("memory.swap.current", "100\n");
    put("memory.swap.max", "200\n");
    put("memory.stat", "file 40\nanon 50\n");
    put("memory.events", "low 0\nmax 6\noom_kill 1\n");
    put("pids.current", "3\n");
    put("pids.max", "max\n");
    put("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=0 dbytes=9 dios=9\n");
    put("hugetlb.2MB.max", "max\n");
    put("hugetlb.2MB.rsvd.max", "max\n");
    put("hugetlb.2MB.current", "1\n");
    put("hugetlb.2MB.rsvd.current", "2097152\n");
    put("hugetlb.2MB.events", "max 8\n");
    assertStats(
        "\"cpu\":{\"usage\":{\"total\":3000,\"kernel\":1000,\"user\":2000},\"throttling\":"
            + "{\"periods\":5,\"throttledPeriods\":4,\"throttledTime\":7000},\"psi\":{\"some\":"
            + "{\"avg10\":1.5,\"avg60\":0,\"avg300\":0.03,\"total\":12},\"full\":{\"avg10\":0,"
            + "\"avg60\":0,\"avg300\":0,\"total\":0}}},"
            + CPUSET
            + ",\"memory\":{\"cache\":40,\"usage\":{\"limit\":8192,\"usage\":4096,\"max\":5000,"
            + "\"failcnt\":6},\"swap\":{\"limit\":8392,\"usage\":4196,\"failcnt\":0},\"kernel\":"
            + "{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,\"failcnt\":0},\"raw\":"
            + "{\"anon\":50,\"file\":40}},\"pids\":{\"current\":3},\"blkio\":"
            + "{\"ioServiceBytesRecursive\":[{\"major\":8,\"op\":\"Read\",\"value\":1},"
            + "{\"major\":8,\"op\":\"Write\",\"value\":2}],\"ioServicedRecursive\":[{\"major\":8,"
            + "\"op\":\"Read\",\"value\":3},{\"major\":8,\"op\":\"Write\"}]},\"hugetlb\":"
            + "{\"2MB\":{\"usage\":2097152,\"failcnt\":8}}");
  }

  @ParameterizedTest
  @CsvSource({"0.00, 0", "1.50, 1.5", "12.34, 12.34", "100, 100", "10.00, 10"})
  void numbersAreAsShortAsGoWritesThem(String number, String shortened) {
    assertEquals(shortened, StatsDocument.shortened(number));
  }
}
