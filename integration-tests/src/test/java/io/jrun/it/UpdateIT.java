// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
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

/** update, as far as every host can show it: huge pages and files of every cgroup. */
@ExtendWith(ResidueExtension.class)
class UpdateIT {

  private static final int PAGE = 2 << 20;

  /** A container that runs and may have five huge pages. */
  private static String running(Workbench bench) {
    return bench.running(limited(bench.bundle().lasting()));
  }

  private static Bundle limited(Bundle bundle) {
    return bundle.set(
        "/linux/resources/hugepageLimits", List.of(Map.of("pageSize", "2MB", "limit", 5 * PAGE)));
  }

  private static String limit(Workbench bench, String id, String file) {
    try {
      return Files.readString(cgroupOf(bench.pid(id)).resolve(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path document(Workbench bench, String text) {
    try {
      return Files.writeString(bench.directory().resolve("resources.json"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String pages(int count) {
    return "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":" + count * PAGE + "}]}";
  }

  @Test
  @Tag("smoke")
  void aDocumentChangesWhatItNames(Workbench bench) {
    String id = running(bench);
    Path file = document(bench, pages(3));
    bench.jrun("update", "--resources", file.toString(), id).succeedsSilently();
    assertEquals(Integer.toString(3 * PAGE), limit(bench, id, "hugetlb.2MB.max"));
    assertEquals(Integer.toString(3 * PAGE), limit(bench, id, "hugetlb.2MB.rsvd.max"));
    document(bench, "{\"unified\":{\"cgroup.max.depth\":\"4\"}}");
    bench.jrun("update", "-r", file.toString(), id).succeedsSilently();
    assertEquals("4", limit(bench, id, "cgroup.max.depth"));
    assertEquals(Integer.toString(3 * PAGE), limit(bench, id, "hugetlb.2MB.max"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--resources=-", "-r=-", "--resources=/dev/stdin"})
  void theDocumentMayComeOnStandardInput(String option, Workbench bench) {
    String id = running(bench);
    Path file = document(bench, pages(2) + " ".repeat(100_000));
    bench.command("update", option, id).stdin(file).run().succeedsSilently();
    assertEquals(Integer.toString(2 * PAGE), limit(bench, id, "hugetlb.2MB.max"));
  }

  @Test
  void aRelativePathIsTheCallers(Workbench bench) {
    String id = running(bench);
    document(bench, pages(1));
    bench.command("update", "-r", "resources.json", id).in(bench.directory()).run().succeeds();
    assertEquals(Integer.toString(PAGE), limit(bench, id, "hugetlb.2MB.max"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"created", "paused"})
  void whatDoesNotRunYetOrNowIsChangedToo(String status, Workbench bench) {
    Bundle bundle = limited(bench.bundle().lasting());
    String id = status.equals("created") ? bench.created(bundle) : bench.paused(bundle);
    Path file = document(bench, pages(4));
    bench.jrun("update", "-r", file.toString(), id).succeedsSilently();
    assertEquals(Integer.toString(4 * PAGE), limit(bench, id, "hugetlb.2MB.max"));
    assertEquals(status, bench.status(id));
  }

  // containerd sends all of the container's resources, devices with them.
  @Test
  void devicesAreNeverChanged(Workbench bench) {
    String id = running(bench);
    Path file =
        document(
            bench,
            "{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}],\"memory\":{\"limit\":0},"
                + pages(3).substring(1));
    bench.jrun("update", "-r", file.toString(), id).succeedsSilently();
    bench.exec(id, "sh", "-c", "echo >/dev/null").succeedsSilently();
    assertEquals(Integer.toString(3 * PAGE), limit(bench, id, "hugetlb.2MB.max"));
  }

  @Test
  void ifOneValueIsNotTakenAllAreWhatTheyWere(Workbench bench) {
    String id = running(bench);
    Path file =
        document(bench, "{\"unified\":{\"cgroup.max.depth\":\"deep\"}," + pages(1).substring(1));
    bench
        .jrun("update", "-r", file.toString(), id)
        .failsWith(
            "set the limit cgroup.max.depth to deep (/unified/cgroup.max.depth): write: invalid argument"
                + " (EINVAL): the kernel does not take this value");
    assertEquals(Integer.toString(5 * PAGE), limit(bench, id, "hugetlb.2MB.max"));
    assertEquals(Integer.toString(5 * PAGE), limit(bench, id, "hugetlb.2MB.rsvd.max"));
  }

  @Test
  void problemsOfADocumentAreToldWithTheirPlaces(Workbench bench) {
    String id = running(bench);
    Path file = document(bench, "{\n\"memory\": {\"limit\": -5}}");
    bench
        .jrun("update", "-r", file.toString(), id)
        .failsWith(file + ":2:21: /memory/limit: must be a number of bytes, or -1 for no limit");
    document(bench, "{\"memory\":");
    bench.jrun("update", "-r", file.toString(), id).failsNaming(file + ":1:");
    bench
        .jrun("update", "-r", "/nonexistent", id)
        .failsWith("open /nonexistent: no such file or directory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--memory x              | invalid value for memory: \"x\"",
        "--memory-swap 5         | /memory/swap: unable to set swap limit without memory limit",
        "--pids-limit many       | invalid value for pids-limit: \"many\"",
        "--cpu-idle 2            | /cpu/idle: must be 0 or 1",
        "--blkio-weight 1001     | /blockIO/weight: must be between 10 and 1000",
        "--cpu-rt-period 5       | /cpu/realtimePeriod: cgroup v2 has no such limit: remove the field",
        "--l3-cache-schema L3:0=f | --l3-cache-schema: not supported by this version of jrun",
      })
  void optionsThatCannotBeAreRefused(String option, String message, Workbench bench) {
    String id = running(bench);
    String[] words = option.split(" ");
    bench.jrun("update", words[0], words[1], id).failsWith(message);
  }

  @Test
  void kernelMemoryIsAWarning(Workbench bench) {
    String id = running(bench);
    Outcome outcome = bench.jrun("update", "--kernel-memory", "5m", id).succeeds();
    assertEquals(
        1,
        outcome.err().lines().filter(line -> line.contains("Kernel memory settings")).count(),
        outcome::toString);
  }
}
