// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That the virtual machine of scripts/lab is what the tests tagged "lab" take it for. */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class LabIT {

  private static String read(String file) throws IOException {
    // Not byte by byte, as Files.readString does: a sysctl has no second byte.
    return String.join("\n", Files.readAllLines(Path.of(file)));
  }

  @Test
  void systemdIsTheFirstProcess() throws IOException {
    assertEquals("systemd", read("/proc/1/comm"));
    assertTrue(Files.isDirectory(Path.of("/run/systemd/system")));
  }

  @Test
  void allControllersAreOnCgroup2AndThereIsNoOtherHierarchy() throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
      List<String> hierarchies =
          mounts
              .filter(line -> line.split(" ")[2].startsWith("cgroup"))
              .map(line -> line.split(" ")[2] + " " + line.split(" ")[1])
              .toList();
      assertEquals(List.of("cgroup2 " + Snapshot.CGROUPS), hierarchies);
    }
    Set<String> controllers = Set.of(read("/sys/fs/cgroup/cgroup.controllers").split(" "));
    for (String name : List.of("cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma")) {
      assertTrue(controllers.contains(name), () -> name + " is not among " + controllers);
    }
  }

  @Test
  void appArmorIsOn() throws IOException {
    assertEquals("Y", read("/sys/module/apparmor/parameters/enabled"));
    assertTrue(List.of(read("/sys/kernel/security/lsm").split(",")).contains("apparmor"));
  }

  @Test
  void rootHasEveryCapabilityInTheFirstUserNamespace() throws IOException {
    int last = Integer.parseInt(read("/proc/sys/kernel/cap_last_cap"));
    String all = String.format("%016x", (1L << (last + 1)) - 1);
    var status = HostProcess.status((int) ProcessHandle.current().pid());
    assertEquals(all, status.get("CapEff"));
    assertEquals(all, status.get("CapBnd"));
    assertEquals("user:[4026531837]", HostProcess.ownNamespace("user"));
  }

  /** On a host that lives, where services of systemd's run beside the tests. */
  @Test
  void theResidueCheckSeesWhatIsLeftHere(Workbench bench) throws Exception {
    Snapshot before = Snapshot.take();
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(Workbench.id()));
    Path file = Files.createFile(Path.of("/run", Workbench.id()));
    Process process = new ProcessBuilder("sleep", "1013").start();
    try {
      Set<String> left = Snapshot.take().minus(before);
      assertTrue(left.contains("cgroup " + cgroup), left::toString);
      assertTrue(left.contains("file " + file), left::toString);
      String pid = "process " + process.pid() + " ";
      assertTrue(left.stream().anyMatch(line -> line.startsWith(pid)), left::toString);
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(file);
      Files.delete(cgroup);
    }
  }

  @Test
  void aContainerIsConfinedByItsAppArmorProfile(Workbench bench) throws IOException {
    String profile = "jrun-" + Workbench.id();
    Path source = bench.directory().resolve("profile");
    Files.writeString(
        source,
        "profile "
            + profile
            + " flags=(attach_disconnected,mediate_deleted) {\n"
            + "  file,\n  signal,\n  deny /etc/secret rw,\n}\n"
            + "profile "
            + profile
            + "-wider flags=(attach_disconnected,mediate_deleted) {\n  file,\n  signal,\n}\n");
    parser(bench, "--replace", source);
    try {
      String confined = profile + " (enforce)";
      Bundle bundle = bench.bundle().set("/process/apparmorProfile", profile);
      Files.writeString(bundle.inside("/etc/secret"), "told\n");
      Files.writeString(bundle.inside("/etc/public"), "told\n");
      Outcome outcome =
          bench.run(bundle.script("cat /proc/self/attr/current /etc/public; cat /etc/secret"));
      assertEquals(List.of(confined, "told"), outcome.exits(1).lines());
      assertTrue(outcome.err().contains("Permission denied"), outcome::toString);
      String id = bench.running(bundle.lasting());
      assertEquals(confined, read("/proc/" + bench.pid(id) + "/attr/current"));
      String look = "cat /proc/self/attr/current /etc/secret";
      Outcome asTheContainer = bench.exec(id, "sh", "-c", look).exits(1);
      assertEquals(List.of(confined), asTheContainer.lines());
      assertTrue(asTheContainer.err().contains("Permission denied"), asTheContainer::toString);
      assertEquals(
          List.of(profile + "-wider (enforce)", "told"),
          bench
              .execCommand(List.of("--apparmor", profile + "-wider"), id, "sh", "-c", look)
              .run()
              .succeeds()
              .lines());
      // Where no procfs may be mounted the label is set through the host's.
      Bundle mapped = UserNamespaceIT.mapped(bench).withoutNamespace("pid");
      mapped.set("/process/apparmorProfile", profile).args("cat", "/proc/self/attr/current");
      assertEquals(confined + "\n", bench.run(mapped).succeeds().out());
      bench.deleteByForce(id).succeedsSilently();
    } finally {
      parser(bench, "--remove", source);
    }
  }

  /**
   * Where jrun is confined itself, as in a container of LXC's or Docker's: a procfs that is
   * attached nowhere has its sysctls below /sys, as AppArmor sees it.
   */
  @Test
  void sysctlsAreSetWhereAProfileOfJrunsOwnDeniesSys(Workbench bench) throws IOException {
    String profile = "jrun-" + Workbench.id();
    Path source = bench.directory().resolve("profile");
    Files.writeString(
        source,
        "profile "
            + profile
            + " flags=(attach_disconnected,mediate_deleted) {\n"
            + "  file,\n  capability,\n  network,\n  mount,\n  umount,\n  pivot_root,\n  signal,\n"
            + "  ptrace,\n  unix,\n  deny /sys/[^fdc]*{,/**} wklx,\n}\n");
    parser(bench, "--replace", source);
    try {
      String confine = "exec aa-exec -p " + profile + " -- \"$@\"";
      Bundle bundle =
          bench
              .bundle()
              .set(
                  "/linux/sysctl",
                  Map.of(
                      "net.ipv4.ip_unprivileged_port_start", "77", "kernel.shm_rmid_forced", "1"))
              .script(
                  "cd /proc; cat sys/net/ipv4/ip_unprivileged_port_start"
                      + " sys/kernel/shm_rmid_forced self/attr/current");
      assertEquals(
          List.of("77", "1", profile + " (enforce)"),
          bench
              .runCommand(bundle, Workbench.id())
              .through(confine)
              .run()
              .succeedsSilently()
              .lines());
      bundle
          .withoutMount("/proc")
          .set("/linux/maskedPaths", List.of())
          .set("/linux/readonlyPaths", List.of());
      bench
          .runCommand(bundle, Workbench.id())
          .through(confine)
          .run()
          .failsNaming("/linux/sysctl/", "permission denied", "has no /proc to try");
    } finally {
      parser(bench, "--remove", source);
    }
  }

  @Test
  void aProfileThatIsNotLoadedIsNamed(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().set("/process/apparmorProfile", "no-such-profile"), id)
        .failsNaming("/process/apparmorProfile", "no-such-profile");
    bench.assertNothingOf(id);
  }

  /** As Podman runs it for a container with ids of its own. */
  @Test
  void aProfileIsSetWhereTheFileSystemOfTheModuleIsNotMounted(Workbench bench) throws IOException {
    String profile = "jrun-" + Workbench.id();
    Path source = bench.directory().resolve("profile");
    Files.writeString(
        source,
        "profile " + profile + " flags=(attach_disconnected,mediate_deleted) { file, signal, }\n");
    parser(bench, "--replace", source);
    try {
      Bundle bundle =
          bench
              .bundle()
              .set("/process/apparmorProfile", profile)
              .args("cat", "/proc/self/attr/current");
      Outcome outcome =
          bench
              .runCommand(bundle, Workbench.id())
              .env("JRUN_CORE", "auto")
              .through(
                  "exec unshare -m sh -c 'umount /sys/kernel/security && exec \"$@\"' sh \"$@\"")
              .run();
      assertEquals(profile + " (enforce)\n", outcome.succeedsSilently().out());
    } finally {
      parser(bench, "--remove", source);
    }
  }

  /** apparmor_parser, which has to succeed. */
  static void parser(Workbench bench, String action, Path profile) {
    Outcome outcome =
        bench
            .bareCommand(action, "--skip-cache", profile.toString())
            .by(Path.of("/sbin/apparmor_parser"))
            .run();
    assertEquals(0, outcome.exitCode(), outcome::toString);
    assertFalse(outcome.err().contains("ERROR"), outcome::toString);
  }
}
