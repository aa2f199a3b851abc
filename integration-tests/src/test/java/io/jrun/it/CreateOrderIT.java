// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The order within create as hooks see it: what there is when they run, that what they add stays,
 * and what comes after them. docs/create.md has the table.
 */
@ExtendWith(ResidueExtension.class)
class CreateOrderIT {
  private static final List<String> KINDS = List.of("prestart", "createRuntime", "createContainer");

  /** Below the root, all of which a hook of any kind is to find. */
  private static final List<String> FILES =
      List.of(
          "usr/lib/gpu/library",
          "data",
          "proc/version",
          "sys/fs/cgroup",
          "dev/shm",
          "dev/pts/ptmx",
          "dev/null",
          "dev/zero",
          "dev/full",
          "dev/random",
          "dev/urandom",
          "dev/tty");

  private static final List<String> LINKS =
      List.of("dev/fd", "dev/stdin", "dev/stdout", "dev/stderr", "dev/ptmx");

  /** Says what is there, and adds a file to the root and a mount to /dev. */
  private static final String LOOK =
      """
      for f in $FILES; do [ -e "$f" ] && echo "$f"; done
      for f in $LINKS; do [ -L "$f" ] && echo "$f"; done
      grep secret "etc/secret"
      : >"etc/by-$KIND" && echo wrote
      mkdir "dev/of-$KIND" && mount -t tmpfs none "dev/of-$KIND" && echo "$KIND" >"dev/of-$KIND/file" && echo mounted
      """;

  /** How the container is made. */
  private enum Way {
    PLAIN,
    /** Its root is an ordinary user of the host. */
    MAPPED,
    /** That user may not even reach the bundle. */
    CLOSED,
    NO_PIVOT,
    JOINED_MOUNTS
  }

  private static Bundle bundle(Way way, Workbench bench) throws IOException {
    return switch (way) {
      case MAPPED -> UserNamespaceIT.mapped(bench);
      case CLOSED -> {
        Path closed = Files.createDirectory(bench.directory().resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        yield UserNamespaceIT.mapped(new Bundle(closed.resolve("bundle")));
      }
      default -> bench.bundle();
    };
  }

  /** A hook that looks at the container's root, in its mount namespace, and writes what it saw. */
  private static Map<String, Object> looking(String kind, Bundle bundle, Path said) {
    // Files of a mapped container's tmpfs are made by a user of its own alone.
    String user = isMapped(bundle) ? "nsenter -t $pid -U -S 0 -G 0 " : "";
    String look =
        kind.equals("createContainer")
            ? "sh -c \"$LOOK\""
            : "export pid; nsenter -t $pid -m sh -c 'cd \"$ROOT\" && " + user + "sh -c \"$LOOK\"'";
    String script =
        "exec >"
            + said.resolve(kind)
            + " 2>&1; pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/'); "
            + look;
    return Map.of(
        "path", "/bin/sh",
        "args", List.of("sh", "-c", script),
        "env",
            List.of(
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                "KIND=" + kind,
                "ROOT=" + bundle.rootfs(),
                "LOOK=" + LOOK,
                "FILES=" + String.join(" ", files(bundle)),
                "LINKS=" + String.join(" ", LINKS)));
  }

  private static boolean isMapped(Bundle bundle) {
    return bundle.config().at("/linux/uidMappings").size() > 0;
  }

  private static List<String> files(Bundle bundle) {
    List<String> files = new ArrayList<>(FILES);
    if (bundle.config().at("/linux/devices").size() > 0) {
      files.add("dev/listed");
    }
    if (bundle.config().at("/process/terminal").asBoolean()) {
      files.add("dev/console");
    }
    return files;
  }

  /** What hooks are to find, in the root file system and beside it. */
  private static Path furnish(Bundle bundle, Workbench bench) throws IOException {
    Path library = Files.createDirectory(bench.directory().resolve("library"));
    Files.writeString(library.resolve("library"), "code");
    Files.writeString(bundle.inside("/etc/secret"), "secret");
    Path etc = bundle.inside("/etc");
    if (isMapped(bundle)) {
      Files.setAttribute(etc, "unix:uid", 100_000);
    }
    bundle
        .mount("/usr/lib/gpu", "bind", library.toString(), "rbind", "ro")
        .mount("/data", "tmpfs", "tmpfs")
        .set("/linux/maskedPaths/-", "/etc/secret")
        .set("/root/readonly", true);
    Path said = Files.createDirectory(bench.directory().resolve("said"));
    Files.setPosixFilePermissions(said, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String kind : KINDS) {
      bundle.hook(kind, looking(kind, bundle, said));
    }
    return said;
  }

  private static void assertAllSeen(Bundle bundle, Path said) throws IOException {
    List<String> expected = files(bundle);
    expected.addAll(LINKS);
    expected.addAll(List.of("secret", "wrote", "mounted"));
    for (String kind : KINDS) {
      assertEquals(expected, Files.readAllLines(said.resolve(kind)), kind);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("smoke")
  void hooksFindAllThatIsMountedAndWhatTheyAddStays(Way way, Workbench bench) throws Exception {
    Bundle bundle = bundle(way, bench);
    if (way == Way.PLAIN || way == Way.NO_PIVOT) {
      bundle.set(
          "/linux/devices",
          List.of(Map.of("path", "/dev/listed", "type", "c", "major", 1, "minor", 5)));
    }
    Path said = furnish(bundle, bench);
    bundle.script(
        "cat /dev/of-prestart/file /dev/of-createRuntime/file /dev/of-createContainer/file; ls"
            + " /etc; cat /etc/secret; touch /etc/late 2>&1");
    Process holder = null;
    try {
      if (way == Way.JOINED_MOUNTS) {
        holder =
            new ProcessBuilder("unshare", "-m", "sh", "-c", "echo made; exec sleep 1000").start();
        assertEquals('m', holder.getInputStream().read());
        bundle.join("mount", "/proc/" + holder.pid() + "/ns/mnt");
      }
      Outcome outcome = way == Way.NO_PIVOT ? bench.run(bundle, "--no-pivot") : bench.run(bundle);
      assertEquals(
          List.of(
              "prestart",
              "createRuntime",
              "createContainer",
              "by-createContainer",
              "by-createRuntime",
              "by-prestart",
              "group",
              "passwd",
              "secret",
              // The mask and the read-only root come after all hooks.
              "touch: /etc/late: Read-only file system"),
          outcome.out().lines().toList(),
          outcome::toString);
    } finally {
      if (holder != null) {
        holder.destroyForcibly().waitFor();
      }
    }
    assertAllSeen(bundle, said);
  }

  @Test
  void hooksFindTheTerminalAtDevConsole(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/process/terminal", true).script("echo from the program");
    Path said = furnish(bundle, bench);
    Path tty = bench.directory().resolve("tty");
    bundle.hook(
        "createContainer",
        Map.of(
            "path",
            "/bin/sh",
            "args",
            List.of(
                "sh",
                "-c",
                "stat -c '%t %T' dev/console >" + tty + "; echo from a hook >dev/console")));
    bench
        .runCommand(bundle, Workbench.id())
        .atTerminal("expect", "from a hook\\r\\nfrom the program\\r\\n")
        .run()
        .succeeds();
    // A terminal of a devpts: major 136.
    assertEquals("88 0\n", Files.readString(tty));
    assertAllSeen(bundle, said);
  }

  // runtime-spec leaves it open; runc's is this, and tools build on it.
  @ParameterizedTest
  @EnumSource
  void createContainerHooksRunInTheRootFileSystem(Way way, Workbench bench) throws Exception {
    Bundle bundle = bundle(way, bench).lasting();
    Path said = Files.createDirectory(bench.directory().resolve("said"));
    Files.setPosixFilePermissions(said, PosixFilePermissions.fromString("rwxrwxrwx"));
    bundle.hook(
        "createContainer",
        Map.of(
            "path",
            "/bin/sh",
            "args",
            List.of("sh", "-c", "pwd -P >" + said + "/cwd; ls -d bin/busybox dev/null")));
    Process holder = null;
    try {
      if (way == Way.JOINED_MOUNTS) {
        holder =
            new ProcessBuilder("unshare", "-m", "sh", "-c", "echo made; exec sleep 1000").start();
        assertEquals('m', holder.getInputStream().read());
        bundle.join("mount", "/proc/" + holder.pid() + "/ns/mnt");
      }
      String id = bench.keep(Workbench.id());
      (way == Way.NO_PIVOT ? bench.create(bundle, id, "--no-pivot") : bench.create(bundle, id))
          .succeedsSilently();
      bench.deleteByForce(id).succeedsSilently();
    } finally {
      if (holder != null) {
        holder.destroyForcibly().waitFor();
      }
    }
    assertEquals(bundle.rootfs() + "\n", Files.readString(said.resolve("cwd")));
  }

  @Test
  void startContainerHooksRunWhereTheProgramWill(Workbench bench) {
    Bundle bundle = bench.bundle().script("cat /data/where").set("/process/cwd", "/tmp");
    bundle.mount("/data", "tmpfs", "tmpfs");
    bundle.hook(
        "startContainer",
        Map.of("path", "/bin/sh", "args", List.of("sh", "-c", "pwd -P >/data/where")));
    assertEquals("/tmp\n", bench.run(bundle).succeedsSilently().out());
  }

  // An image with links in place of /dev, or of what is made in it, gets its own files at most.
  @Test
  void noLinkOfAnImageLeadsOut(Workbench bench) throws IOException {
    Path outside = Files.createDirectory(bench.directory().resolve("outside"));
    Bundle bundle = bench.bundle().withoutMount("/dev/pts").withoutMount("/dev/shm");
    bundle.withoutMount("/dev/mqueue").withoutMount("/dev").set("/root/readonly", false);
    Files.createSymbolicLink(bundle.inside("/dev"), outside);
    bundle
        .set(
            "/linux/devices",
            List.of(
                Map.of("path", "/dev/listed", "type", "c", "major", 1, "minor", 5),
                Map.of("path", "/dev/deeper/fifo", "type", "p")))
        .script("ls /dev/ /dev/deeper/");
    Outcome outcome = bench.run(bundle);
    try (java.util.stream.Stream<Path> left = Files.list(outside)) {
      assertEquals(List.of(), left.toList());
    }
    assertTrue(outcome.out().contains("listed"), outcome::toString);
    assertTrue(Files.exists(bundle.inside(outside + "/null")), "made where the link leads, inside");
  }
}
