// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The container's cgroup: made, joined from birth, and removed with all below it. */
@ExtendWith(ResidueExtension.class)
class CgroupIT {

  /** The cgroup of a process, as a directory of the host. */
  static Path cgroupOf(int pid) throws IOException {
    String line =
        Files.readString(Path.of("/proc/" + pid + "/cgroup"))
            .lines()
            .filter(l -> l.startsWith("0::"))
            .findFirst()
            .orElseThrow();
    return Path.of(Snapshot.CGROUPS + line.substring("0::".length()));
  }

  @Test
  @Tag("smoke")
  void aContainerHasACgroupOfItsOwnUntilItIsDeleted(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    int pid = bench.pid(id);
    Path cgroup = cgroupOf(pid);
    assertTrue(cgroup.toString().contains(id), cgroup::toString);
    assertEquals(
        List.of(Integer.toString(pid)), Files.readAllLines(cgroup.resolve("cgroup.procs")));
    bench.delete(id).succeedsSilently();
    assertFalse(Files.exists(cgroup));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%s/nested", "/%s", "%s/relative"})
  void theCgroupIsWhereTheConfigurationSays(String pattern, Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    String path = String.format(pattern, id);
    bench.create(bench.bundle().lasting().set("/linux/cgroupsPath", path), id).succeedsSilently();
    Path cgroup = cgroupOf(bench.pid(id));
    assertTrue(cgroup.endsWith(path.startsWith("/") ? path.substring(1) : path), cgroup::toString);
    bench.delete(id).succeedsSilently();
    assertFalse(Files.exists(cgroup));
    // A parent that was made for it stays: it may be somebody's slice.
    for (Path parent = cgroup.getParent();
        parent.toString().contains(id);
        parent = parent.getParent()) {
      Files.deleteIfExists(parent);
    }
  }

  private static List<String> controllers(Path cgroup, String file) throws IOException {
    return Stream.of(Files.readString(cgroup.resolve(file)).trim().split(" ")).sorted().toList();
  }

  /** Nested engines and statistics look for their files. Needs one controller at least. */
  @Test
  @Tag("smoke")
  void withoutAnyLimitItHasAllControllersThatThereAre(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().lasting().remove("/linux/resources");
    bench.create(bundle.set("/linux/cgroupsPath", "/" + id + "-top/a/b"), id).succeedsSilently();
    Path top = Snapshot.CGROUPS.resolve(id + "-top");
    List<String> all = controllers(Snapshot.CGROUPS, "cgroup.controllers");
    assertFalse(all.contains(""), "no controller here");
    assertEquals(all, controllers(top.resolve("a/b"), "cgroup.controllers"));
    assertEquals(List.of(""), controllers(top.resolve("a/b"), "cgroup.subtree_control"));
    bench.delete(id).succeedsSilently();
    Files.delete(top.resolve("a"));
    Files.delete(top);
  }

  /** None of them is needed, and who has processes of its own can hand on none. */
  @Test
  void whatCannotBeHandedOnIsDoneWithout(Workbench bench) throws Exception {
    String id = bench.keep(Workbench.id());
    Path busy = Files.createDirectory(Snapshot.CGROUPS.resolve(id + "-busy"));
    Process tenant = new ProcessBuilder("sleep", "1013").start();
    try {
      Files.writeString(busy.resolve("cgroup.procs"), Long.toString(tenant.pid()));
      Bundle bundle = bench.bundle().lasting().set("/linux/cgroupsPath", "/" + id + "-busy/c");
      bench.create(bundle, id).succeedsSilently();
      assertEquals("domain\n", Files.readString(busy.resolve("c/cgroup.type")));
      assertEquals(List.of(""), controllers(busy, "cgroup.subtree_control"));
      bench.deleteByForce(id).succeedsSilently();
    } finally {
      tenant.destroyForcibly().waitFor();
      Workbench.awaitRemoval(busy);
    }
  }

  /** The kernel neither kills such a cgroup as a whole nor lists its processes. */
  @ParameterizedTest
  @CsvSource({"false, true", "true, true", "true, false"})
  void belowAThreadedCgroupItIsAThreadedOne(boolean threaded, boolean ownPids, Workbench bench)
      throws IOException {
    String id = bench.keep(Workbench.id());
    Path top = Files.createDirectory(Snapshot.CGROUPS.resolve(id + "-top"));
    Path inner = Files.createDirectory(top.resolve("t"));
    // Which makes the one above it "domain threaded".
    Files.writeString(inner.resolve("cgroup.type"), "threaded");
    Path parent = threaded ? inner : top;
    Path cgroup = parent.resolve("a/c");
    Bundle bundle = bench.bundle().lasting();
    bundle.set("/linux/cgroupsPath", "/" + Snapshot.CGROUPS.relativize(cgroup));
    bench.create(ownPids ? bundle : bundle.withoutNamespace("pid"), id).succeedsSilently();
    assertEquals("threaded\n", Files.readString(cgroup.resolve("cgroup.type")));
    bench.start(id).succeedsSilently();
    int pid = bench.pid(id);
    assertEquals(cgroup, cgroupOf(pid));
    Workbench.await(
        "its child", () -> bench.jrun("ps", "-f", "json", id).succeeds().json().size() == 2);
    assertTrue(
        bench.exec(id, "cat", "/proc/self/cgroup").succeedsSilently().out().contains("0::/\n"));
    bench.jrun("pause", id).succeedsSilently();
    bench.jrun("resume", id).succeedsSilently();
    bench.jrun("kill", "--all", id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.create(bundle, id).succeedsSilently();
    bench.deleteByForce(id).succeedsSilently();
    bench.runCommand(bundle.args("true"), id).run().succeedsSilently();
    for (Path each : List.of(parent.resolve("a"), inner, top)) {
      Workbench.awaitRemoval(each);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/../../escape", "../../escape", "/a/../../../escape"})
  void aPathThatLeadsOutOfTheHierarchyStaysInside(String path, Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Outcome outcome =
        bench.create(bench.bundle().lasting().set("/linux/cgroupsPath", path + id), id);
    if (outcome.exitCode() == 0) {
      assertTrue(cgroupOf(bench.pid(id)).startsWith(Snapshot.CGROUPS));
      bench.delete(id).succeedsSilently();
      Files.deleteIfExists(Snapshot.CGROUPS.resolve("a"));
    } else {
      outcome.failsNaming("cgroupsPath");
    }
  }

  // CLONE_INTO_CGROUP: whatever runs in the container never ran anywhere else.
  @Test
  void initIsInItsCgroupWhenTheFirstHookSeesIt(Workbench bench) throws IOException {
    Path out = bench.directory().resolve("out");
    Bundle bundle =
        bench
            .bundle()
            .hook(
                "createRuntime",
                java.util.Map.of(
                    "path",
                    "/bin/sh",
                    "args",
                    List.of(
                        "sh",
                        "-c",
                        "pid=$(sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p'); grep ^0:"
                            + " /proc/$pid/cgroup >"
                            + out)));
    String id = bench.created(bundle);
    assertTrue(Files.readString(out).contains(id), Files.readString(out));
  }

  @Test
  void cgroupsMadeInsideAreRemovedToo(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/sys/fs/cgroup")
            .mount("/sys/fs/cgroup", "cgroup", "cgroup", "rw")
            .script(
                "mkdir -p /sys/fs/cgroup/a/b/c /sys/fs/cgroup/d; echo $$"
                    + " >/sys/fs/cgroup/a/b/c/cgroup.procs; sleep 1000 & trap 'exit 0' TERM; wait");
    String id = bench.running(bundle);
    int pid = bench.pid(id);
    Workbench.await("nested cgroup", () -> nested(pid));
    Workbench.await(
        "its child", () -> bench.jrun("ps", "-f", "json", id).succeeds().json().size() == 2);
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  /** A container's root may call cgroups what it likes, and nest them deeper than a path can be. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverCgroupsAreCalledInsideTheyAreRemoved(boolean force, Workbench bench)
      throws Exception {
    String id = bench.created(bench.bundle().lasting());
    Path cgroup = cgroupOf(bench.pid(id));
    DeleteIT.shell(
        cgroup, "mkdir -p \"$(printf '\\377')/x\" \"$(printf 'a\\tb')\" && " + DeleteIT.DEEP);
    (force ? bench.deleteByForce(id) : bench.delete(id)).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a name", "a path", "a line feed"})
  void aPathThatNoCgroupCanHaveIsRefused(String what, Workbench bench) {
    String id = Workbench.id();
    String path =
        switch (what) {
          case "a name" -> "/" + id + "/" + "x".repeat(256);
          case "a path" -> ("/" + id + "/" + "x".repeat(200)).repeat(20);
          default -> "/" + id + "\nx";
        };
    bench
        .create(bench.bundle().set("/linux/cgroupsPath", path), id)
        .failsNaming("/linux/cgroupsPath: ");
    bench.assertNothingOf(id);
  }

  /** As long as may be, and all commands work. */
  @Test
  void aLongPathIsTaken(Workbench bench) throws Exception {
    String id = bench.keep(Workbench.id());
    StringBuilder path = new StringBuilder("/" + id);
    while (path.length() < 3_700) {
      path.append('/').append("x".repeat(240));
    }
    bench
        .create(bench.bundle().lasting().set("/linux/cgroupsPath", path.toString()), id)
        .succeedsSilently();
    bench.start(id).succeedsSilently();
    bench.exec(id, "true").succeeds();
    bench.deleteByForce(id).succeedsSilently();
    // Parents that were made for it stay.
    DeleteIT.shell(Snapshot.CGROUPS, "find " + id + " -depth -type d -exec rmdir {} +");
  }

  private static boolean nested(int pid) {
    try {
      return cgroupOf(pid).endsWith("a/b/c");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void nestedCgroupsOfAStoppedContainerAreRemoved(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/sys/fs/cgroup")
            .mount("/sys/fs/cgroup", "cgroup", "cgroup", "rw")
            .script("mkdir -p /sys/fs/cgroup/a/b");
    String id = bench.created(bundle);
    bench.start(id).succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void aCgroupThatHoldsProcessesIsRefused(Workbench bench) throws Exception {
    String id = Workbench.id();
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(id));
    Process tenant = new ProcessBuilder("sleep", "1012").start();
    try {
      Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(tenant.pid()));
      bench
          .create(bench.bundle().set("/linux/cgroupsPath", "/" + id), id)
          .failsNaming(Jrun.name() + " create failed: ", "container's cgroup is not empty");
      assertTrue(tenant.isAlive());
      assertTrue(Files.exists(cgroup), "somebody else's cgroup was removed");
    } finally {
      Files.writeString(cgroup.resolve("cgroup.kill"), "1");
      tenant.waitFor();
      Workbench.awaitRemoval(cgroup);
    }
  }

  @Test
  void aFrozenCgroupIsRefused(Workbench bench) throws IOException {
    String id = Workbench.id();
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(id));
    try {
      Files.writeString(cgroup.resolve("cgroup.freeze"), "1");
      bench
          .create(bench.bundle().set("/linux/cgroupsPath", "/" + id), id)
          .failsNaming(Jrun.name() + " create failed: ", "container's cgroup unexpectedly frozen");
      assertTrue(Files.exists(cgroup), "somebody else's cgroup was removed");
    } finally {
      Files.writeString(cgroup.resolve("cgroup.freeze"), "0");
      Files.delete(cgroup);
    }
  }

  @Test
  void anEmptyCgroupThatIsThereIsTaken(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Path cgroup = Files.createDirectory(Snapshot.CGROUPS.resolve(id));
    bench
        .create(bench.bundle().lasting().set("/linux/cgroupsPath", "/" + id), id)
        .succeedsSilently();
    assertEquals(cgroup, cgroupOf(bench.pid(id)));
    bench.delete(id).succeedsSilently();
    Files.deleteIfExists(cgroup);
  }

  @Test
  void aFrozenContainerIsDeletedByForce(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Files.writeString(cgroupOf(bench.pid(id)).resolve("cgroup.freeze"), "1");
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void twoContainersOfOneCgroupParentDoNotMeet(Workbench bench) throws IOException {
    String parent = Workbench.id();
    String one = bench.keep(Workbench.id());
    String two = bench.keep(Workbench.id());
    bench
        .create(bench.bundle().lasting().set("/linux/cgroupsPath", "/" + parent + "/a"), one)
        .succeedsSilently();
    bench
        .create(bench.bundle().lasting().set("/linux/cgroupsPath", "/" + parent + "/ab"), two)
        .succeedsSilently();
    bench.deleteByForce(one).succeedsSilently();
    assertEquals("created", bench.status(two));
    bench.deleteByForce(two).succeedsSilently();
    Files.deleteIfExists(Snapshot.CGROUPS.resolve(parent));
  }
}
