// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers of an ordinary user: how they come about, and what the user has to do without. */
@ExtendWith(ResidueExtension.class)
class RootlessIT {

  private OrdinaryUser user;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  @BeforeEach
  void comeIn(Workbench bench) {
    user = OrdinaryUser.of(bench);
  }

  @Test
  @Tag("smoke")
  void anOrdinaryUserRunsAContainer() {
    Bundle bundle =
        user.bundle()
            .script(
                "id -u; id -g; hostname; echo x >/dev/null && echo dev; cat /proc/self/uid_map");
    List<String> lines = user.run(bundle).succeedsSilently().lines();
    assertEquals(List.of("0", "0", "jrun", "dev"), lines.subList(0, 4));
    assertEquals("0 4242 1", lines.get(4).strip().replaceAll(" +", " "));
    user.assertNothingIsLeft();
  }

  @Test
  void anOrdinaryUserMayBeThemselves() {
    Bundle bundle = user.bundle();
    for (String kind : List.of("uid", "gid")) {
      bundle.set(
          "/linux/" + kind + "Mappings",
          List.of(UserNamespaceIT.mapping(OrdinaryUser.ID, OrdinaryUser.ID, 1)));
    }
    bundle.set("/process/user", Map.of("uid", OrdinaryUser.ID, "gid", OrdinaryUser.ID)).lasting();
    String id = user.running(bundle);
    String script = "id -u; id -g; stat -c %u /proc/self/exe /; echo x >/dev/null && echo dev";
    Outcome executed = user.jrun("exec", id, "sh", "-c", script);
    assertEquals("4242\n4242\n4242\n4242\ndev\n", executed.succeedsSilently().out());
    user.jrun("delete", "--force", id).succeedsSilently();
    user.assertNothingIsLeft();
  }

  @Test
  void whatTheSpecCommandWritesRuns(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    OrdinaryUser.own(bundle.rootfs());
    OrdinaryUser.own(bundle.directory());
    user.command("spec", "--rootless").in(bundle.directory()).run().succeedsSilently();
    Path config = bundle.directory().resolve("config.json");
    String written = Files.readString(config);
    assertTrue(written.contains("\"terminal\": true"), written);
    Files.writeString(config, written.replace("\"terminal\": true", "\"terminal\": false"));
    Outcome outcome =
        user.command("run", Workbench.id())
            .in(bundle.directory())
            .stdin(Files.writeString(bench.directory().resolve("in"), "id -u; ls /sys | head -1\n"))
            .run();
    assertEquals("0\nblock\n", outcome.succeedsSilently().out());
  }

  @Test
  void theWholeLifecycleIsTheUsers() throws IOException {
    String id = user.created(user.bundle().lasting());
    assertTrue(Files.isDirectory(user.runtime().resolve("jrun").resolve(id)));
    assertEquals("created", user.jrun("state", id).json().get("status").asText());
    user.jrun("start", id).succeedsSilently();
    int pid = user.pid(id);
    assertTrue(HostProcess.status(pid).get("Uid").startsWith("4242\t"));
    awaitProcesses(id, 2);
    assertTrue(processes(id).contains(Integer.toString(pid)));
    assertTrue(user.jrun("list", "-q").lines().contains(id));
    user.jrun("delete", id).failsNaming("cannot delete container " + id + " that is not stopped");
    user.jrun("kill", id, "KILL").succeedsSilently();
    Workbench.await("the end of " + id, () -> !HostProcess.isAlive(pid));
    assertEquals("stopped", user.jrun("state", id).json().get("status").asText());
    user.jrun("kill", id, "KILL").failsWith("container not running");
    user.jrun("delete", id).succeedsSilently();
    user.assertNothingIsLeft();
  }

  /** What ps lists, in brackets. */
  private List<String> processes(String id) {
    String list = user.jrun("ps", "--format", "json", id).succeedsSilently().text();
    return List.of(list.substring(1, list.length() - 1).split(","));
  }

  /** A shell that lasts has a child, in a while. */
  private void awaitProcesses(String id, int number) {
    Workbench.await(number + " processes", () -> processes(id).size() == number);
  }

  @Test
  void aContainerThatWaitsOrRunsIsDeletedWithItsProcesses() {
    String waiting = user.created(user.bundle().lasting());
    user.jrun("delete", waiting).succeedsSilently();
    String running = user.created(user.bundle().lasting());
    user.jrun("start", running).succeedsSilently();
    int pid = user.jrun("state", running).json().get("pid").asInt();
    user.jrun("delete", "--force", running).succeedsSilently();
    assertFalse(HostProcess.isAlive(pid));
    user.jrun("delete", "--force", running).succeedsSilently();
    user.assertNothingIsLeft();
  }

  @Test
  void aCreateThatFailsLeavesNothing() {
    Bundle bundle = user.bundle().args("nosuch").write();
    user.jrun("create", "--bundle", bundle.directory().toString(), Workbench.id())
        .failsNaming("exec: \"nosuch\": executable file not found in $PATH");
    user.assertNothingIsLeft();
  }

  // Maps

  private static final String RANGE = "some:100000:65536\n";

  private Outcome runApart(Bundle bundle, String prelude) {
    bundle.write();
    return user.apart(prelude, "run", "--bundle", bundle.directory().toString(), Workbench.id())
        .run();
  }

  private static Bundle withRanges(Bundle bundle) {
    for (String kind : List.of("uid", "gid")) {
      bundle.set(
          "/linux/" + kind + "Mappings",
          List.of(
              UserNamespaceIT.mapping(0, OrdinaryUser.ID, 1),
              UserNamespaceIT.mapping(1, 100_000, 65_536)));
    }
    return bundle;
  }

  @Test
  void rangesOfTheUserAreMappedByTheirKeepers() {
    Bundle bundle =
        withRanges(user.bundle())
            .set("/process/user", Map.of("uid", 1000, "gid", 1000, "additionalGids", List.of(5)))
            .script("id -u; id -G; wc -l </proc/self/uid_map; cat /proc/self/setgroups");
    assertEquals(
        "1000\n1000 5\n2\nallow\n",
        runApart(bundle, user.withRanges(RANGE)).succeedsSilently().out());
  }

  // CVE-2026-84042: who maps ids is the host's, whatever PATH and the working directory lead to.
  @Test
  void noProgramOfTheImagesMapsIds(Workbench bench) throws IOException {
    Path canary =
        OrdinaryUser.own(Files.createDirectory(bench.directory().resolve("canary"))).resolve("ran");
    Bundle bundle = withRanges(user.bundle()).script("wc -l </proc/self/uid_map");
    for (String name : List.of("newuidmap", "newgidmap", "sh")) {
      for (String directory : List.of("/usr/bin/", "/sbin/")) {
        bundle.executable(directory + name, "#!/bin/busybox sh\necho $0 >>" + canary + "\n");
      }
    }
    String there = "cd " + bundle.inside("/sbin") + "; export PATH=.:" + bundle.inside("/usr/bin");
    bundle.set("/process/env", List.of("PATH=/bin"));
    assertEquals(
        "2\n",
        runApart(bundle, user.withRanges(RANGE) + there + ":$PATH;").succeedsSilently().out());
    assertFalse(Files.exists(canary), "a program of the image ran");
  }

  @Test
  void withoutARangeTheFileIsNamed() {
    runApart(withRanges(user.bundle()), user.withRanges("other:1:1\n"))
        .failsNaming("/linux/uidMappings", "/etc/subuid", "newuidmap", "not allowed");
    user.assertNothingIsLeft();
  }

  @Test
  void withoutTheProgramsThePackageIsNamed() {
    String hidden = "for f in newuidmap newgidmap; do mount --bind /etc/passwd /usr/bin/$f; done;";
    runApart(withRanges(user.bundle()), hidden)
        .failsNaming("/linux/uidMappings", "newuidmap is not installed", "uidmap", "/etc/subuid");
  }

  // SEC-33, CVE-2014-8989
  @Test
  void aUserWhoMapsAloneCannotDropGroups() {
    Bundle bundle = user.bundle().script("cat /proc/self/setgroups");
    assertEquals("deny\n", user.run(bundle).succeedsSilently().out());
    Bundle more =
        user.bundle()
            .set("/process/user", Map.of("uid", 0, "gid", 0, "additionalGids", List.of(0)));
    user.run(more).failsNaming("/process/user/additionalGids");
  }

  @Test
  void idsThatAreSomebodyElsesAreRefused() {
    Bundle bundle =
        user.bundle().set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, 0, 1)));
    runApart(bundle, user.withRanges(RANGE)).failsNaming("/linux/uidMappings", "not allowed");
    user.assertNothingIsLeft();
  }

  // What the caller can reach and the container's root cannot

  /** As {@code --uidmap 0:1:100} and its like have it: the user is nobody in the container. */
  private static Bundle withoutTheUser(Bundle bundle, int first) throws IOException {
    for (String kind : List.of("uid", "gid")) {
      bundle.set("/linux/" + kind + "Mappings", List.of(UserNamespaceIT.mapping(0, first, 100)));
    }
    Files.setAttribute(bundle.rootfs(), "unix:uid", 100_000);
    Files.setAttribute(bundle.rootfs(), "unix:gid", 100_000);
    return closed(bundle);
  }

  /** Sources of every kind, in directories that nobody but the user may pass through. */
  private static Bundle closed(Bundle bundle) throws IOException {
    Path closed = OrdinaryUser.own(Files.createDirectory(bundle.directory().resolve("closed")));
    Path lower = Files.createDirectory(closed.resolve("lower"));
    Files.writeString(lower.resolve("a"), "in the overlay\n");
    Files.createDirectory(closed.resolve("more"));
    Files.writeString(closed.resolve("file"), "in the file\n");
    Path deep =
        Files.createDirectories(closed.resolve(("/" + "d".repeat(60)).repeat(5).substring(1)));
    Files.writeString(deep.resolve("a"), "in the deep\n");
    for (Path each : List.of(closed, OrdinaryUser.own(bundle.directory()))) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwx------"));
    }
    return bundle
        .mount("/m/file", "bind", closed.resolve("file").toString(), "bind")
        .mount("/m/tree", "bind", lower.toString(), "rbind", "ro")
        .mount("/m/ovl", "overlay", "overlay", "lowerdir=" + lower + ":" + closed.resolve("more"))
        .mount("/m/deep", "overlay", "overlay", "lowerdir=" + deep + ":" + lower)
        .script("cat /m/file /m/tree/a /m/ovl/a /m/deep/a; id -u");
  }

  private static final String SEEN =
      "in the file\nin the overlay\nin the overlay\nin the deep\n0\n";

  @Test
  void sourcesInDirectoriesOfTheUsersAreReachedAsTheUser() throws IOException {
    Bundle bundle = withoutTheUser(user.bundle(), 100_000);
    assertEquals(SEEN, runApart(bundle, user.withRanges(RANGE)).succeedsSilently().out());
    user.assertNothingIsLeft();
  }

  @Test
  void sourcesAreReachedAsTheRootOfTheNamespaceThatCalls(Workbench bench) throws IOException {
    Bundle bundle = withoutTheUser(user.bundle(), 1).write();
    assertEquals(
        SEEN,
        inNamespace(bench, "run", "--bundle", bundle.directory().toString(), Workbench.id())
            .run()
            .succeedsSilently()
            .out());
  }

  /** As root of a user namespace of the user's with all their ids, which is what Podman makes. */
  private Jrun inNamespace(Workbench bench, String... args) throws IOException {
    Path script =
        Files.writeString(
            bench.directory().resolve("in-namespace"),
            user.withRanges(RANGE)
                + " exec "
                + OrdinaryUser.COMMAND
                + "unshare -Um --map-root-user --map-auto \"$@\"");
    return user.through("", "unshare -m bash " + script + " ", args);
  }

  // The parameters of a namespace of its own, where it shares that of processes

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSysctlIsSetThroughTheProcThereIs(boolean namespace, Workbench bench) throws IOException {
    Bundle bundle =
        user.bundle()
            .withoutNamespace("pid")
            .withoutNamespace("ipc")
            .withoutNamespace("uts")
            .remove("/hostname")
            .withoutMount("/dev/mqueue")
            .set("/linux/sysctl", Map.of("net.ipv4.ping_group_range", "0 0"))
            .script("cat /proc/sys/net/ipv4/ping_group_range");
    if (namespace) {
      bundle = withoutTheUser(bundle, 1).script("cat /proc/sys/net/ipv4/ping_group_range").write();
    }
    Outcome outcome =
        namespace
            ? inNamespace(bench, "run", "--bundle", bundle.directory().toString(), Workbench.id())
                .run()
            : user.run(bundle);
    assertEquals("0\t0\n", outcome.succeedsSilently().out());
  }

  // What root would have

  @Test
  void withoutAUserNamespaceItIsRefusedWithTheRemedy(Workbench bench) {
    user.run(bench.bundle())
        .failsNaming("rootless container requires user namespaces", "jrun spec --rootless");
  }

  @Test
  void withoutACgroupToMakeItStaysInTheCallers() throws IOException {
    Bundle bundle = user.bundle().lasting();
    String id = user.created(bundle);
    int pid = user.pid(id);
    assertEquals(
        Files.readString(Path.of("/proc/self/cgroup")),
        Files.readString(Path.of("/proc/" + pid + "/cgroup")));
    user.jrun("delete", "--force", id).succeedsSilently();
  }

  @Test
  void aCgroupThatIsAskedForAndCannotBeMadeIsAnError() {
    user.run(user.bundle().set("/linux/cgroupsPath", "/some/where"))
        .failsNaming(
            "/linux/cgroupsPath",
            "rootless needs no limits + no cgrouppath when no permission is granted for cgroups");
    Bundle bundle = user.bundle().write();
    user.jrun("--rootless=false", "run", "--bundle", bundle.directory().toString(), Workbench.id())
        .failsNaming("make cgroup", "EACCES");
    user.assertNothingIsLeft();
  }

  @Test
  void aLimitWithoutACgroupIsRefusedByName() {
    user.run(user.bundle().set("/linux/resources/pids", Map.of("limit", 10)))
        .failsNaming("/linux/resources/pids");
    user.run(user.bundle().set("/linux/resources/memory", Map.of("limit", 1 << 26)))
        .failsNaming("/linux/resources/memory");
    user.assertNothingIsLeft();
  }

  @Test
  void withoutACgroupItCannotBePausedNorLimited(Workbench bench) throws IOException {
    String id = user.running(user.bundle().lasting());
    user.jrun("pause", id).failsNaming("the container has no cgroup of its own", "Delegate=yes");
    // Of a controller that is there: only the cgroup is missing.
    String limits = "{\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 4194304}]}";
    user.command("update", "--resources", "-", id)
        .stdin(Files.writeString(bench.directory().resolve("limits"), limits))
        .run()
        .failsNaming("the container has no cgroup of its own", "Delegate=yes");
    user.jrun("resume", id).failsWith("container not paused");
    user.delete(id);
    user.assertNothingIsLeft();
  }

  // As in a service with User= and Delegate=yes.
  @Test
  void whereTheCallersOwnCgroupAloneWasDelegatedItIsMadeInThat() throws IOException {
    Path own = Snapshot.CGROUPS.resolve(Workbench.id());
    String delegate =
        "mkdir "
            + own
            + "; chown 4242 "
            + own
            + " "
            + own
            + "/cgroup.procs; echo $$ >"
            + own
            + "/cgroup.procs;";
    Bundle bundle = user.bundle().script("cat /proc/self/cgroup").write();
    String id = Workbench.id();
    user.through(
            delegate, OrdinaryUser.COMMAND, "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    int pid = user.pid(id);
    assertTrue(
        Files.readString(Path.of("/proc/" + pid + "/cgroup"))
            .endsWith(own.getFileName() + "/" + id + "\n"));
    user.jrun("delete", "--force", id).succeedsSilently();
    Workbench.awaitRemoval(own);
  }

  @Test
  void aDelegatedCgroupIsUsed() throws IOException {
    Path group = Snapshot.CGROUPS.resolve(Workbench.id());
    Path own = group.resolve("own");
    String delegate = OrdinaryUser.delegating(group, own);
    Bundle bundle = user.bundle().lasting().write();
    String id = Workbench.id();
    user.through(
            delegate, OrdinaryUser.COMMAND, "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    int pid = user.pid(id);
    assertTrue(
        Files.readString(Path.of("/proc/" + pid + "/cgroup")).contains("/" + id + "\n"),
        "init is in its cgroup");
    assertEquals("[" + pid + "]", user.jrun("ps", "--format", "json", id).text());
    user.jrun("delete", "--force", id).succeedsSilently();
    assertFalse(Files.exists(group.resolve(id)));
    Workbench.awaitRemoval(own);
    Files.delete(group);
  }

  /** As systemd delegates one: with the right to hand on what it has. Needs a controller. */
  @Test
  void aDelegatedCgroupHandsItsControllersOn() throws IOException {
    Path group = Snapshot.CGROUPS.resolve(Workbench.id());
    Path own = group.resolve("own");
    String controller =
        Files.readString(Snapshot.CGROUPS.resolve("cgroup.controllers")).trim().split(" ")[0];
    String delegate =
        "echo +%s >%s/cgroup.subtree_control; ".formatted(controller, Snapshot.CGROUPS)
            + OrdinaryUser.delegating(group, own)
            + " chown 4242 %s/cgroup.subtree_control;".formatted(group);
    Bundle bundle = user.bundle().lasting().write();
    String id = Workbench.id();
    user.through(
            delegate, OrdinaryUser.COMMAND, "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    assertEquals(
        controller, Files.readString(group.resolve(id).resolve("cgroup.controllers")).trim());
    user.jrun("delete", "--force", id).succeedsSilently();
    Workbench.awaitRemoval(own);
    Files.delete(group);
  }

  @ParameterizedTest
  @ValueSource(strings = {"network", "pid", "cgroup"})
  void aFileSystemOfTheHostsNamespaceIsBound(String type) {
    Bundle bundle =
        user.bundle()
            .withoutNamespace(type)
            .script(
                "ls -d /sys/class /dev/mqueue /proc/self/fd /sys/fs/cgroup/cgroup.procs;"
                    + " mkdir /sys/fs/cgroup/x 2>/dev/null && echo made;"
                    + " grep cgroup2 /proc/self/mountinfo | grep -v ' ro,'; true");
    assertEquals(
        "/dev/mqueue\n/proc/self/fd\n/sys/class\n/sys/fs/cgroup/cgroup.procs\n",
        user.run(bundle).succeedsSilently().out());
  }

  @Test
  void aScoreThatOnlyRootMayHaveIsLeftAsItIs() {
    Bundle lower =
        user.bundle().set("/process/oomScoreAdj", -500).script("cat /proc/self/oom_score_adj");
    assertNotEquals("-500", user.run(lower).succeedsSilently().text());
    Bundle higher =
        user.bundle().set("/process/oomScoreAdj", 500).script("cat /proc/self/oom_score_adj");
    assertEquals("500", user.run(higher).succeedsSilently().text());
  }

  @Test
  void idsOfMountsAreRootsToMap() {
    user.run(user.bundle().mount("/tmp", "bind", "/usr", "rbind", "idmap"))
        .failsNaming("/mounts/7", "only root can map the ids of a mount");
  }

  @Test
  void aUsersNamespacesAreJoined(Workbench bench) {
    String id = user.created(user.bundle().lasting());
    user.jrun("start", id).succeedsSilently();
    int pid = user.pid(id);
    Bundle bundle = bench.bundle().remove("/mounts/2/options/5").remove("/hostname");
    OrdinaryUser.own(bundle.rootfs());
    for (String[] pair :
        new String[][] {{"user", "user"}, {"network", "net"}, {"uts", "uts"}, {"ipc", "ipc"}}) {
      bundle.join(pair[0], "/proc/" + pid + "/ns/" + pair[1]);
    }
    bundle.script("id -u; hostname");
    assertEquals("0\njrun\n", user.run(bundle).succeedsSilently().out());
    user.jrun("delete", "--force", id).succeedsSilently();
  }

  // Devices

  @Test
  void aListedDeviceIsTheHosts() {
    Bundle bundle =
        user.bundle()
            .set(
                "/linux/devices",
                List.of(
                    Map.of("path", "/dev/kmsg", "type", "c", "major", 1, "minor", 11),
                    Map.of("path", "/dev/pipe", "type", "p", "fileMode", 0640)))
            .script("stat -c %t:%T:%u /dev/kmsg; stat -c %F:%a /dev/pipe; stat -c %t:%T /dev/null");
    // Its owner is the host's root, who is nobody in there.
    assertEquals("1:b:65534\nfifo:640\n1:3\n", user.run(bundle).succeedsSilently().out());
  }

  private static Map<String, Object> character(String path, int major, int minor) {
    return Map.of("path", path, "type", "c", "major", major, "minor", minor);
  }

  @Test
  void aListedDeviceMayHaveAnotherNameThanTheHosts(Workbench bench) throws IOException {
    Path odd = Path.of("/dev/shm/odd/name");
    Files.createDirectory(odd.getParent());
    try {
      // No driver has these numbers, so no name of the kernel's leads there.
      String node = "mknod -m 666 " + odd + " c 250 77;";
      Bundle bundle =
          user.bundle()
              .set(
                  "/linux/devices",
                  List.of(
                      character("/dev/xx", 1, 3),
                      character("/dev/full", 1, 11),
                      character("/srv/dev/odd", 250, 77)))
              .script("stat -c %t:%T /dev/xx /dev/full /srv/dev/odd; echo x >/dev/xx && echo y")
              .write();
      String[] run = {"run", "--bundle", bundle.directory().toString(), Workbench.id()};
      assertEquals(
          "1:3\n1:b\nfa:4d\ny\n",
          user.through(node, OrdinaryUser.COMMAND, run).run().succeedsSilently().out());
    } finally {
      Files.deleteIfExists(odd);
      Files.delete(odd.getParent());
    }
  }

  @Test
  void aListedDeviceThatTheHostHasNotIsNamed() {
    user.run(user.bundle().set("/linux/devices", List.of(character("/dev/nosuch", 250, 78))))
        .failsNaming("/linux/devices/0", "/dev/nosuch", "no such file or directory");
    user.run(user.bundle().set("/linux/devices", List.of(character("/dev/full", 250, 78))))
        .failsNaming("/linux/devices/0", "/dev/full", "another device");
    user.assertNothingIsLeft();
  }

  // Every other command

  @Test
  void aProcessIsExecutedInIt() {
    Bundle bundle = user.bundle().set("/process/oomScoreAdj", 300).lasting();
    String id = user.running(bundle);
    assertEquals(
        "0\njrun\n300\n/root\n",
        user.jrun(
                "exec", id, "sh", "-c", "id -u; hostname; cat /proc/self/oom_score_adj; echo $HOME")
            .succeedsSilently()
            .out());
    assertEquals(7, user.jrun("exec", id, "sh", "-c", "exit 7").exitCode());
    user.jrun("exec", "--detach", id, "sleep", "1000").succeedsSilently();
    awaitProcesses(id, 3);
    assertTrue(user.jrun("ps", id).succeedsSilently().out().contains("sleep 1000"));
    Outcome below = user.jrun("exec", "--cgroup", "/sub", id, "true");
    assertEquals(255, below.exitCode());
    assertTrue(below.message().contains("--cgroup: the container has no cgroup of its own"));
    user.jrun("delete", "--force", id).succeedsSilently();
    user.assertNothingIsLeft();
  }

  @Test
  void nothingIsExecutedBeforeItsStart() {
    // Init cannot be looked into, so it cannot be joined by who has no rights over the host.
    String id = user.created(user.bundle().lasting());
    Outcome outcome = user.jrun("exec", id, "true");
    assertEquals(255, outcome.exitCode());
    assertTrue(outcome.message().contains("setns"), outcome::toString);
    assertTrue(outcome.message().contains("has not been started"), outcome::toString);
    user.jrun("delete", "--force", id).succeedsSilently();
    user.assertNothingIsLeft();
  }

  @Test
  void homeIsThePasswds() {
    Bundle bundle = user.bundle().script("echo $HOME");
    assertEquals("/root\n", user.run(bundle).succeedsSilently().out());
  }

  @Test
  void whatChangesNothingIsTheUsersToo() {
    Bundle bundle = user.bundle().write();
    String directory = bundle.directory().toString();
    user.jrun("check", "--bundle", directory).succeeds();
    String plan = user.jrun("plan", "--bundle", directory, "x").succeedsSilently().out();
    assertTrue(plan.contains("map the user ids"), plan);
    assertFalse(plan.contains("make cgroup"), plan);
    user.jrun("features").succeedsSilently();
    assertEquals("null", user.jrun("list", "-f", "json").text());
    user.jrun("--version").succeedsSilently();
  }
}
