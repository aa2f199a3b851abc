// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Containers of an ordinary user, and of root inside an existing user namespace. The runtime is run
 * as user 4242 from a copy that everybody may read, with a runtime directory of that user's.
 */
@ExtendWith(ResidueExtension.class)
class RootlessIT {

  private static final int USER = 4242;
  private static Path copy;
  private Path runtime;

  @BeforeAll
  static void copyTheRuntime() throws IOException, InterruptedException {
    if (copy == null) {
      copy = Files.createTempDirectory("rootless");
      run("cp", "-a", Jrun.prefix() + "/.", copy.toString());
      run("chmod", "-R", "a+rX", copy.toString());
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  @BeforeEach
  void makeTheRuntimeDirectory(Workbench bench) throws IOException {
    runtime = own(Files.createDirectory(bench.directory().resolve("run")));
  }

  private static Path own(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", USER);
    Files.setAttribute(file, "unix:gid", USER);
    return file;
  }

  private static final String AS_USER =
      "setpriv --reuid 4242 --regid 4242 --clear-groups --inh-caps=-all ";

  /** The runtime as the user; {@code prelude} is of a shell that is root still. */
  private Jrun as(Workbench bench, String prelude, String wrapper, String... args) {
    return bench
        .bareCommand(args)
        .through("shift; " + prelude + " exec " + wrapper + copy + "/bin/jrun \"$@\"")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("XDG_RUNTIME_DIR", runtime.toString());
  }

  private Outcome jrun(Workbench bench, String... args) {
    return as(bench, "", AS_USER, args).run();
  }

  private Outcome run(Workbench bench, Bundle bundle) {
    bundle.write();
    return jrun(bench, "run", "--bundle", bundle.directory().toString(), Workbench.id());
  }

  /** A bundle that maps the user alone. */
  private static Bundle rootless(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    own(bundle.rootfs());
    return bundle
        .remove("/mounts/2/options/5")
        .set("/linux/namespaces/-", Map.of("type", "user"))
        .set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, USER, 1)))
        .set("/linux/gidMappings", List.of(UserNamespaceIT.mapping(0, USER, 1)));
  }

  private String created(Workbench bench, Bundle bundle) {
    String id = Workbench.id();
    bundle.write();
    jrun(bench, "create", "--bundle", bundle.directory().toString(), id).succeeds();
    return id;
  }

  private void nothingIsLeft() throws IOException {
    if (Files.exists(runtime.resolve("jrun"))) {
      try (var entries = Files.list(runtime.resolve("jrun"))) {
        assertEquals(List.of(), entries.toList());
      }
    }
  }

  @Test
  @Tag("smoke")
  void anOrdinaryUserRunsAContainer(Workbench bench) throws IOException {
    Bundle bundle =
        rootless(bench)
            .script(
                "id -u; id -g; hostname; echo x >/dev/null && echo dev; cat /proc/self/uid_map");
    List<String> lines = run(bench, bundle).succeedsSilently().lines();
    assertEquals(List.of("0", "0", "jrun", "dev"), lines.subList(0, 4));
    assertEquals("0 4242 1", lines.get(4).strip().replaceAll(" +", " "));
    nothingIsLeft();
  }

  @Test
  void whatTheSpecCommandWritesRuns(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    own(bundle.rootfs());
    own(bundle.directory());
    as(bench, "", AS_USER, "spec", "--rootless").in(bundle.directory()).run().succeedsSilently();
    Outcome outcome =
        as(bench, "", AS_USER, "run", Workbench.id())
            .in(bundle.directory())
            .stdin(Files.writeString(bench.directory().resolve("in"), "id -u; ls /sys | head -1\n"))
            .run();
    assertEquals("0\nblock\n", outcome.succeedsSilently().out());
  }

  @Test
  void theWholeLifecycleIsTheUsers(Workbench bench) throws IOException {
    String id = created(bench, rootless(bench).lasting());
    assertTrue(Files.isDirectory(runtime.resolve("jrun").resolve(id)));
    assertEquals("created", jrun(bench, "state", id).json().get("status").asText());
    jrun(bench, "start", id).succeedsSilently();
    int pid = jrun(bench, "state", id).succeedsSilently().json().get("pid").asInt();
    assertTrue(HostProcess.status(pid).get("Uid").startsWith("4242\t"));
    assertTrue(jrun(bench, "ps", "--format", "json", id).text().startsWith("[" + pid + ","));
    assertTrue(jrun(bench, "list", "-q").lines().contains(id));
    jrun(bench, "delete", id).failsNaming("cannot delete container " + id + " that is not stopped");
    jrun(bench, "kill", id, "KILL").succeedsSilently();
    Workbench.await("the end of " + id, () -> !HostProcess.isAlive(pid));
    assertEquals("stopped", jrun(bench, "state", id).json().get("status").asText());
    jrun(bench, "kill", id, "KILL").failsWith("container not running");
    jrun(bench, "delete", id).succeedsSilently();
    nothingIsLeft();
  }

  @Test
  void aContainerThatWaitsOrRunsIsDeletedWithItsProcesses(Workbench bench) throws IOException {
    String waiting = created(bench, rootless(bench).lasting());
    jrun(bench, "delete", waiting).succeedsSilently();
    String running = created(bench, rootless(bench).lasting());
    jrun(bench, "start", running).succeedsSilently();
    int pid = jrun(bench, "state", running).json().get("pid").asInt();
    jrun(bench, "delete", "--force", running).succeedsSilently();
    assertFalse(HostProcess.isAlive(pid));
    jrun(bench, "delete", "--force", running).succeedsSilently();
    nothingIsLeft();
  }

  @Test
  void aCreateThatFailsLeavesNothing(Workbench bench) throws IOException {
    Bundle bundle = rootless(bench).args("nosuch").write();
    jrun(bench, "create", "--bundle", bundle.directory().toString(), Workbench.id())
        .failsNaming("exec: \"nosuch\": executable file not found in $PATH");
    nothingIsLeft();
  }

  // Maps

  /** A shell's commands that give the user a name and, if asked, ranges, in a private /etc. */
  private static String etc(Workbench bench, boolean ranges) throws IOException {
    Path etc = Files.createDirectory(bench.directory().resolve("etc"));
    Files.writeString(
        etc.resolve("passwd"), "root:x:0:0::/:/bin/sh\nsome:x:4242:4242::/:/bin/sh\n");
    for (String file : List.of("subuid", "subgid")) {
      Files.writeString(etc.resolve(file), ranges ? "some:100000:65536\n" : "other:1:1\n");
    }
    return "mount -t overlay -o lowerdir=" + etc + ":/etc none /etc;";
  }

  private Outcome runWithEtc(Workbench bench, Bundle bundle, String prelude) {
    bundle.write();
    return as(
            bench,
            "exec unshare -m sh -c '" + prelude + " exec " + AS_USER + " \"$@\"' sh",
            "",
            "run",
            "--bundle",
            bundle.directory().toString(),
            Workbench.id())
        .through(
            "shift; exec unshare -m bash -c '"
                + prelude
                + " exec "
                + AS_USER
                + copy
                + "/bin/jrun \"$@\"' bash \"$@\"")
        .run();
  }

  private static Bundle withRanges(Bundle bundle) {
    for (String kind : List.of("uid", "gid")) {
      bundle.set(
          "/linux/" + kind + "Mappings",
          List.of(
              UserNamespaceIT.mapping(0, USER, 1), UserNamespaceIT.mapping(1, 100_000, 65_536)));
    }
    return bundle;
  }

  @Test
  void rangesOfTheUserAreMappedByTheirKeepers(Workbench bench) throws IOException {
    Bundle bundle =
        withRanges(rootless(bench))
            .set("/process/user", Map.of("uid", 1000, "gid", 1000, "additionalGids", List.of(5)))
            .script("id -u; id -G; wc -l </proc/self/uid_map; cat /proc/self/setgroups");
    assertEquals(
        "1000\n1000 5\n2\nallow\n",
        runWithEtc(bench, bundle, etc(bench, true)).succeedsSilently().out());
  }

  @Test
  void withoutARangeTheFileIsNamed(Workbench bench) throws IOException {
    runWithEtc(bench, withRanges(rootless(bench)), etc(bench, false))
        .failsNaming("/linux/uidMappings", "/etc/subuid", "newuidmap", "not allowed");
    nothingIsLeft();
  }

  @Test
  void withoutTheProgramsThePackageIsNamed(Workbench bench) throws IOException {
    String hidden = "for f in newuidmap newgidmap; do mount --bind /etc/passwd /usr/bin/$f; done;";
    runWithEtc(bench, withRanges(rootless(bench)), hidden)
        .failsNaming("/linux/uidMappings", "newuidmap is not installed", "uidmap", "/etc/subuid");
  }

  // SEC-33, CVE-2014-8989
  @Test
  void aUserWhoMapsAloneCannotDropGroups(Workbench bench) throws IOException {
    Bundle bundle = rootless(bench).script("cat /proc/self/setgroups");
    assertEquals("deny\n", run(bench, bundle).succeedsSilently().out());
    Bundle more =
        rootless(bench)
            .set("/process/user", Map.of("uid", 0, "gid", 0, "additionalGids", List.of(0)));
    run(bench, more).failsNaming("/process/user/additionalGids");
  }

  @Test
  void idsThatAreSomebodyElsesAreRefused(Workbench bench) throws IOException {
    Bundle bundle =
        rootless(bench).set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, 0, 1)));
    runWithEtc(bench, bundle, etc(bench, true)).failsNaming("/linux/uidMappings", "not allowed");
    nothingIsLeft();
  }

  // What root would have

  @Test
  void withoutAUserNamespaceItIsRefusedWithTheRemedy(Workbench bench) throws IOException {
    run(bench, bench.bundle())
        .failsNaming("rootless container requires user namespaces", "jrun spec --rootless");
  }

  @Test
  void withoutACgroupToMakeItStaysInTheCallers(Workbench bench) throws IOException {
    Bundle bundle = rootless(bench).lasting();
    String id = created(bench, bundle);
    int pid = jrun(bench, "state", id).json().get("pid").asInt();
    assertEquals(
        Files.readString(Path.of("/proc/self/cgroup")),
        Files.readString(Path.of("/proc/" + pid + "/cgroup")));
    jrun(bench, "delete", "--force", id).succeedsSilently();
  }

  @Test
  void aCgroupThatIsAskedForAndCannotBeMadeIsAnError(Workbench bench) throws IOException {
    run(bench, rootless(bench).set("/linux/cgroupsPath", "/some/where"))
        .failsNaming(
            "/linux/cgroupsPath",
            "rootless needs no limits + no cgrouppath when no permission is granted for cgroups");
    Bundle bundle = rootless(bench).write();
    jrun(
            bench,
            "--rootless=false",
            "run",
            "--bundle",
            bundle.directory().toString(),
            Workbench.id())
        .failsNaming("make cgroup", "EACCES");
    nothingIsLeft();
  }

  @Test
  void aLimitWithoutACgroupIsRefusedByName(Workbench bench) throws IOException {
    run(bench, rootless(bench).set("/linux/resources/pids", Map.of("limit", 10)))
        .failsNaming("/linux/resources/pids");
    nothingIsLeft();
  }

  // As in a service with User= and Delegate=yes.
  @Test
  void whereTheCallersOwnCgroupAloneWasDelegatedItIsMadeInThat(Workbench bench) throws IOException {
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
    Bundle bundle = rootless(bench).script("cat /proc/self/cgroup").write();
    String id = Workbench.id();
    as(bench, delegate, AS_USER, "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    int pid = jrun(bench, "state", id).json().get("pid").asInt();
    assertTrue(
        Files.readString(Path.of("/proc/" + pid + "/cgroup"))
            .endsWith(own.getFileName() + "/" + id + "\n"));
    jrun(bench, "delete", "--force", id).succeedsSilently();
    Files.delete(own);
  }

  @Test
  void aDelegatedCgroupIsUsed(Workbench bench) throws IOException {
    Path group = Snapshot.CGROUPS.resolve(Workbench.id());
    Path own = group.resolve("own");
    String delegate =
        "mkdir -p "
            + own
            + "; chown 4242 "
            + group
            + " "
            + group
            + "/cgroup.procs "
            + own
            + " "
            + own
            + "/cgroup.procs; echo $$ >"
            + own
            + "/cgroup.procs;";
    Bundle bundle = rootless(bench).lasting().write();
    String id = Workbench.id();
    as(bench, delegate, AS_USER, "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    int pid = jrun(bench, "state", id).json().get("pid").asInt();
    assertTrue(
        Files.readString(Path.of("/proc/" + pid + "/cgroup")).contains("/" + id + "\n"),
        "init is in its cgroup");
    assertEquals("[" + pid + "]", jrun(bench, "ps", "--format", "json", id).text());
    jrun(bench, "delete", "--force", id).succeedsSilently();
    assertFalse(Files.exists(group.resolve(id)));
    Files.delete(own);
    Files.delete(group);
  }

  @ParameterizedTest
  @ValueSource(strings = {"network", "pid", "cgroup"})
  void aFileSystemOfTheHostsNamespaceIsBound(String type, Workbench bench) throws IOException {
    Bundle bundle =
        rootless(bench)
            .withoutNamespace(type)
            .script(
                "ls -d /sys/class /dev/mqueue /proc/self/fd /sys/fs/cgroup/cgroup.procs;"
                    + " mkdir /sys/fs/cgroup/x 2>/dev/null && echo made;"
                    + " grep cgroup2 /proc/self/mountinfo | grep -v ' ro,'; true");
    assertEquals(
        "/dev/mqueue\n/proc/self/fd\n/sys/class\n/sys/fs/cgroup/cgroup.procs\n",
        run(bench, bundle).succeedsSilently().out());
  }

  @Test
  void aScoreThatOnlyRootMayHaveIsLeftAsItIs(Workbench bench) throws IOException {
    Bundle lower =
        rootless(bench).set("/process/oomScoreAdj", -500).script("cat /proc/self/oom_score_adj");
    assertNotEquals("-500", run(bench, lower).succeedsSilently().text());
    Bundle higher =
        rootless(bench).set("/process/oomScoreAdj", 500).script("cat /proc/self/oom_score_adj");
    assertEquals("500", run(bench, higher).succeedsSilently().text());
  }

  @Test
  void idsOfMountsAreRootsToMap(Workbench bench) throws IOException {
    run(bench, rootless(bench).mount("/tmp", "bind", "/usr", "rbind", "idmap"))
        .failsNaming("/mounts/7", "only root can map the ids of a mount");
  }

  @Test
  void aUsersNamespacesAreJoined(Workbench bench) throws IOException {
    String id = created(bench, rootless(bench).lasting());
    jrun(bench, "start", id).succeedsSilently();
    int pid = jrun(bench, "state", id).json().get("pid").asInt();
    Bundle bundle = bench.bundle().remove("/mounts/2/options/5").remove("/hostname");
    own(bundle.rootfs());
    for (String[] pair :
        new String[][] {{"user", "user"}, {"network", "net"}, {"uts", "uts"}, {"ipc", "ipc"}}) {
      bundle.join(pair[0], "/proc/" + pid + "/ns/" + pair[1]);
    }
    bundle.script("id -u; hostname");
    assertEquals("0\njrun\n", run(bench, bundle).succeedsSilently().out());
    jrun(bench, "delete", "--force", id).succeedsSilently();
  }

  // Devices

  @Test
  void aListedDeviceIsTheHosts(Workbench bench) throws IOException {
    Bundle bundle =
        rootless(bench)
            .set(
                "/linux/devices",
                List.of(
                    Map.of("path", "/dev/kmsg", "type", "c", "major", 1, "minor", 11),
                    Map.of("path", "/dev/pipe", "type", "p", "fileMode", 0640)))
            .script("stat -c %t:%T:%u /dev/kmsg; stat -c %F:%a /dev/pipe; stat -c %t:%T /dev/null");
    // Its owner is the host's root, who is nobody in there.
    assertEquals("1:b:65534\nfifo:640\n1:3\n", run(bench, bundle).succeedsSilently().out());
  }

  @Test
  void aListedDeviceThatTheHostHasNotIsNamed(Workbench bench) throws IOException {
    run(
            bench,
            rootless(bench)
                .set(
                    "/linux/devices",
                    List.of(Map.of("path", "/dev/nosuch", "type", "c", "major", 1, "minor", 11))))
        .failsNaming("/linux/devices/0", "/dev/nosuch", "no such file or directory");
    run(
            bench,
            rootless(bench)
                .set(
                    "/linux/devices",
                    List.of(Map.of("path", "/dev/full", "type", "c", "major", 1, "minor", 11))))
        .failsNaming("/linux/devices/0", "/dev/full", "another device");
    nothingIsLeft();
  }

  // Every other command

  private String running(Workbench bench, Bundle bundle) {
    String id = created(bench, bundle);
    jrun(bench, "start", id).succeedsSilently();
    return id;
  }

  @Test
  void aProcessIsExecutedInIt(Workbench bench) throws IOException {
    Bundle bundle = rootless(bench).set("/process/oomScoreAdj", 300).lasting();
    String id = running(bench, bundle);
    assertEquals(
        "0\njrun\n300\n/root\n",
        jrun(
                bench,
                "exec",
                id,
                "sh",
                "-c",
                "id -u; hostname; cat /proc/self/oom_score_adj; echo $HOME")
            .succeedsSilently()
            .out());
    assertEquals(7, jrun(bench, "exec", id, "sh", "-c", "exit 7").exitCode());
    jrun(bench, "exec", "--detach", id, "sleep", "1000").succeedsSilently();
    assertEquals(
        3, jrun(bench, "ps", "--format", "json", id).succeedsSilently().json().size(), "processes");
    assertTrue(jrun(bench, "ps", id).succeedsSilently().out().contains("sleep 1000"));
    Outcome below = jrun(bench, "exec", "--cgroup", "/sub", id, "true");
    assertEquals(255, below.exitCode());
    assertTrue(below.message().contains("--cgroup: the container has no cgroup of its own"));
    jrun(bench, "delete", "--force", id).succeedsSilently();
    nothingIsLeft();
  }

  @Test
  void nothingIsExecutedBeforeItsStart(Workbench bench) throws IOException {
    // Init cannot be looked into, so it cannot be joined by who has no rights over the host.
    String id = created(bench, rootless(bench).lasting());
    Outcome outcome = jrun(bench, "exec", id, "true");
    assertEquals(255, outcome.exitCode());
    assertTrue(outcome.message().contains("setns"), outcome::toString);
    assertTrue(outcome.message().contains("has not been started"), outcome::toString);
    jrun(bench, "delete", "--force", id).succeedsSilently();
    nothingIsLeft();
  }

  @Test
  void homeIsThePasswds(Workbench bench) throws IOException {
    Bundle bundle = rootless(bench).script("echo $HOME");
    assertEquals("/root\n", run(bench, bundle).succeedsSilently().out());
  }

  @Test
  void whatChangesNothingIsTheUsersToo(Workbench bench) throws IOException {
    Bundle bundle = rootless(bench).write();
    String directory = bundle.directory().toString();
    jrun(bench, "check", "--bundle", directory).succeeds();
    String plan = jrun(bench, "plan", "--bundle", directory, "x").succeedsSilently().out();
    assertTrue(plan.contains("map the user ids"), plan);
    assertFalse(plan.contains("make cgroup"), plan);
    jrun(bench, "features").succeedsSilently();
    assertEquals("null", jrun(bench, "list", "-f", "json").text());
    jrun(bench, "--version").succeedsSilently();
  }

  // Root inside a user namespace

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rootOfAUserNamespaceRunsContainers(boolean ownNamespace, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().remove("/mounts/2/options/5");
    own(bundle.rootfs());
    if (ownNamespace) {
      bundle
          .set("/linux/namespaces/-", Map.of("type", "user"))
          .set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, 0, 1)))
          .set("/linux/gidMappings", List.of(UserNamespaceIT.mapping(0, 0, 1)));
    }
    bundle
        .set("/process/oomScoreAdj", -100)
        .script("id -u; echo x >/dev/null && stat -c %t:%T /dev/full; ls /sys/class/net")
        .write();
    Outcome outcome =
        as(
                bench,
                "",
                AS_USER + "unshare -Ur ",
                "--root",
                runtime + "/state",
                "run",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .run();
    assertEquals("0\n1:7\nlo\n", outcome.succeedsSilently().out());
  }

  @Test
  void realRootOfANamespaceBelowMakesItsCgroup(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().remove("/mounts/2/options/5").script("cat /proc/self/cgroup");
    bundle.write();
    Outcome outcome =
        as(
                bench,
                "",
                "unshare -Ur ",
                "--root",
                bench.root().toString(),
                "run",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .run();
    assertTrue(outcome.succeedsSilently().out().endsWith("0::/\n"));
  }
}
