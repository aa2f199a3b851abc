// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mounts of the configuration: each kind, their options as the kernel then shows them, their order,
 * and where they may not go.
 */
@ExtendWith(ResidueExtension.class)
class MountsIT {

  /** The line of /proc/self/mountinfo for the topmost mount on a path in the container. */
  private static String mountinfo(Workbench bench, Bundle bundle, String path) {
    bundle.script("grep ' " + path + " ' /proc/self/mountinfo | tail -n 1");
    return bench.run(bundle).succeedsSilently().text();
  }

  private static Set<String> flags(String line) {
    return new TreeSet<>(Arrays.asList(line.split(" ")[5].split(",")));
  }

  private static String superOptions(String line) {
    return line.substring(line.lastIndexOf(' ') + 1);
  }

  private static Path source(Workbench bench) throws IOException {
    Path source = Files.createDirectory(bench.directory().resolve("source"));
    Files.writeString(source.resolve("file"), "content\n");
    return source;
  }

  @Test
  @Tag("smoke")
  void aDirectoryIsBound(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "bind", source.toString(), "bind")
            .script("cat /mnt/file; echo new >/mnt/new");
    assertEquals("content\n", bench.run(bundle).succeedsSilently().out());
    assertEquals("new\n", Files.readString(source.resolve("new")));
  }

  @Test
  void aFileIsBoundAndItsDestinationMade(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/some/where/file", "bind", source + "/file", "bind", "ro")
            .script("cat /some/where/file; echo x >/some/where/file");
    Outcome outcome = bench.run(bundle);
    assertEquals("content\n", outcome.out());
    assertTrue(outcome.err().contains("Read-only file system"), outcome::toString);
    assertTrue(Files.isRegularFile(bundle.inside("/some/where/file"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void aRelativeSourceIsRelativeToTheBundle(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().mount("/mnt", "bind", "data", "bind").args("cat", "/mnt/file");
    Files.createDirectory(bundle.directory().resolve("data"));
    Files.writeString(bundle.directory().resolve("data/file"), "relative\n");
    assertEquals("relative\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void bindLeavesSubmountsOutAndRbindTakesThem(Workbench bench) throws Exception {
    Path source = source(bench);
    Path sub = Files.createDirectory(source.resolve("sub"));
    assertEquals(
        0, new ProcessBuilder("mount", "-t", "tmpfs", "tmpfs", sub.toString()).start().waitFor());
    try {
      Files.writeString(sub.resolve("below"), "below\n");
      Bundle bundle =
          bench
              .bundle()
              .mount("/one", "bind", source.toString(), "bind")
              .mount("/all", "bind", source.toString(), "rbind")
              .script("ls /one/sub; cat /all/sub/below");
      assertEquals("below\n", bench.run(bundle).succeedsSilently().out());
    } finally {
      assertEquals(0, new ProcessBuilder("umount", sub.toString()).start().waitFor());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ro,                     ro",
    "nosuid,                 rw nosuid",
    "nodev,                  rw nodev",
    "noexec,                 rw noexec",
    "noatime,                rw noatime",
    "nodiratime,             rw nodiratime",
    "nosymfollow,            rw nosymfollow",
    "ro nosuid nodev noexec, ro nosuid nodev noexec",
    "ro rw,                  rw",
    "rw ro,                  ro",
    "noexec exec,            rw",
    "defaults,               rw",
  })
  void flagsOfABindMountAreApplied(String options, String expected, Workbench bench)
      throws IOException {
    String[] all = ("bind " + options).split(" ");
    Bundle bundle = bench.bundle().mount("/mnt", "bind", source(bench).toString(), all);
    Set<String> flags = flags(mountinfo(bench, bundle, "/mnt"));
    flags.remove("relatime");
    assertEquals(new TreeSet<>(List.of(expected.split(" "))), flags);
  }

  @ParameterizedTest
  @CsvSource({
    "rro, ro",
    "rnosuid, nosuid",
    "rnodev, nodev",
    "rnoexec, noexec",
    "rnoatime, noatime",
    "rnosymfollow, nosymfollow"
  })
  void recursiveAttributesReachSubmounts(String option, String flag, Workbench bench)
      throws Exception {
    Path source = source(bench);
    Path sub = Files.createDirectory(source.resolve("sub"));
    assertEquals(
        0, new ProcessBuilder("mount", "-t", "tmpfs", "tmpfs", sub.toString()).start().waitFor());
    try {
      Bundle bundle = bench.bundle().mount("/mnt", "bind", source.toString(), "rbind", option);
      String lines =
          bench.run(bundle.script("grep ' /mnt' /proc/self/mountinfo")).succeedsSilently().out();
      assertEquals(2, lines.lines().count(), lines);
      assertTrue(lines.lines().allMatch(line -> flags(line).contains(flag)), lines);
    } finally {
      assertEquals(0, new ProcessBuilder("umount", sub.toString()).start().waitFor());
    }
  }

  @Test
  void roOfAnRbindReachesTheTopOnly(Workbench bench) throws Exception {
    Path source = source(bench);
    Path sub = Files.createDirectory(source.resolve("sub"));
    assertEquals(
        0, new ProcessBuilder("mount", "-t", "tmpfs", "tmpfs", sub.toString()).start().waitFor());
    try {
      Bundle bundle = bench.bundle().mount("/mnt", "bind", source.toString(), "rbind", "ro");
      String lines =
          bench.run(bundle.script("grep ' /mnt' /proc/self/mountinfo")).succeedsSilently().out();
      assertTrue(
          flags(lines.lines().filter(line -> line.contains(" /mnt ")).findFirst().orElseThrow())
              .contains("ro"),
          lines);
      assertTrue(
          flags(lines.lines().filter(line -> line.contains(" /mnt/sub ")).findFirst().orElseThrow())
              .contains("rw"),
          lines);
    } finally {
      assertEquals(0, new ProcessBuilder("umount", sub.toString()).start().waitFor());
    }
  }

  @Test
  void tmpfsTakesItsOptions(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount(
                "/mnt",
                "tmpfs",
                "name",
                "nosuid",
                "nodev",
                "noexec",
                "ro",
                "size=64k",
                "mode=0710",
                "uid=5",
                "gid=6",
                "nr_inodes=10");
    String line = mountinfo(bench, bundle, "/mnt");
    assertTrue(flags(line).containsAll(Set.of("ro", "nosuid", "nodev", "noexec")), line);
    for (String option : List.of("size=64k", "mode=710", "uid=5", "gid=6", "nr_inodes=10")) {
      assertTrue(superOptions(line).contains(option), line);
    }
    assertTrue(line.contains(" - tmpfs name "), line);
  }

  @ParameterizedTest
  @CsvSource({
    "strictatime, '', relatime",
    "noatime, noatime, relatime",
    "relatime, relatime, noatime",
    "defaults, relatime, noatime"
  })
  void theAccessTimeIsOneChoice(String option, String with, String without, Workbench bench) {
    Bundle bundle = bench.bundle().mount("/mnt", "tmpfs", "tmpfs", option);
    Set<String> flags = flags(mountinfo(bench, bundle, "/mnt"));
    assertTrue(with.isEmpty() || flags.contains(with), flags::toString);
    assertFalse(flags.contains(without), flags::toString);
  }

  // runc: a tmpfs keeps the mode of the directory it covers, unless told otherwise.
  @Test
  void tmpfsKeepsTheModeOfTheDirectoryItCovers(Workbench bench) throws IOException {
    Bundle bundle =
        bench.bundle().mount("/covered", "tmpfs", "tmpfs").mount("/new", "tmpfs", "tmpfs");
    Path covered = Files.createDirectory(bundle.inside("/covered"));
    Files.setPosixFilePermissions(
        covered, java.nio.file.attribute.PosixFilePermissions.fromString("rwx--x---"));
    bundle.script("stat -c %a /covered");
    assertEquals("710\n", bench.run(bundle).succeedsSilently().out());
  }

  @ParameterizedTest
  @CsvSource({
    "shared, shared:",
    "slave, ''",
    "private, ''",
    "rshared, shared:",
    "rslave, ''",
    "rprivate, ''",
    "unbindable, unbindable",
    "runbindable, unbindable"
  })
  void thePropagationOfAMountIsSet(String propagation, String tag, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench.bundle().mount("/mnt", "bind", source(bench).toString(), "rbind", propagation);
    String line = mountinfo(bench, bundle, "/mnt");
    String tags = line.substring(0, line.indexOf(" - "));
    if (tag.isEmpty()) {
      assertFalse(tags.contains("shared:") || tags.contains("unbindable"), line);
    } else {
      assertTrue(tags.contains(tag), line);
    }
  }

  @Test
  void aSlaveReceivesWhatTheHostMountsLater(Workbench bench) throws Exception {
    Path source = source(bench);
    Path sub = Files.createDirectory(source.resolve("sub"));
    assertEquals(
        0,
        new ProcessBuilder("mount", "--bind", source.toString(), source.toString())
            .start()
            .waitFor());
    assertEquals(
        0, new ProcessBuilder("mount", "--make-shared", source.toString()).start().waitFor());
    try {
      Bundle bundle =
          bench
              .bundle()
              .mount("/mnt", "bind", source.toString(), "rbind", "rslave")
              .script("while ! test -e /mnt/sub/late; do sleep 0.02; done; echo seen");
      String id = Workbench.id();
      Jrun.Running running = bench.runCommand(bundle, id).start();
      Workbench.await("running", () -> RunIT.isRunning(bench, id));
      assertEquals(
          0, new ProcessBuilder("mount", "-t", "tmpfs", "tmpfs", sub.toString()).start().waitFor());
      Files.writeString(sub.resolve("late"), "");
      assertEquals("seen\n", running.await().succeedsSilently().out());
    } finally {
      new ProcessBuilder("umount", "-l", sub.toString()).start().waitFor();
      new ProcessBuilder("umount", "-l", source.toString()).start().waitFor();
    }
  }

  @Test
  void whatTheContainerMountsDoesNotReachTheHost(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "bind", source(bench).toString(), "rbind", "rshared")
            .set("/process/capabilities/bounding/-", "CAP_SYS_ADMIN")
            .set("/process/capabilities/effective/-", "CAP_SYS_ADMIN")
            .set("/process/capabilities/permitted/-", "CAP_SYS_ADMIN")
            .script("mount -t tmpfs tmpfs /tmp && grep -c ' /tmp ' /proc/self/mountinfo");
    assertEquals("1\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void anImageMayHaveALinkThatLeadsNowhereWhereAFileIsToBeBound(Workbench bench)
      throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/etc/resolv.conf", "bind", source + "/file", "bind")
            .args("cat", "/etc/resolv.conf");
    Files.createSymbolicLink(
        bundle.inside("/etc/resolv.conf"), Path.of("../run/systemd/resolve/stub-resolv.conf"));
    assertEquals("content\n", bench.run(bundle).succeedsSilently().out());
    assertTrue(Files.exists(bundle.inside("/run/systemd/resolve/stub-resolv.conf")));
    assertFalse(Files.exists(Path.of("/run/systemd/resolve/stub-resolv.conf")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tmp/target", "../../../../../../../../tmp/target", "/link2", "link2"})
  void linksOfTheImageAreResolvedInsideTheContainer(String target, Workbench bench)
      throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/link/sub", "bind", source.toString(), "bind")
            .script("cat /link/sub/file; readlink -f /link");
    Files.createSymbolicLink(bundle.inside("/link"), Path.of(target));
    Files.createSymbolicLink(bundle.inside("/link2"), Path.of("/tmp/target"));
    Files.createDirectory(bundle.inside("/tmp/target"));
    assertEquals("content\n/tmp/target\n", bench.run(bundle).succeedsSilently().out());
    assertFalse(Files.exists(Path.of("/tmp/target")));
  }

  @Test
  void aDestinationWithDotsStaysInside(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/a/../../../b//c/./d/", "bind", source.toString(), "bind")
            .args("cat", "/b/c/d/file");
    assertEquals("content\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aRelativeDestinationIsTakenAsFromTheRoot(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("relative/mnt", "bind", source.toString(), "bind")
            .args("cat", "/relative/mnt/file");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("content\n", outcome.out());
  }

  @Test
  void mountsAreMadeInTheirOrder(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "tmpfs", "tmpfs")
            .mount("/mnt/sub", "bind", source.toString(), "bind")
            .mount("/over", "bind", source.toString(), "bind")
            .mount("/over", "tmpfs", "tmpfs")
            .script("cat /mnt/sub/file; ls -A /over; grep -c ' /over ' /proc/self/mountinfo");
    assertEquals("content\n2\n", bench.run(bundle).succeedsSilently().out());
    assertFalse(Files.exists(bundle.inside("/mnt/sub")), "made in the root and not in the tmpfs");
  }

  // runc: "mount order, container bind-mount source"
  @Test
  void aSourceInsideTheContainersTreeSeesEarlierMounts(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle = bench.bundle();
    Files.createDirectory(bundle.inside("/first"));
    bundle
        .mount("/first", "bind", source.toString(), "bind")
        .mount("/second", "bind", bundle.inside("/first").toString(), "bind")
        .args("cat", "/second/file");
    assertEquals("content\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aMissingSourceIsNamedWithTheIndexOfItsMount(Workbench bench) {
    Bundle bundle = bench.bundle().mount("/mnt", "bind", "/nonexistent/source", "bind");
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming(
            Jrun.name() + " create failed: ",
            "/mounts/7",
            "/nonexistent/source",
            "no such file or directory");
    bench.assertNothingOf(id);
  }

  @Test
  void aFileSystemTheKernelDoesNotKnowIsNamed(Workbench bench) {
    Bundle bundle = bench.bundle().mount("/mnt", "nosuchfs", "none");
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming("/mounts/7", "nosuchfs");
    bench.assertNothingOf(id);
  }

  @Test
  void anOptionTheFileSystemDoesNotKnowIsNamed(Workbench bench) {
    Bundle bundle = bench.bundle().mount("/mnt", "tmpfs", "tmpfs", "bogus=1");
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming("/mounts/7", "bogus");
    bench.assertNothingOf(id);
  }

  @Test
  void whatTheKernelSaysOfAFileSystemIsInTheErrorOnOneLine(Workbench bench) throws IOException {
    bench
        .create(bench.bundle().mount("/mnt", "tmpfs", "tmpfs", "sizee=1m"), Workbench.id())
        .failsNaming(
            "fsconfig \"sizee\": invalid argument (EINVAL): tmpfs: Unknown parameter 'sizee'");
    bench
        .create(
            bench.bundle().mount("/mnt", "tmpfs", "tmpfs", "si\nz\u001b[31me=1m"), Workbench.id())
        .failsNaming("tmpfs: Unknown parameter 'si z [31me'");
    Path lower = Files.createDirectory(bench.directory().resolve("lower"));
    bench
        .create(
            bench.bundle().mount("/mnt", "overlay", "overlay", "lowerdir=" + lower), Workbench.id())
        .failsNaming(
            "fsconfig: invalid argument (EINVAL): the file system does not take its options");
    bench
        .create(
            UserNamespaceIT.mapped(bench).mount("/mnt", "tmpfs", "tmpfs", "noswap"), Workbench.id())
        .failsNaming("tmpfs: Turning off swap in unprivileged tmpfs mounts unsupported");
  }

  @Test
  void dataOfAFileSystemIsRefusedForABind(Workbench bench) throws IOException {
    Bundle bundle =
        bench.bundle().mount("/mnt", "bind", source(bench).toString(), "bind", "size=1k");
    bench
        .create(bundle, Workbench.id())
        .failsNaming("bind mounts cannot have any filesystem-specific options applied");
  }

  // SEC-07
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc",
        "/proc/",
        "//proc",
        "/./proc",
        "/foo/../proc",
        "/link",
        "/proc/self",
        "/proc/self/attr",
        "/proc/sys",
        "/proc/1/ns"
      })
  void anOrdinaryDirectoryIsNotMountedOnOrBelowProc(String destination, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().mount(destination, "bind", source(bench).toString(), "bind");
    Files.createSymbolicLink(bundle.inside("/link"), Path.of("proc"));
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming(Jrun.name() + " create failed: ", "inside /proc");
    bench.assertNothingOf(id);
  }

  @Test
  void aTmpfsIsNotMountedOnProc(Workbench bench) {
    Bundle bundle = bench.bundle().mount("/proc", "tmpfs", "tmpfs");
    bench.create(bundle, Workbench.id()).failsNaming("/proc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpuinfo", "meminfo", "stat", "uptime", "loadavg", "diskstats", "swaps"})
  void theFilesOfLxcfsMayBeBoundBelowProc(String file, Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .mount("/proc/" + file, "bind", source(bench) + "/file", "bind")
            .args("cat", "/proc/" + file);
    assertEquals("content\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void nothingIsMountedOnTheRoot(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().mount("/", "tmpfs", "tmpfs"), id)
        .failsNaming(Jrun.name() + " create failed: ", "mounts");
    bench.assertNothingOf(id);
  }

  @Test
  void aContainerWithoutProcRuns(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/proc")
            .set("/linux/maskedPaths", List.of())
            .set("/linux/readonlyPaths", List.of())
            .script("echo ok; ls /proc 2>/dev/null || true");
    assertEquals("ok\n", bench.run(bundle).succeeds().out());
  }

  @Test
  void aContainerWithoutAnyMountRuns(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/mounts", List.of())
            .set("/linux/maskedPaths", List.of())
            .set("/linux/readonlyPaths", List.of())
            .set("/root/readonly", false)
            .args("echo", "ok");
    assertEquals("ok\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void procShowsTheContainersProcessesAndSysItsNetwork(Workbench bench) {
    Bundle bundle = bench.bundle().script("set -- /proc/[0-9]*; echo $#; ls /sys/class/net");
    assertEquals(List.of("1", "lo"), bench.run(bundle).succeedsSilently().lines());
  }

  // SEC-14: with a cgroup namespace the mount shows the container's own cgroup, and cannot be
  // written.
  @Test
  void theCgroupMountIsTheContainersOwnAndReadOnly(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "cat /proc/self/cgroup | grep ^0:; mkdir /sys/fs/cgroup/x; grep -c cgroup2"
                    + " /proc/self/mountinfo; cat /sys/fs/cgroup/cgroup.procs | head -n 1");
    Outcome outcome = bench.run(bundle);
    assertEquals(List.of("0::/", "1", "1"), outcome.lines(), outcome::toString);
    assertTrue(outcome.err().contains("Read-only file system"), outcome::toString);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cgroupsCannotBeMadeFromInside(boolean namespace, Workbench bench) {
    Bundle bundle =
        bench.bundle().script("mkdir /sys/fs/cgroup/x; echo 1 >/sys/fs/cgroup/cgroup.procs; true");
    if (!namespace) {
      bundle.withoutNamespace("cgroup");
    }
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals(
        2,
        outcome.err().lines().filter(line -> line.contains("Read-only file system")).count(),
        outcome::toString);
  }

  /** What a node's agent and a privileged pod have: the host's tree, where the caller sees it. */
  @ParameterizedTest
  @CsvSource({"ro, false", "rw, true", "nosuid, true"})
  void withoutACgroupNamespaceTheHostsTreeIsThereAsItIsAskedFor(
      String option, boolean written, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .withoutNamespace("cgroup")
            .withoutMount("/sys/fs/cgroup")
            .mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", option)
            .script(
                "own=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup); cat $own/cgroup.procs;"
                    + " test -e $own/../cgroup.controllers && echo above;"
                    + " mkdir $own/x 2>/dev/null && echo written && rmdir $own/x; true");
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertTrue(lines.contains("1"), lines::toString);
    assertTrue(lines.contains("above"), lines::toString);
    assertEquals(written, lines.contains("written"), lines::toString);
  }

  @Test
  void aWholeSysBoundReadOnlyHasNoWritableCgroupBelow(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/sys/fs/cgroup")
            .withoutMount("/sys")
            .mount("/sys", "bind", "/sys", "rbind", "rro", "nosuid", "noexec", "nodev")
            .script("mkdir /sys/fs/cgroup/x; true");
    Outcome outcome = bench.run(bundle).succeeds();
    assertTrue(outcome.err().contains("Read-only file system"), outcome::toString);
  }

  @Test
  void manyMountsAreMade(Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle = bench.bundle();
    for (int i = 0; i < 500; i++) {
      bundle.mount("/m/" + i, "bind", source.toString(), "bind");
    }
    bundle.script("grep -c ' /m/' /proc/self/mountinfo");
    assertEquals("500\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void devicesOfTheHostAreNotTouchedWhenDevIsBound(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/dev")
            .withoutMount("/dev/pts")
            .withoutMount("/dev/shm")
            .withoutMount("/dev/mqueue")
            .mount("/dev", "bind", "/dev", "rbind")
            .script("test -c /dev/null && echo ok");
    assertEquals("ok\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aFifoAndASocketCanBeBound(Workbench bench) throws Exception {
    Path fifo = bench.directory().resolve("fifo");
    new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
    Bundle bundle =
        bench
            .bundle()
            .mount("/fifo", "bind", fifo.toString(), "bind")
            .script("test -p /fifo && echo fifo");
    assertEquals("fifo\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void nodevOfABindKeepsDevicesShut(Workbench bench) throws Exception {
    Path source = source(bench);
    new ProcessBuilder("mknod", source + "/null", "c", "1", "3").start().waitFor();
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "bind", source.toString(), "bind", "nodev")
            .script(": >/mnt/null");
    Outcome outcome = bench.run(bundle);
    assertTrue(outcome.err().contains("Permission denied"), outcome::toString);
  }

  @Test
  void anAnnotationOfTenThousandEntriesIsTaken(Workbench bench) {
    Bundle bundle = bench.bundle();
    Map<String, String> annotations = new java.util.TreeMap<>();
    for (int i = 0; i < 10_000; i++) {
      annotations.put("org.example." + i, "value");
    }
    bench.run(bundle.set("/annotations", annotations)).succeedsSilently();
  }
}
