// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * User namespaces of containers that root makes: whose ids are whose, what the container's root can
 * reach that its ids could not, and what it still must not be able to do.
 */
@ExtendWith(ResidueExtension.class)
class UserNamespaceIT {

  private static final int FIRST = 100_000;

  static Map<String, Object> mapping(long container, long host, long size) {
    return Map.of("containerID", container, "hostID", host, "size", size);
  }

  /** A bundle with a user namespace of 65536 users, whose root is user 100000 of the host. */
  static Bundle mapped(Workbench bench) {
    return mapped(bench.bundle());
  }

  static Bundle mapped(Bundle bundle) {
    // As engines do: the container's root makes what is missing, and owns nothing of the host's.
    own(bundle.rootfs());
    return bundle
        .set("/linux/namespaces/-", Map.of("type", "user"))
        .set("/linux/uidMappings", List.of(mapping(0, FIRST, 65536)))
        .set("/linux/gidMappings", List.of(mapping(0, FIRST, 65536)));
  }

  /** A bundle that joins the user namespace of a process, as what is mapped there. */
  static Bundle joined(Workbench bench, int pid) {
    Bundle bundle = bench.bundle();
    own(bundle.rootfs());
    return bundle.join("user", "/proc/" + pid + "/ns/user");
  }

  static void own(Path file) {
    try {
      Files.setAttribute(file, "unix:uid", FIRST);
      Files.setAttribute(file, "unix:gid", FIRST);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Bundle withAllCapabilities(Bundle bundle) {
    List<String> all =
        List.of(
            "CAP_SYS_ADMIN",
            "CAP_MKNOD",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_SYS_CHROOT",
            "CAP_SETUID",
            "CAP_SETGID",
            "CAP_NET_ADMIN");
    for (String set : List.of("bounding", "effective", "permitted")) {
      bundle.set("/process/capabilities/" + set, all);
    }
    return bundle;
  }

  @Test
  @Tag("smoke")
  void rootOfTheContainerIsAnOrdinaryUserOfTheHost(Workbench bench) throws IOException {
    int pid = bench.pid(bench.running(mapped(bench).lasting()));
    Map<String, String> status = HostProcess.status(pid);
    assertEquals("100000\t100000\t100000\t100000", status.get("Uid"));
    assertEquals("100000\t100000\t100000\t100000", status.get("Gid"));
    assertEquals("", status.get("Groups"));
    assertNotEquals(HostProcess.ownNamespace("user"), HostProcess.namespace(pid, "user"));
    assertEquals(
        List.of("0", "100000", "65536"),
        List.of(Files.readString(Path.of("/proc/" + pid + "/uid_map")).strip().split(" +")));
    assertEquals("allow\n", Files.readString(Path.of("/proc/" + pid + "/setgroups")));
  }

  @Test
  void insideItIsRootWithTheCapabilitiesThatWereAsked(Workbench bench) {
    Bundle bundle =
        withAllCapabilities(mapped(bench)).script("id -u; id -g; grep CapEff /proc/self/status");
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertEquals(List.of("0", "0"), lines.subList(0, 2));
    assertTrue(lines.get(2).endsWith("00000000082410c3"), lines::toString);
  }

  @Test
  void theProcessBecomesAnotherMappedUser(Workbench bench) throws IOException {
    Bundle bundle =
        mapped(bench)
            .lasting()
            .set(
                "/process/user",
                Map.of("uid", 1000, "gid", 1001, "additionalGids", List.of(5, 65535)));
    Map<String, String> status = HostProcess.status(bench.pid(bench.running(bundle)));
    assertTrue(status.get("Uid").startsWith("101000\t"), status::toString);
    assertTrue(status.get("Gid").startsWith("101001\t"), status::toString);
    assertEquals("100005 165535", status.get("Groups"));
  }

  @Test
  void aNamespaceWithoutRootHasItsInitBeWhoTheProgramWillBe(Workbench bench) {
    Bundle bundle =
        mapped(bench)
            .set("/linux/uidMappings", List.of(mapping(1000, FIRST, 1)))
            .set("/linux/gidMappings", List.of(mapping(1, FIRST, 2000)))
            .set("/process/user", Map.of("uid", 1000, "gid", 1001))
            .set("/linux/sysctl", Map.of("net.ipv4.ip_forward", "1"))
            .mount("/made/by/init", "tmpfs", "tmpfs", "mode=700")
            .lasting();
    String id = bench.running(bundle);
    String script =
        "id -u; id -g; stat -c '%u %g' /made /made/by/init; cat /proc/sys/net/ipv4/ip_forward";
    Outcome executed = bench.jrun("exec", id, "sh", "-c", script);
    assertEquals("1000\n1001\n1000 1001\n1000 1001\n1\n", executed.succeedsSilently().out());
    Outcome another = bench.jrun("exec", "--user", "7", id, "true").exits(255);
    assertTrue(another.err().contains("become 7:1001 in the user namespace"), another::toString);
    assertTrue(another.err().contains("the id is not mapped"), another::toString);
  }

  @Test
  void namespacesBelongToTheNewUserNamespace(Workbench bench) {
    Bundle bundle =
        withAllCapabilities(mapped(bench))
            .script(
                "hostname other && hostname; mount -t tmpfs none /tmp && touch /tmp/x && ls /tmp;"
                    + " ip link set lo down && ip link set lo up; ip addr show lo | grep -c"
                    + " 127.0.0.1")
            .set("/root/readonly", false);
    assertEquals("other\nx\n1\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theDefaultDevicesAreTheHostsAndNoneCanBeMade(Workbench bench) {
    Bundle bundle =
        withAllCapabilities(mapped(bench))
            .script(
                "for d in null zero full random urandom tty; do stat -c '%t:%T %n' /dev/$d; done;"
                    + " echo x >/dev/null; head -c 2 /dev/zero | wc -c;"
                    + " mknod /dev/mine c 1 3 || echo none; ls -l /dev/ptmx | grep -c pts/ptmx");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals(
        List.of(
            "1:3 /dev/null",
            "1:5 /dev/zero",
            "1:7 /dev/full",
            "1:8 /dev/random",
            "1:9 /dev/urandom",
            "5:0 /dev/tty",
            "2",
            "none",
            "1"),
        outcome.lines());
  }

  @Test
  void aLinkWhereADeviceBelongsIsNotFollowed(Workbench bench) throws IOException {
    Bundle bundle = mapped(bench).withoutMount("/dev").withoutMount("/dev/shm");
    for (String each : List.of("/dev/pts", "/dev/mqueue")) {
      bundle.withoutMount(each);
    }
    Files.createDirectory(bundle.inside("/dev"));
    Files.createSymbolicLink(bundle.inside("/dev/null"), Path.of("/bin/busybox"));
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming("make the default devices", "ELOOP");
    bench.assertNothingOf(id);
  }

  // What is not reachable by the mapped ids is reachable by whoever asked for it.

  @Test
  void aRootFileSystemInADirectoryClosedToTheMappedRootIsEntered(Workbench bench)
      throws IOException {
    Path closed = Files.createDirectory(bench.directory().resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Bundle bundle =
        mapped(new Bundle(closed.resolve("bundle")))
            .script("id -u; ls / | head -1; echo hi >/dev/null; mount | grep -c ' on / '");
    assertEquals("0\nbin\n1\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aBindSourceInADirectoryClosedToTheMappedRootIsBound(Workbench bench) throws IOException {
    Path closed = Files.createDirectory(bench.directory().resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Path data = Files.createDirectory(closed.resolve("data"));
    Files.writeString(data.resolve("file"), "from the host\n");
    Files.writeString(closed.resolve("single"), "one file\n");
    Bundle bundle =
        mapped(bench)
            .mount("/data", "bind", data.toString(), "rbind", "ro")
            .mount("/single", "bind", closed.resolve("single").toString(), "bind")
            .script("cat /data/file /single; touch /data/x || echo closed");
    Files.createDirectory(bundle.inside("/data"));
    Files.createFile(bundle.inside("/single"));
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("from the host\none file\nclosed\n", outcome.out());
    assertTrue(outcome.err().contains("Read-only file system"), outcome::toString);
  }

  @Test
  void aBindOfWhatAnEarlierMountBroughtIsOfThatMount(Workbench bench) throws IOException {
    Path data = Files.createDirectory(bench.directory().resolve("data"));
    Files.writeString(data.resolve("file"), "mounted\n");
    Bundle bundle = mapped(bench);
    Files.createDirectory(bundle.inside("/first"));
    Files.createDirectory(bundle.inside("/second"));
    Files.writeString(bundle.inside("/first/file"), "covered\n");
    bundle
        .mount("/first", "bind", data.toString(), "bind")
        .mount("/second", "bind", bundle.inside("/first").toString(), "bind")
        .script("cat /first/file /second/file");
    assertEquals("mounted\nmounted\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void threeHundredBindMountsAreNotTooMany(Workbench bench) throws IOException {
    Bundle bundle = mapped(bench);
    Path data = Files.createDirectory(bench.directory().resolve("data"));
    for (int i = 0; i < 300; i++) {
      Path file = data.resolve("f" + i);
      Files.writeString(file, i + "\n");
      Files.createFile(bundle.inside("/tmp/f" + i));
      bundle.mount("/tmp/f" + i, "bind", file.toString(), "bind");
    }
    bundle.script("cat /tmp/f0 /tmp/f63 /tmp/f64 /tmp/f299; ls /proc/self/fd | wc -l");
    assertEquals("0\n63\n64\n299\n4\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void mountsOfTheContainerDoNotReachTheHost(Workbench bench) throws IOException {
    Path data = Files.createDirectory(bench.directory().resolve("data"));
    Bundle bundle =
        withAllCapabilities(mapped(bench))
            .mount("/tmp", "bind", data.toString(), "rbind")
            .script("mount -t tmpfs none /tmp && mount | grep -c ' on /tmp '");
    assertEquals("2\n", bench.run(bundle).succeedsSilently().out());
    assertTrue(
        Files.readString(Path.of("/proc/self/mountinfo"))
            .lines()
            .noneMatch(l -> l.contains("/data ")));
  }

  @Test
  void standardOutputIsGivenToTheUser(Workbench bench) {
    Bundle bundle =
        mapped(bench)
            .set("/process/user", Map.of("uid", 7, "gid", 7))
            .script("echo once; echo more >/dev/stdout");
    assertTrue(bench.run(bundle).succeedsSilently().out().endsWith("more\n"));
  }

  @Test
  void limitsAndTheOomScoreAreSet(Workbench bench) {
    Bundle bundle =
        mapped(bench)
            .set("/process/oomScoreAdj", 500)
            .set(
                "/process/rlimits",
                List.of(Map.of("type", "RLIMIT_NOFILE", "soft", 77, "hard", 88)))
            .script("ulimit -S -n; ulimit -H -n; cat /proc/self/oom_score_adj");
    assertEquals("77\n88\n500\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void nothingOfTheHostIsOpenInAWaitingInit(Workbench bench) throws IOException {
    Bundle bundle = mapped(bench).mount("/tmp", "bind", bench.directory().toString(), "bind");
    int pid = bench.pid(bench.created(bundle));
    for (String target : HostProcess.descriptors(pid).values()) {
      assertTrue(
          target.startsWith("/tmp/") && (target.contains("/outputs/") || target.endsWith(".fifo"))
              || target.startsWith("socket:")
              || target.startsWith("/run/")
              || target.equals("/dev/null"),
          () -> "open in init: " + target);
    }
  }

  @Test
  void hooksSeeAMappedProcess(Workbench bench) {
    Path seen = bench.directory().resolve("seen");
    String script =
        "pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/'); cat /proc/$pid/uid_map >" + seen + "$0";
    Bundle bundle = mapped(bench).lasting();
    for (String kind : List.of("prestart", "createRuntime")) {
      bundle.hook(
          kind,
          Map.of(
              "path", "/bin/sh",
              "args", List.of("/bin/sh", "-c", script, kind),
              "env", List.of("PATH=/usr/bin:/bin")));
    }
    bench.created(bundle);
    for (String kind : List.of("prestart", "createRuntime")) {
      assertTrue(read(Path.of(seen + kind)).contains("100000"), kind);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void theWholeLifecycleWorks(Workbench bench) {
    Bundle bundle = mapped(bench).lasting();
    String id = bench.created(bundle);
    assertEquals("created", bench.status(id));
    bench.start(id).succeedsSilently();
    assertEquals("running", bench.status(id));
    bench.awaitTrap(id);
    bench.kill(id, "TERM").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
    assertEquals(3, bench.run(mapped(bench).script("exit 3")).exitCode());
  }

  @Test
  void aProgramThatIsMissingFailsCreateAsEver(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(mapped(bench).args("nosuch"), id)
        .failsNaming("exec: \"nosuch\": executable file not found in $PATH");
    bench.assertNothingOf(id);
  }

  // SEC-14: no way to write to a cgroup file system without asking for one that belongs to one.
  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void theCgroupTreeIsReadOnly(boolean ownNamespace, boolean boundSys, Workbench bench) {
    Bundle bundle = withAllCapabilities(mapped(bench));
    if (!ownNamespace) {
      bundle.withoutNamespace("cgroup");
    }
    if (boundSys) {
      bundle
          .withoutMount("/sys/fs/cgroup")
          .withoutMount("/sys")
          .mount("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
    }
    bundle.script(
        "grep cgroup2 /proc/self/mountinfo | grep -v ' ro,' && echo writable;"
            + " mkdir /sys/fs/cgroup/x 2>/dev/null && echo made; true");
    assertEquals("", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aWritableCgroupIsGivenToTheContainersUser(Workbench bench) throws IOException {
    Bundle bundle =
        mapped(bench)
            .lasting()
            .withoutMount("/sys/fs/cgroup")
            .mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "rw")
            .script("mkdir /sys/fs/cgroup/sub && ls -d /sys/fs/cgroup/sub; sleep 1000");
    String id = bench.running(bundle);
    Path cgroup = Snapshot.CGROUPS.resolve(id);
    Workbench.await(
        "the cgroup that the container makes", () -> Files.exists(cgroup.resolve("sub")));
    for (String file : List.of("", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control")) {
      assertEquals(FIRST, Files.getAttribute(cgroup.resolve(file), "unix:uid"), file);
    }
    assertEquals(0, Files.getAttribute(cgroup.resolve("cgroup.max.depth"), "unix:uid"));
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void aReadOnlyCgroupStaysTheHosts(Workbench bench) throws IOException {
    String id = bench.running(mapped(bench).lasting());
    assertEquals(0, Files.getAttribute(Snapshot.CGROUPS.resolve(id), "unix:uid"));
  }

  // SEC-12
  @ParameterizedTest
  @ValueSource(ints = {200, 341})
  void manyMappingsAreWrittenAndTooManyAreACleanError(int count, Workbench bench) {
    List<Object> mappings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      mappings.add(mapping(i, FIRST + 2L * i, 1));
    }
    Bundle bundle =
        mapped(bench).set("/linux/uidMappings", mappings).script("wc -l </proc/self/uid_map");
    if (count == 200) {
      assertEquals("200", bench.run(bundle).succeedsSilently().text());
    } else {
      bench
          .create(bundle, Workbench.id())
          .failsNaming("/linux/uidMappings", "the kernel takes 340");
    }
  }

  /** Whatever process init was cloned from: that one is nobody in the pid namespace. */
  @Test
  void theProgramLeadsASessionOfItsOwn(Workbench bench) {
    Bundle bundle = mapped(bench).script("cut -d ' ' -f 6 /proc/1/stat");
    assertEquals("1", bench.run(bundle).succeedsSilently().text());
  }

  @Test
  void everyMistakeOfTheMappingsIsNamedBeforeAnythingIsDone(Workbench bench) {
    Bundle bundle =
        mapped(bench)
            .set("/linux/uidMappings", List.of(mapping(0, 1000, 10), mapping(5, 5000, 0)))
            .set("/process/user", Map.of("uid", 4242, "gid", 0));
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming("/linux/uidMappings/1/size", "/process/user/uid", "4242 is not mapped");
    bench.assertNothingOf(id);
  }

  @Test
  void aGroupOfAMountMustBeMapped(Workbench bench) {
    Bundle bundle =
        mapped(bench)
            .set("/linux/uidMappings", List.of(mapping(0, FIRST, 1)))
            .set("/linux/gidMappings", List.of(mapping(0, FIRST, 1)));
    bench
        .create(bundle, Workbench.id())
        .failsNaming("/mounts/2/options", "gid=5: the id is not mapped");
  }

  @Test
  void anOverlayOfClosedDirectoriesIsMadeForAnotherRoot(Workbench bench) throws IOException {
    Bundle bundle = mapped(bench);
    Path closed = Files.createDirectory(bundle.directory().resolve("closed"));
    Path lower = Files.createDirectory(closed.resolve("lower"));
    Files.writeString(lower.resolve("a"), "in the overlay\n");
    Files.createDirectory(closed.resolve("more"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    String layers = "lowerdir=" + lower + ":" + closed.resolve("more");
    bundle.mount("/mnt", "overlay", "overlay", layers).script("cat /mnt/a");
    assertEquals("in the overlay\n", bench.run(bundle).succeedsSilently().out());
  }

  // Joined

  @Test
  void aUserNamespaceIsJoinedWithAllThatBelongsToIt(Workbench bench) throws IOException {
    int first = bench.pid(bench.running(mapped(bench).lasting()));
    Bundle bundle = joined(bench, first).lasting().remove("/hostname");
    for (String[] pair :
        new String[][] {{"network", "net"}, {"ipc", "ipc"}, {"uts", "uts"}, {"pid", "pid"}}) {
      bundle.join(pair[0], "/proc/" + first + "/ns/" + pair[1]);
    }
    int second = bench.pid(bench.running(bundle));
    for (String file : List.of("user", "net", "ipc", "uts", "pid")) {
      assertEquals(HostProcess.namespace(first, file), HostProcess.namespace(second, file), file);
    }
    assertNotEquals(HostProcess.namespace(first, "mnt"), HostProcess.namespace(second, "mnt"));
    assertTrue(HostProcess.status(second).get("Uid").startsWith("100000\t"));
  }

  @Test
  void aJoinedUserNamespaceHasNewOthersThatBelongToIt(Workbench bench) {
    int first = bench.pid(bench.running(mapped(bench).lasting()));
    Bundle bundle =
        withAllCapabilities(joined(bench, first))
            .script(
                "id -u; hostname; hostname other && hostname; ip addr show lo | grep -c 127.0.0.1");
    assertEquals("0\njrun\nother\n1\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theNetworkOfTheHostsUserNamespaceCanBeJoinedBesideANewOne(Workbench bench)
      throws IOException {
    int first = bench.pid(bench.running(bench.bundle().lasting()));
    Bundle bundle = mapped(bench).lasting().join("network", "/proc/" + first + "/ns/net");
    bundle
        .withoutMount("/sys/fs/cgroup")
        .withoutMount("/sys")
        .mount("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
    int second = bench.pid(bench.running(bundle));
    assertEquals(HostProcess.namespace(first, "net"), HostProcess.namespace(second, "net"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/ns/uts", "/etc/passwd", "/nonexistent"})
  void aPathThatIsNoUserNamespaceIsRefused(String path, Workbench bench) {
    String id = Workbench.id();
    bench.create(bench.bundle().join("user", path), id).failsNaming("user namespace", path);
    bench.assertNothingOf(id);
  }
}
