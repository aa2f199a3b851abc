// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static io.jrun.it.CgroupIT.cgroupOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Limits, as far as every host can have them: huge pages, files of every cgroup, and what is said
 * where a controller is not to be had. LimitsIT has the others.
 */
@ExtendWith(ResidueExtension.class)
class ResourcesIT {

  private static final Path POOL = Path.of("/proc/sys/vm/nr_overcommit_hugepages");
  private static final int PAGE = 2 << 20;

  /** PROT_READ and PROT_WRITE; MAP_PRIVATE, MAP_ANONYMOUS and MAP_HUGETLB; no file. */
  private static final String MAPPING = " 3 " + 0x40022 + " -1 0";

  private static final int ENOMEM = 12;
  private static CProgram calls;

  @BeforeAll
  static void build() {
    calls = CProgram.built("calls");
  }

  /** Maps as many huge pages in the container; gives the errno, 0 for success. */
  private static int mapped(int pages, Bundle bundle, Workbench bench) {
    String mmap = System.getProperty("os.arch").equals("aarch64") ? "222" : "9";
    bundle.script("/calls plain " + mmap + " 0 " + pages * PAGE + MAPPING);
    String[] said = bench.run(bundle).succeedsSilently().text().split(" ");
    return Integer.parseInt(said[1]);
  }

  private static Bundle limited(int pages, Workbench bench) {
    Bundle bundle = bench.bundle();
    if (pages >= 0) {
      Map<String, Object> limit = Map.of("pageSize", "2MB", "limit", pages * PAGE);
      bundle.set("/linux/resources/hugepageLimits", List.of(limit));
    }
    return calls.into(bundle, "/calls");
  }

  @Test
  void noMoreHugePagesAreToBeHadThanTheLimitSays(Workbench bench) throws IOException {
    String before = Files.readString(POOL);
    Files.writeString(POOL, "16");
    try {
      assertEquals(0, mapped(3, limited(-1, bench), bench));
      assertEquals(0, mapped(2, limited(2, bench), bench));
      assertEquals(ENOMEM, mapped(3, limited(2, bench), bench));
      assertEquals(ENOMEM, mapped(1, limited(0, bench), bench));
    } finally {
      Files.writeString(POOL, before);
    }
  }

  @Test
  void bothFilesOfAPageSizeAreWritten(Workbench bench) throws IOException {
    String id = bench.created(limited(5, bench).lasting());
    Path cgroup = cgroupOf(bench.pid(id));
    assertEquals(5 * PAGE + "\n", Files.readString(cgroup.resolve("hugetlb.2MB.max")));
    assertEquals(5 * PAGE + "\n", Files.readString(cgroup.resolve("hugetlb.2MB.rsvd.max")));
  }

  @Test
  void aSizeTheKernelDoesNotHaveIsNamed(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/resources/hugepageLimits", List.of(Map.of("pageSize", "3MB", "limit", 0)));
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsWith(
            "jrun create failed: set the limit hugetlb.3MB.max to 0 (/linux/resources/hugepageLimits/0):"
                + " openat: no such file or directory (ENOENT): the kernel has no such file in a"
                + " cgroup: remove the field");
    bench.assertNothingOf(id);
  }

  @Test
  void controllersAreEnabledAllTheWayDown(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle = limited(1, bench).lasting().set("/linux/cgroupsPath", "/" + id + "/a/b");
    bench.create(bundle, id).succeedsSilently();
    Path top = Snapshot.CGROUPS.resolve(id);
    for (Path each : List.of(Snapshot.CGROUPS, top, top.resolve("a"))) {
      assertTrue(
          Files.readString(each.resolve("cgroup.subtree_control")).contains("hugetlb"),
          each::toString);
    }
    assertEquals("", Files.readString(top.resolve("a/b/cgroup.subtree_control")).strip());
    bench.delete(id).succeedsSilently();
    Files.delete(top.resolve("a"));
    Files.delete(top);
  }

  @Test
  void aCgroupThatHasProcessesOfItsOwnHandsNothingOn(Workbench bench) throws Exception {
    String id = Workbench.id();
    Path busy = Files.createDirectory(Snapshot.CGROUPS.resolve(id + "-busy"));
    Process tenant = new ProcessBuilder("sleep", "1013").start();
    try {
      Files.writeString(busy.resolve("cgroup.procs"), Long.toString(tenant.pid()));
      String inner = "/" + busy.getFileName() + "/inner";
      bench
          .create(limited(1, bench).set("/linux/cgroupsPath", inner), id)
          .failsWith(
              "jrun create failed: enable hugetlb below cgroup "
                  + busy
                  + " (/linux/resources): write: device or resource busy (EBUSY): the cgroup has"
                  + " processes of its own, and only one without hands such controllers on: choose"
                  + " another /linux/cgroupsPath");
      assertTrue(tenant.isAlive());
      assertFalse(Files.exists(busy.resolve("inner")));
    } finally {
      tenant.destroyForcibly().waitFor();
      Workbench.awaitRemoval(busy);
    }
  }

  @Test
  void filesOfTheUnifiedHierarchyAreWrittenAsTheyAre(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set(
                "/linux/resources/unified",
                Map.of("cgroup.max.descendants", "7", "hugetlb.2MB.max", "4M"));
    Path cgroup = cgroupOf(bench.pid(bench.created(bundle)));
    assertEquals("7\n", Files.readString(cgroup.resolve("cgroup.max.descendants")));
    assertEquals(2 * PAGE + "\n", Files.readString(cgroup.resolve("hugetlb.2MB.max")));
  }

  @Test
  void aValueTheKernelDoesNotTakeIsNamed(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle =
        bench.bundle().set("/linux/resources/unified", Map.of("cgroup.max.depth", "deep"));
    bench
        .create(bundle, id)
        .failsWith(
            "jrun create failed: set the limit cgroup.max.depth to deep"
                + " (/linux/resources/unified/cgroup.max.depth): write: invalid argument (EINVAL):"
                + " the kernel does not take this value");
    bench.assertNothingOf(id);
  }

  /** No host has such a controller, so every host can tell that it is missing. */
  @Test
  void aMissingControllerIsNamedWithFileFieldAndRemedy(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().set("/linux/resources/unified", Map.of("odd.max", "1"));
    bench
        .create(bundle, id)
        .failsNaming(
            "jrun create failed: /linux/resources/unified/odd.max (odd.max): the odd controller is"
                + " not in /sys/fs/cgroup/cgroup.controllers: ",
            ", or remove the field");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"memory\":{\"limit\":0,\"swap\":0,\"reservation\":0,\"disableOOMKiller\":false}}",
        "{\"cpu\":{\"shares\":0,\"quota\":0,\"period\":0,\"cpus\":\"\",\"mems\":\"\",\"idle\":0}}",
        "{\"blockIO\":{\"weight\":0,\"weightDevice\":[],\"throttleReadBpsDevice\":[]}}",
        "{\"memory\":{\"limit\":-1,\"swap\":-1},\"cpu\":{\"quota\":-1},\"pids\":{\"limit\":-1}}",
        "{\"pids\":{},\"hugepageLimits\":[],\"rdma\":{},\"unified\":{},\"network\":{}}",
      })
  void whatDockerSendsForNothingNeedsNoController(String resources, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().args("true");
    for (Map.Entry<String, JsonNode> each : new ObjectMapper().readTree(resources).properties()) {
      bundle.set("/linux/resources/" + each.getKey(), each.getValue());
    }
    bench.run(bundle).succeedsSilently();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory  | {\"swap\":5}               | /linux/resources/memory/swap: unable to set swap limit without memory limit",
        "memory  | {\"limit\":5,\"swap\":4}   | /linux/resources/memory/swap: memory+swap limit should be >= memory limit",
        "memory  | {\"kernel\":5}             | /linux/resources/memory/kernel: cgroup v2 has no such limit: remove the field",
        "network | {\"classID\":5}            | /linux/resources/network/classID: cgroup v2 has no such limit: remove the field",
        "unified | {\"a/b\":\"\"}             | /linux/resources/unified/a~1b: unified resource",
      })
  void whatCannotBeIsRefusedByField(String part, String value, String message, Workbench bench)
      throws IOException {
    String id = Workbench.id();
    Bundle bundle =
        bench.bundle().set("/linux/resources/" + part, new ObjectMapper().readTree(value));
    bench.create(bundle, id).failsNaming("jrun create failed: ", message);
    bench.assertNothingOf(id);
  }
}
