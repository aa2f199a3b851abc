// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mount namespace that begins with the root file system alone, where the kernel makes one, and
 * with a copy of the host's mounts where it does not or somebody refuses it: nobody in there can
 * tell. The ways are those of trees.c, which answers in the kernel's place.
 */
@ExtendWith(ResidueExtension.class)
class TreeNamespaceIT {
  private static final CProgram TREES = CProgram.built("trees");

  private static final CProgram KERNELS = CProgram.built("kernels");

  private static Jrun by(String way, Jrun command) {
    return command.through("exec " + TREES.file() + " " + way + " \"$@\"");
  }

  private static Outcome run(String way, Workbench bench, Bundle bundle) {
    return by(way, bench.runCommand(bundle, Workbench.id())).run();
  }

  /** Each kind of source that a mount can have. */
  private static Bundle everything(Workbench bench) throws IOException {
    Path data = Files.createDirectories(bench.directory().resolve("data"));
    Files.createDirectories(data.resolve("empty"));
    Files.writeString(data.resolve("file"), "content\n");
    Path layers = bench.directory().resolve("layers");
    for (String each : List.of("a", "b", "upper", "work")) {
      Files.createDirectories(layers.resolve(each));
    }
    Files.writeString(layers.resolve("a/from-a"), "a\n");
    Files.writeString(layers.resolve("b/from-b"), "b\n");
    return bench
        .bundle()
        .withoutNamespace("cgroup")
        .mount("/with-mode", "tmpfs", "tmpfs", "mode=711")
        .mount("/with-mode/bound", "bind", data.toString(), "rbind", "rshared")
        .mount("/with-mode/bound", "tmpfs", "upon", "mode=711")
        .mount("/read-only", "bind", data.toString(), "rbind", "ro", "rslave")
        .mount("/read-only/empty", "tmpfs", "tmpfs", "mode=711", "ro")
        .mount("/some/file", "bind", data + "/file", "bind", "nosuid", "private")
        .mount(
            "/layered",
            "overlay",
            "overlay",
            "lowerdir=" + layers.resolve("a") + ":" + layers.resolve("b"),
            "upperdir=" + layers.resolve("upper"),
            "workdir=" + layers.resolve("work"))
        .mount("/layered", "", "", "remount", "bind", "ro")
        .mount("/proc/uptime", "bind", data + "/file", "bind")
        .mount("/kept", "tmpfs", "tmpfs", "tmpcopyup");
  }

  /**
   * The lines of mountinfo in their order, without what is another in each namespace: numbers of
   * mounts, in whose place is where they are mounted, of new file systems and of peers.
   */
  private static List<String> table(String text) {
    Map<String, String> places = new HashMap<>();
    List<String> out = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] fields = line.split(" ");
      places.put(fields[0], fields[4]);
    }
    for (String line : text.lines().toList()) {
      String[] fields = line.split(" ", 4);
      out.add(
          "on "
              + places.getOrDefault(fields[1], "nothing")
              + ": "
              + fields[3]
                  .replaceAll(" (shared|master|propagate_from):\\d+", " $1")
                  .replace(",uuid=on", ""));
    }
    return out;
  }

  /** Engines and systemd read it in there; some of them by the order of its lines. */
  @ParameterizedTest
  @ValueSource(strings = {"yes", "open_tree", "setns"})
  @Tag("smoke")
  void theTableOfMountsIsThatOfACopyOfTheHosts(String way, Workbench bench) throws IOException {
    Bundle bundle =
        everything(bench)
            .script(
                "cat /proc/self/mountinfo; echo; cat /with-mode/bound/file /some/file /proc/uptime"
                    + " /layered/from-a /layered/from-b; ls /read-only/empty; stat -c %a /kept");
    Files.createDirectory(bundle.inside("/kept"));
    bundle.inside("/kept").toFile().setExecutable(true, false);
    String here = run(way, bench, bundle).out();
    String copied = run("no", bench, bundle).out();
    List<String> mounts = table(here.substring(0, here.indexOf("\n\n")));
    List<String> expected = table(copied.substring(0, copied.indexOf("\n\n")));
    assertEquals(
        String.join("\n", new TreeSet<>(expected)), String.join("\n", new TreeSet<>(mounts)));
    assertEquals(expected.size(), mounts.size());
    assertEquals(copied.substring(copied.indexOf("\n\n")), here.substring(here.indexOf("\n\n")));
    if (way.equals("yes") && knows(bench)) {
      Set<String> before = new TreeSet<>(Set.of("nothing"));
      for (String each : mounts) {
        assertTrue(before.contains(each.substring(3, each.indexOf(':'))), () -> each + mounts);
        before.add(each.split(" ")[3]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "open_tree", "setns"})
  void nothingOfTheHostsMountsIsInItsTable(String way, Workbench bench) throws Exception {
    Path marked = mounted(bench, "marked");
    try {
      Bundle bundle = bench.bundle().script("cat /proc/self/mountinfo");
      String found = run(way, bench, bundle).succeedsSilently().out();
      assertFalse(found.contains("marked"), found);
      Set<String> points = new TreeSet<>();
      found.lines().forEach(line -> points.add(line.split(" ")[4]));
      assertTrue(points.contains("/proc") && !points.contains("/run"), found);
    } finally {
      unmount(marked);
    }
  }

  /** A mount of a new namespace is the peer of the one that it was copied from. */
  @ParameterizedTest
  @ValueSource(strings = {"yes", "open_tree", "setns"})
  @Tag("smoke")
  void nothingThatIsMountedThereReachesTheHost(String way, Workbench bench) throws Exception {
    Bundle bundle = everything(bench).lasting();
    Path data = bench.directory().resolve("data");
    bind(bundle.rootfs());
    bind(data);
    try {
      List<String> before = ownMounts();
      String id = bench.keep(Workbench.id());
      by(way, bench.createCommand(bundle, id)).run().succeeds();
      bench.start(id).succeeds();
      assertEquals(before, ownMounts());
      // What the host mounts later is there: the root is a slave, as with runc.
      Path later = Files.createDirectories(bundle.inside("/tmp/later"));
      mount("-t", "tmpfs", "tmpfs", later.toString());
      Path volume = Files.createDirectories(data.resolve("later"));
      mount("-t", "tmpfs", "tmpfs", volume.toString());
      assertEquals(
          "/tmp/later\n/read-only/later\n",
          bench
              .exec(id, "sh", "-c", "grep -o '/tmp/later\\|/read-only/later' /proc/self/mountinfo")
              .succeeds()
              .out());
      List<String> after = ownMounts();
      bench.deleteByForce(id).succeeds();
      assertEquals(after, ownMounts());
    } finally {
      unmount(bundle.inside("/tmp/later"));
      unmount(data.resolve("later"));
      unmount(bundle.rootfs());
      unmount(data);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "open_tree", "setns"})
  void aFailureHasTheWordsThatItHasInACopy(String way, Workbench bench) throws IOException {
    List<Bundle> wrong =
        List.of(
            bench.bundle().mount("/mnt", "bind", "/nonexistent/source", "rbind"),
            bench.bundle().mount("/mnt", "tmpfs", "tmpfs", "mode=711", "unheard=of"),
            bench.bundle().mount("/mnt", "unheard-of", "none"),
            bench.bundle().mount("/mnt", "overlay", "overlay", "lowerdir=/nonexistent/lower"),
            bench.bundle().mount("/etc/passwd", "tmpfs", "tmpfs", "mode=711"),
            bench.bundle().mount("/mnt", "ext4", "/nonexistent/device"));
    for (Bundle bundle : wrong) {
      String id = Workbench.id();
      String here = by(way, bench.createCommand(bundle, id)).run().exits(1).err();
      String copied = by("no", bench.createCommand(bundle, id)).run().exits(1).err();
      assertEquals(message(copied), message(here));
      bench.assertNothingOf(id);
    }
  }

  private static String message(String error) {
    return error.substring(error.indexOf("msg="));
  }

  /** Whoever joins init's mount namespace has its root. */
  @ParameterizedTest
  @ValueSource(strings = {"yes", "open_tree", "setns"})
  void anExecAndTheHostFindTheSameRoot(String way, Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/process/cwd", "/etc").lasting();
    String id = bench.keep(Workbench.id());
    by(way, bench.createCommand(bundle, id)).run().succeeds();
    bench.start(id).succeeds();
    String script = "readlink /proc/self/cwd; readlink /proc/1/cwd; cd ..; ls -di /; ls -di .";
    List<String> seen = bench.exec(id, "sh", "-c", script).succeeds().lines();
    assertEquals(List.of("/etc", "/etc"), seen.subList(0, 2));
    long inode = (long) Files.getAttribute(bundle.rootfs(), "unix:ino");
    assertTrue(seen.get(2).strip().startsWith(inode + " "), seen::toString);
    assertTrue(seen.get(3).strip().startsWith(inode + " "), seen::toString);
    Path root = Path.of("/proc/" + bench.pid(id) + "/root");
    assertEquals(inode, (long) Files.getAttribute(root, "unix:ino"));
    assertEquals(inode, (long) Files.getAttribute(root.resolve("../.."), "unix:ino"));
  }

  /** Below the root there is what the kernel has below everything, in either way. */
  @Test
  void whoUnmountsTheRootFindsNothingBelow(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/capabilities/bounding/-", "CAP_SYS_ADMIN")
            .set("/process/capabilities/effective/-", "CAP_SYS_ADMIN")
            .set("/process/capabilities/permitted/-", "CAP_SYS_ADMIN")
            .script("umount -l /proc/sys /sys /; cd /; for i in 1 2 3 4; do cd ..; done; ls -a /");
    String here = run("yes", bench, bundle).out();
    assertEquals(run("no", bench, bundle).out(), here);
    assertFalse(here.contains("boot") || here.contains("home"), here);
  }

  /** Both the kernel's word and what is made of it. */
  @Test
  @Tag("smoke")
  void theKernelIsAskedAndNotItsVersion(Workbench bench) throws IOException {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().write();
    String[] plan = {"plan", "--syscalls", "--bundle", bundle.directory().toString(), id};
    assertEquals(knows(bench), bench.jrun(plan).succeeds().out().contains("OPEN_TREE_NAMESPACE"));
    assertTrue(by("yes", bench.command(plan)).run().out().contains("OPEN_TREE_NAMESPACE"));
  }

  /** What the kernel itself says. */
  private static boolean knows(Workbench bench) {
    return bench
        .bareCommand("/nonexistent")
        .by(KERNELS.file())
        .run()
        .out()
        .contains("yes OPEN_TREE_NAMESPACE\n");
  }

  private static Path mounted(Workbench bench, String name) throws Exception {
    Path point = Files.createDirectory(bench.directory().resolve(name));
    mount("-t", "tmpfs", name, point.toString());
    return point;
  }

  /** A shared mount at its own place. */
  private static void bind(Path directory) throws Exception {
    mount("--bind", directory.toString(), directory.toString());
    mount("--make-shared", directory.toString());
  }

  private static void mount(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(args));
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static void unmount(Path point) throws Exception {
    new ProcessBuilder("umount", "-l", point.toString()).start().waitFor();
  }

  private static List<String> ownMounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo"));
  }
}
