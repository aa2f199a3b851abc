// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A root that is moved on top of the host's: no procfs and no sysfs of the host stays where the
 * kernel could take it for a reason to permit an unmasked one.
 */
@ExtendWith(ResidueExtension.class)
class NoPivotIT {

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  /** The kernel's own check, asked by whoever is root of a user namespace below the container's. */
  private static final String TRIES =
      "unshare -Urmpf mount -t proc proc /tmp 2>&1 || echo no-proc;"
          + " unshare -Urmn mount -t sysfs sysfs /tmp 2>&1 || echo no-sysfs";

  private static final List<String> REFUSED =
      List.of(
          "mount: permission denied (are you root?)",
          "no-proc",
          "mount: permission denied (are you root?)",
          "no-sysfs");

  /**
   * By a user, who needs no capability to map themselves; without a sysfs of the container's own,
   * which the kernel would compare with.
   */
  private static Bundle trying(Bundle bundle) {
    return bundle
        .withoutMount("/sys/fs/cgroup")
        .withoutMount("/sys")
        .set("/process/user", Map.of("uid", 1000, "gid", 1000))
        .script(TRIES);
  }

  /** What is mounted meanwhile, the last first unmounted. */
  private record Mounted(List<Path> points) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      for (int i = points.size() - 1; i >= 0; i--) {
        execute("umount", points.get(i).toString());
      }
    }
  }

  private static void execute(String... command) throws IOException {
    try {
      assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "another place, 'proc a/proc'",
    "a name that mountinfo escapes, 'proc a b\\ü/proc'",
    "twice in one place, 'proc a; proc a'",
    "bound, 'proc a; bind b'",
    "below one another, 'proc a; sysfs a/sys'",
    "hidden by another mount, 'proc a/b/proc; tmpfs a'",
    "hidden by two, 'sysfs a/b/sys; tmpfs a/b; tmpfs a'",
    "a sysfs, 'sysfs a'",
    "in the root file system, 'proc rootfs/etc; tmpfs rootfs/etc'"
  })
  void noOtherKernelTreeOfTheHostIsInReach(String title, String mounts, Workbench bench)
      throws IOException {
    Bundle bundle = trying(bench.bundle());
    List<Path> points = new ArrayList<>();
    try (Mounted made = new Mounted(points)) {
      for (String each : mounts.split("; ")) {
        String type = each.substring(0, each.indexOf(' '));
        Path point = bundle.directory().resolve(each.substring(type.length() + 1));
        if (type.equals("bind")) {
          Files.createDirectories(point);
          execute("mount", "--bind", points.get(0).toString(), point.toString());
        } else {
          // A directory of /proc is there already.
          if (!point.endsWith("a/sys")) {
            Files.createDirectories(point);
          }
          execute("mount", "-t", type, type, point.toString());
        }
        points.add(point);
      }
      assertEquals(REFUSED, bench.run(bundle, "--no-pivot").lines(), title);
      assertEquals(points.size(), made.points().size());
    }
  }

  @Test
  void anOrdinaryUserCoversThemToo(Workbench bench) throws IOException {
    OrdinaryUser user = OrdinaryUser.of(bench);
    Bundle bundle = user.bundle().withoutMount("/sys/fs/cgroup").withoutMount("/sys").script(TRIES);
    for (String set : List.of("bounding", "permitted", "effective")) {
      // To map the one user there is, who is root.
      bundle.set("/process/capabilities/" + set + "/-", "CAP_SETFCAP");
    }
    assertEquals(REFUSED, user.run(bundle, "--no-pivot").lines());
  }

  @Test
  void aContainerWithAUserNamespaceCoversWhatTheKernelLocks(Workbench bench) throws IOException {
    Bundle bundle = trying(UserNamespaceIT.mapped(bench));
    Path point = Files.createDirectory(bundle.directory().resolve("a"));
    execute("mount", "-t", "proc", "proc", point.toString());
    try (Mounted made = new Mounted(List.of(point))) {
      assertEquals(REFUSED, bench.run(bundle, "--no-pivot").lines(), made::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"shared", "private"})
  void theHostKeepsItsOwn(String propagation, Workbench bench) throws IOException {
    Bundle bundle = trying(bench.bundle()).set("/linux/rootfsPropagation", propagation);
    Path point = Files.createDirectory(bundle.directory().resolve("a"));
    execute("mount", "-t", "proc", "proc", point.toString());
    try (Mounted made = new Mounted(List.of(point))) {
      execute("mount", "--make-shared", point.toString());
      assertEquals(REFUSED, bench.run(bundle, "--no-pivot").lines(), made::toString);
      assertTrue(Files.exists(point.resolve("self")));
      assertTrue(Files.exists(Path.of("/proc/self")) && Files.exists(Path.of("/sys/kernel")));
    }
  }

  @Test
  void createAndStartAgreeOnWhatWasThere(Workbench bench) throws IOException {
    Bundle bundle = trying(bench.bundle()).args("true");
    Path point = Files.createDirectory(bundle.directory().resolve("a b"));
    execute("mount", "-t", "proc", "proc", point.toString());
    String id;
    try (Mounted made = new Mounted(List.of(point))) {
      id = bench.created(bundle, "--no-pivot");
      assertEquals(1, made.points().size());
    }
    // Named by its place in the plan, which is compiled again.
    Files.delete(bundle.inside("/bin/true"));
    bench.start(id).failsNaming("exec", "true", "no such file or directory");
    bench.deleteByForce(id).succeedsSilently();
  }
}
