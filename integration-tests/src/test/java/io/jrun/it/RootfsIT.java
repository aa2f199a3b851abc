// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The container's root: what is in /dev, what is hidden, what cannot be written, and that no link
 * leads out of it.
 */
@ExtendWith(ResidueExtension.class)
class RootfsIT {

  @Test
  @Tag("smoke")
  void theContainerSeesItsRootAndNothingElse(Workbench bench) {
    Bundle bundle = bench.bundle().script("ls -a / | tr '\\n' ' '; ls -d /..; cd ..; pwd");
    assertEquals(
        List.of(". .. bin dev etc proc sys tmp /..", "/"),
        bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void aReadOnlyRootCannotBeWritten(Workbench bench) {
    Bundle bundle = bench.bundle().script("touch /x; mkdir /etc/y; touch /bin/sh");
    Outcome outcome = bench.run(bundle);
    assertEquals(
        3,
        outcome.err().lines().filter(line -> line.contains("Read-only file system")).count(),
        outcome::toString);
    assertFalse(Files.exists(bundle.inside("/x")));
  }

  @Test
  void aWritableRootCanBeWritten(Workbench bench) {
    Bundle bundle = bench.bundle().set("/root/readonly", false).script("echo x >/x");
    bench.run(bundle).succeedsSilently();
    assertTrue(Files.exists(bundle.inside("/x")));
  }

  // SEC-18: nothing but mount points is made in the root file system.
  @Test
  void theRuntimeWritesNothingButMountPointsIntoTheRoot(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().mount("/a/b/c", "tmpfs", "tmpfs");
    bench.run(bundle).succeedsSilently();
    try (Stream<Path> entries = Files.walk(bundle.rootfs())) {
      List<String> found =
          entries
              .filter(path -> !path.startsWith(bundle.rootfs().resolve("bin")))
              .map(path -> bundle.rootfs().relativize(path).toString())
              .sorted()
              .toList();
      assertEquals(
          List.of(
              "",
              "a",
              "a/b",
              "a/b/c",
              "dev",
              "etc",
              "etc/group",
              "etc/passwd",
              "proc",
              "sys",
              "tmp"),
          found);
    }
  }

  @Test
  void theDefaultDevicesAreThereExactly(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "cd /dev; for d in full null random tty urandom zero; do stat -c '%n %F %t:%T %a %u:%g' $d; done");
    assertEquals(
        List.of(
            "full character special file 1:7 666 0:0",
            "null character special file 1:3 666 0:0",
            "random character special file 1:8 666 0:0",
            "tty character special file 5:0 666 0:0",
            "urandom character special file 1:9 666 0:0",
            "zero character special file 1:5 666 0:0"),
        bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void theDefaultLinksAreThereExactly(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "cd /dev; for l in fd stdin stdout stderr ptmx; do echo $l $(readlink $l); done; ls /dev | tr '\\n' ' '");
    List<String> lines = bench.run(bundle).succeedsSilently().lines();
    assertEquals(
        List.of(
            "fd /proc/self/fd",
            "stdin /proc/self/fd/0",
            "stdout /proc/self/fd/1",
            "stderr /proc/self/fd/2",
            "ptmx pts/ptmx"),
        lines.subList(0, 5));
    String entries = lines.get(5).replace("core ", "");
    assertEquals(
        "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ", entries);
  }

  @Test
  void maskedFilesAreEmptyAndMaskedDirectoriesToo(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Files.createDirectories(bundle.inside("/secret/dir"));
    Files.writeString(bundle.inside("/secret/dir/file"), "secret");
    Files.writeString(bundle.inside("/secret/file"), "secret");
    bundle
        .set(
            "/linux/maskedPaths",
            List.of(
                "/secret/dir", "/secret/file", "/nonexistent", "/proc/keys", "/proc/timer_list"))
        .script(
            "ls -A /secret/dir; cat /secret/file; cat /proc/keys; stat -c '%t:%T' /secret/file /proc/keys;"
                + " touch /secret/dir/x 2>&1 | grep -o 'Read-only file system'");
    assertEquals(
        List.of("1:3", "1:3", "Read-only file system"),
        bench.run(bundle).succeedsSilently().lines());
    assertEquals("secret", Files.readString(bundle.inside("/secret/file")));
  }

  // SEC-19, the static half: masks never come from the container's own /dev/null.
  @ParameterizedTest
  @ValueSource(strings = {"link", "file", "fifo", "missing"})
  void aMaskDoesNotDependOnTheContainersNull(String what, Workbench bench) throws Exception {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/dev")
            .withoutMount("/dev/pts")
            .withoutMount("/dev/shm")
            .withoutMount("/dev/mqueue");
    Path dev = Files.createDirectory(bundle.inside("/dev"));
    switch (what) {
      case "link" ->
          Files.createSymbolicLink(dev.resolve("null"), Path.of("/proc/sys/kernel/core_pattern"));
      case "file" -> Files.writeString(dev.resolve("null"), "a file");
      case "fifo" -> new ProcessBuilder("mkfifo", dev.resolve("null").toString()).start().waitFor();
      default -> {
        // Nothing there.
      }
    }
    Files.writeString(bundle.inside("/etc/secret"), "secret");
    bundle
        .set("/root/readonly", false)
        .set("/linux/maskedPaths", List.of("/etc/secret", "/proc/keys"))
        .script("cat /etc/secret /proc/keys; stat -c '%t:%T' /etc/secret /proc/keys");
    Outcome outcome = bench.run(bundle);
    // A refusal is fine; a container with a mask that is none is not.
    if (outcome.exitCode() == 0) {
      assertEquals(List.of("1:3", "1:3"), outcome.lines());
    } else {
      assertEquals(1, outcome.err().lines().count(), outcome::toString);
    }
  }

  // SEC-20
  @Test
  void aRelativeMaskedPathIsRefused(Workbench bench) {
    bench
        .create(bench.bundle().set("/linux/maskedPaths", List.of("etc/passwd")), Workbench.id())
        .failsNaming("/linux/maskedPaths/0");
  }

  @Test
  void aPathMaskedTwiceIsMountedOnce(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/maskedPaths", List.of("/etc/passwd", "/etc/passwd", "/etc//passwd"))
            .script("grep -c ' /etc/passwd ' /proc/self/mountinfo; cat /etc/passwd");
    assertEquals("1\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aMaskedLinkMasksWhatItLeadsToInsideTheContainer(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Files.createSymbolicLink(bundle.inside("/etc/link"), Path.of("/etc/passwd"));
    bundle
        .set("/linux/maskedPaths", List.of("/etc/link"))
        .script("cat /etc/passwd; stat -c %t:%T /etc/passwd");
    assertEquals("1:3\n", bench.run(bundle).succeedsSilently().out());
    assertTrue(Files.size(Path.of("/etc/passwd")) > 0);
  }

  @Test
  void readonlyPathsCannotBeWrittenAndKeepTheirContents(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/root/readonly", false);
    Files.createDirectories(bundle.inside("/data/below"));
    Files.writeString(bundle.inside("/data/file"), "kept");
    bundle
        .set(
            "/linux/readonlyPaths",
            List.of("/data", "/proc/sys", "/proc/sysrq-trigger", "/nonexistent"))
        .script(
            "cat /data/file; echo; touch /data/x /data/below/y; echo x >/proc/sys/kernel/hostname;"
                + " echo h >/proc/sysrq-trigger; grep ' /proc/sys ' /proc/self/mountinfo | cut -d' ' -f6");
    Outcome outcome = bench.run(bundle);
    assertEquals("kept", outcome.lines().get(0));
    assertTrue(outcome.lines().get(1).startsWith("ro,"), outcome::toString);
    assertFalse(
        Files.exists(bundle.inside("/data/x")) || Files.exists(bundle.inside("/data/below/y")));
  }

  // As by runc and crun.
  @Test
  void aVolumeBelowAReadonlyPathIsWhatItsOptionsSay(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .mount("/data/rw", "tmpfs", "tmpfs")
            .mount("/data/ro", "tmpfs", "tmpfs", "ro")
            .set("/linux/readonlyPaths", List.of("/data"))
            .script(
                "for at in /data /data/rw /data/ro; do touch $at/x 2>/dev/null && echo $at; done");
    assertEquals(List.of("/data/rw"), bench.run(bundle).lines());
  }

  // As by runc and crun: the root's own mount, and those below it as they are.
  @ParameterizedTest
  @ValueSource(strings = {"/", "//", "/etc/..", "/link", "/etc/link"})
  void aReadonlyPathMayBeTheRoot(String path, Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Files.createSymbolicLink(bundle.inside("/link"), Path.of("/"));
    Files.createSymbolicLink(bundle.inside("/etc/link"), Path.of("../link/."));
    bundle
        .set("/root/readonly", false)
        .mount("/volume", "tmpfs", "tmpfs")
        .set("/linux/readonlyPaths", List.of("/proc/sys", path))
        .script("touch /x 2>/dev/null || echo refused; touch /volume/x && echo written");
    assertEquals(List.of("refused", "written"), bench.run(bundle).lines());
  }

  // SEC-09: the word that runc's and youki's tests look for.
  @ParameterizedTest
  @CsvSource({
    "proc, /tmp",
    "proc, tmp",
    "proc, /nonexistent",
    "sys, /tmp",
    "sys, tmp",
    "sys, ../../outside",
    "proc, ../../outside"
  })
  void aProcOrSysThatIsALinkIsRefused(String name, String target, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle();
    Files.createDirectory(bench.directory().resolve("outside"));
    Files.createSymbolicLink(bundle.rootfs().resolve(name), Path.of(target));
    String id = Workbench.id();
    bench
        .create(bundle, id)
        .failsNaming(Jrun.name() + " create failed: ", "must be mounted on ordinary directory");
    bench.assertNothingOf(id);
  }

  // SEC-24: an image whose /dev leads elsewhere must not have the runtime write there.
  @ParameterizedTest
  @CsvSource({"absolute, true", "relative, true", "relative, false", "absolute, false"})
  @Tag("smoke")
  void aDevThatIsALinkLeadsNowhereOutside(String how, boolean readonly, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/dev")
            .withoutMount("/dev/pts")
            .withoutMount("/dev/shm")
            .withoutMount("/dev/mqueue")
            .set("/root/readonly", readonly);
    Path outside = Files.createDirectory(bench.directory().resolve("outside"));
    Files.writeString(outside.resolve("ptmx"), "canary");
    Files.createSymbolicLink(
        bundle.rootfs().resolve("dev"),
        how.equals("absolute") ? outside : Path.of("../../outside"));
    String id = Workbench.id();
    bench.runCommand(bundle, id).run();
    bench.assertNothingOf(id);
    String other = Workbench.id();
    if (bench.create(bundle, other).exitCode() == 0) {
      bench.start(other);
      bench.deleteByForce(other).succeedsSilently();
    }
    try (Stream<Path> entries = Files.list(outside)) {
      assertEquals(List.of(outside.resolve("ptmx")), entries.toList());
    }
    assertEquals("canary", Files.readString(outside.resolve("ptmx")));
  }

  // With a tmpfs to be mounted on it the link is resolved inside the root, as every destination is.
  @Test
  void aMountOnADevThatIsALinkStaysInside(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Path outside = Files.createDirectory(bench.directory().resolve("outside"));
    Files.createSymbolicLink(bundle.rootfs().resolve("dev"), Path.of("../../outside"));
    bench.run(bundle.script("true"));
    try (Stream<Path> entries = Files.list(outside)) {
      assertEquals(List.of(), entries.toList());
    }
  }

  // SEC-25: neither redirected nor given to somebody else.
  @Test
  void aNullThatIsALinkIsNotUsedForStandardIo(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/dev")
            .withoutMount("/dev/pts")
            .withoutMount("/dev/shm")
            .withoutMount("/dev/mqueue")
            .set("/root/readonly", false)
            .set("/process/user", java.util.Map.of("uid", 1000, "gid", 1000));
    Path dev = Files.createDirectory(bundle.inside("/dev"));
    Path canary = Files.writeString(bundle.inside("/etc/canary"), "canary");
    Files.createSymbolicLink(dev.resolve("null"), Path.of("/etc/canary"));
    bench.runCommand(bundle.script("echo written; echo written >&2"), Workbench.id()).run();
    assertEquals("canary", Files.readString(canary));
    assertEquals("root", Files.getOwner(canary).getName());
  }

  @Test
  void theRootMayBeGivenAsAnAbsolutePathAndAsALink(Workbench bench) throws IOException {
    Bundle rootfs = bench.bundle();
    Bundle absolute =
        bench.bundle().set("/root/path", rootfs.rootfs().toString()).args("echo", "absolute");
    assertEquals("absolute\n", bench.run(absolute).succeedsSilently().out());
  }

  // Ports runc's and youki's case: without a directory the runtime makes one; with a file there it
  // cannot.
  @Test
  void aProcThatIsAFileIsRefused(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Files.writeString(bundle.inside("/proc"), "");
    bench.create(bundle, Workbench.id()).failsNaming("must be mounted on ordinary directory");
    assertTrue(Files.isRegularFile(bundle.inside("/proc"), LinkOption.NOFOLLOW_LINKS));
  }

  @ParameterizedTest
  @CsvSource({
    "private, ''",
    "slave, master:",
    "rslave, master:",
    "shared, shared:",
    "rshared, shared:",
    "rprivate, ''",
    "unbindable, unbindable"
  })
  void thePropagationOfTheRootIsWhatTheConfigurationSays(
      String propagation, String tag, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/rootfsPropagation", propagation)
            .script("grep ' / / ' /proc/self/mountinfo || grep -m1 ' /.* / ' /proc/self/mountinfo");
    String line = bench.run(bundle).succeedsSilently().lines().get(0);
    String tags = line.substring(0, line.indexOf(" - "));
    if (tag.isEmpty() || tag.equals("master:")) {
      // A slave of a root that was never shared has nothing to be the slave of.
      assertFalse(tags.contains("shared:"), line);
    } else {
      assertTrue(tags.contains(tag), line);
    }
  }

  // As with runc: the tree that a hook, or an administrator, finds on the host is the container's.
  @ParameterizedTest
  @CsvSource({
    "'', true, false",
    "'', true, true",
    "rslave, true, false",
    "private, false, false",
    "rprivate, false, false",
    "slave, false, false",
    "shared, false, false",
  })
  void whatIsMountedOnTheHostBelowTheRootAppearsAsThePropagationSays(
      String propagation, boolean appears, boolean mapped, Workbench bench) throws Exception {
    Bundle bundle = mapped ? UserNamespaceIT.mapped(bench) : bench.bundle();
    if (!propagation.isEmpty()) {
      bundle.set("/linux/rootfsPropagation", propagation);
    }
    Files.createDirectories(bundle.inside("/hook"));
    Files.createDirectories(bundle.inside("/later"));
    Path root = bundle.rootfs();
    String mount = "mount -t tmpfs none %1$s && mkdir %1$s/there";
    bundle.hook("createRuntime", sh(mount.formatted(root.resolve("hook")))).lasting();
    try (Shared tree = Shared.of(bench.directory())) {
      String id = bench.running(bundle);
      tree.sh(mount.formatted(root.resolve("later")));
      for (String each : List.of("hook", "later")) {
        assertEquals(
            appears ? 0 : 1, bench.exec(id, "test", "-e", "/" + each + "/there").exitCode(), each);
        tree.sh("umount " + root.resolve(each));
        assertEquals(1, bench.exec(id, "test", "-e", "/" + each + "/there").exitCode());
      }
      bench.deleteByForce(id).succeedsSilently();
    }
  }

  // The names in /proc/self/mountinfo are bytes.
  @Test
  void theRootMayBeSharedOnAMountWhoseNameIsAnyText(Workbench bench) throws Exception {
    Path odd = Files.createDirectory(bench.directory().resolve("é ü\\x"));
    Bundle bundle = new Bundle(odd.resolve("bundle")).set("/linux/rootfsPropagation", "shared");
    try (Shared tree = Shared.of(odd)) {
      assertEquals(odd, tree.directory());
      bench.run(bundle.args("echo", "shared")).succeedsSilently();
    }
  }

  private static Map<String, Object> sh(String script) {
    return Map.of("path", "/bin/sh", "args", List.of("sh", "-c", script));
  }

  /** A directory that is a mount of its own, shared with all who have a copy of it. */
  private record Shared(Path directory) implements AutoCloseable {
    static Shared of(Path directory) throws IOException {
      Shared made = new Shared(directory);
      made.sh("mount --bind " + quoted(directory) + " " + quoted(directory));
      made.sh("mount --make-shared " + quoted(directory));
      return made;
    }

    private static String quoted(Path path) {
      return "'" + path + "'";
    }

    void sh(String script) throws IOException {
      Process shell = new ProcessBuilder("sh", "-c", script).inheritIO().start();
      assertEquals(0, shell.onExit().join().exitValue(), script);
    }

    @Override
    public void close() throws IOException {
      sh("umount -R " + quoted(directory));
    }
  }
}
