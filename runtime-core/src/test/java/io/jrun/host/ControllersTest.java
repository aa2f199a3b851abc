// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which controllers are missing and why, and which have to be enabled where. */
class ControllersTest {
  private static final String HOST =
      "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
          + "cpu\t1\t1\t1\nmemory\t0\t1\t0\nblkio\t7\t1\t1\npids\t0\t1\t1\n";
  private static final Setting MEMORY =
      Setting.must("memory.max", "1", "/linux/resources/memory/limit");
  private static final Setting IO =
      Setting.must("io.max", "1:1 rbps=1", "/linux/resources/blockIO/throttleReadBpsDevice/0");
  private static final Setting PIDS = Setting.must("pids.max", "1", "/linux/resources/pids/limit");

  @TempDir Path mount;

  @BeforeEach
  void make() throws IOException {
    Files.writeString(mount.resolve("cgroup.controllers"), "hugetlb cpuset\n");
    Files.writeString(mount.resolve("cgroup.subtree_control"), "\n");
  }

  private List<String> missing(Setting... settings) {
    return Controllers.missing(mount.toString(), List.of(settings), HOST);
  }

  @Test
  void aControllerOfTheOldHierarchiesIsSaidToBeThere() {
    assertEquals(
        List.of(
            "/linux/resources/blockIO/throttleReadBpsDevice/0 (io.max): the io controller is not in "
                + mount
                + "/cgroup.controllers: cgroup v1 has it on this host: boot with"
                + " systemd.unified_cgroup_hierarchy=1, or remove the field"),
        missing(IO));
  }

  @Test
  void aControllerThatIsSwitchedOffIsSaidToBe() {
    Setting low = Setting.must("memory.low", "1", "/linux/resources/memory/reservation");
    assertEquals(
        List.of(
            "/linux/resources/memory/limit (memory.max), /linux/resources/memory/reservation"
                + " (memory.low): the memory controller is not in "
                + mount
                + "/cgroup.controllers: it is switched off: take cgroup_disable=memory from the"
                + " kernel's command line, or remove the field"),
        missing(MEMORY, low, MEMORY));
  }

  @Test
  void aControllerThatIsNotDelegatedIsSaidNotToBe() throws IOException {
    Files.writeString(mount.resolve("cgroup.type"), "domain\n");
    assertEquals(
        List.of(
            "/linux/resources/pids/limit (pids.max): the pids controller is not in "
                + mount
                + "/cgroup.controllers: it is not delegated to this cgroup: enable it in those"
                + " above (systemd: Delegate=yes), or remove the field"),
        missing(PIDS));
  }

  @Test
  void aControllerNobodyKnowsIsSaidNotToExist() {
    Setting odd = Setting.must("odd.thing", "1", "/linux/resources/unified/odd.thing");
    assertEquals(
        List.of(
            "/linux/resources/unified/odd.thing (odd.thing): the odd controller is not in "
                + mount
                + "/cgroup.controllers: the kernel has no such controller: see /proc/cgroups, or"
                + " remove the field"),
        missing(odd));
  }

  @Test
  void eachMissingControllerIsToldAndThoseThatAreThereAreNot() {
    Setting there = Setting.must("hugetlb.2MB.max", "1", "/linux/resources/hugepageLimits/0");
    Setting core = Setting.must("cgroup.max.depth", "1", "/linux/resources/unified/x");
    assertEquals(2, missing(there, MEMORY, PIDS, core).size());
    assertEquals(List.of(), missing(there, core));
  }

  @Test
  void noLimitNeedsNoController() {
    Setting any = Setting.must("memory.max", "max", "/linux/resources/memory/limit");
    Setting quota = Setting.must("cpu.max", "max 100000", "/linux/resources/cpu/quota");
    assertEquals(List.of(), missing(any, quota));
    assertEquals(List.of(), Controllers.enabling(mount.toString(), "/a", List.of(any, quota)));
    Setting protection = Setting.must("memory.low", "max", "/linux/resources/memory/reservation");
    assertEquals(1, missing(protection).size());
  }

  @Test
  void whatIsNotEnabledYetIsFromTheTopDown() throws IOException {
    Files.createDirectory(mount.resolve("a"));
    Files.writeString(mount.resolve("cgroup.subtree_control"), "memory\n");
    Files.writeString(mount.resolve("a/cgroup.subtree_control"), "pids memory\n");
    assertEquals(
        List.of(
            new Enabling(mount.toString(), List.of("pids")),
            new Enabling(mount + "/a/b", List.of("memory", "pids"))),
        Controllers.enabling(mount.toString(), "/a/b/c", List.of(MEMORY, PIDS)));
    assertEquals(
        List.of(), Controllers.enabling(mount.toString(), "/demo", List.of(MEMORY, MEMORY)));
    assertEquals(List.of(), Controllers.enabling(mount.toString(), "/a/b/c", List.of()));
  }
}
