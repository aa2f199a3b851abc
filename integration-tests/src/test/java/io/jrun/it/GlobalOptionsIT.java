// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options before the command: how they may be written and what they change. */
@ExtendWith(ResidueExtension.class)
class GlobalOptionsIT {

  @ParameterizedTest
  @CsvSource({
    "--debug=false, --rootless=false",
    "--rootless, auto",
    "--log-format=text, --debug=true",
    "--rootless=auto, --debug"
  })
  void optionsCanBeWrittenInEachOfGosWays(String first, String second, Workbench bench)
      throws IOException {
    Files.createDirectory(bench.root());
    Outcome outcome =
        bench
            .bareCommand(
                "--root=" + bench.root(),
                "--log",
                bench.directory() + "/log",
                first,
                second,
                "list",
                "-q")
            .run();
    assertEquals("", outcome.succeeds().out());
  }

  @Test
  void aRelativeRootIsRelativeToTheCallersDirectory(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().write();
    String id = Workbench.id();
    bench
        .bareCommand("--root", "here", "create", "--bundle", bundle.directory().toString(), id)
        .in(bench.directory())
        .run()
        .succeedsSilently();
    try (Stream<Path> entries = Files.list(bench.directory().resolve("here"))) {
      assertTrue(entries.anyMatch(entry -> entry.endsWith(id)));
    }
    bench
        .bareCommand("--root", "here", "delete", "-f", id)
        .in(bench.directory())
        .run()
        .succeedsSilently();
  }

  @Test
  void theRootDirectoryOfTheHostIsNoStateRoot(Workbench bench) {
    bench
        .bareCommand("--root", "/", "list")
        .run()
        .failsWith("Option --root argument should not be set to /");
  }

  @Test
  void theDefaultStateRootIsInRun(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().write();
    boolean wasThere = Files.exists(Path.of("/run", Jrun.name()));
    String id = Workbench.id();
    bench
        .bareCommand("create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    assertTrue(Files.isDirectory(Path.of("/run", Jrun.name(), id)));
    bench.bareCommand("delete", "-f", id).run().succeedsSilently();
    if (!wasThere) {
      Files.delete(Path.of("/run", Jrun.name()));
    }
  }

  // Podman, as root, hands over XDG_RUNTIME_DIR without a value.
  @Test
  void anEmptyRuntimeDirectoryVariableIsNone(Workbench bench) throws IOException {
    Outcome outcome = bench.bareCommand("state", Workbench.id()).env("XDG_RUNTIME_DIR", "").run();
    outcome.failsWith("container does not exist");
  }

  @Test
  void theStateRootIsForItsOwnerAlone(Workbench bench) throws IOException {
    bench.created(bench.bundle());
    assertEquals("rwx", permissions(bench.root()).substring(0, 3));
    assertEquals("---", permissions(bench.root()).substring(6), "others");
  }

  private static String permissions(Path path) throws IOException {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path));
  }

  @Test
  void anUnknownLogFormatIsRefused(Workbench bench) {
    bench.bareCommand("--log-format", "x", "list").run().failsWith("invalid log-format: x");
  }

  /** The tests' hosts have none that can be seen from where the tests run. */
  @Test
  void whereThereIsNoSystemdItsCgroupsAreRefusedByName(Workbench bench) {
    Bundle bundle = bench.bundle().set("/linux/cgroupsPath", "system.slice:jrun:x").write();
    String id = Workbench.id();
    Outcome outcome =
        bench
            .bareCommand(
                "--root",
                bench.root().toString(),
                "--systemd-cgroup",
                "create",
                "--bundle",
                bundle.directory().toString(),
                id)
            .run();
    outcome.failsNaming(
        "create failed: ", "/run/systemd/private", "no such socket", "without --systemd-cgroup");
    bench.assertNothingOf(id);
    bench
        .bareCommand("--root", bench.root().toString(), "--systemd-cgroup", "state", id)
        .run()
        .failsWith("container does not exist");
  }

  @Test
  void anUnknownManagerOfCgroupsIsRefused(Workbench bench) {
    bench
        .bareCommand("--cgroup-manager", "openrc", "list")
        .run()
        .failsNaming("openrc", "cgroupfs, systemd or disabled");
  }

  @Test
  void theManagerOfCgroupsThatIsNamedCounts(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().lasting().write();
    bench
        .command(
            "--systemd-cgroup",
            "--cgroup-manager=cgroupfs",
            "create",
            "--bundle",
            bundle.directory().toString(),
            id)
        .run()
        .succeedsSilently();
    bench.deleteByForce(id).succeedsSilently();
  }

  /** podman --cgroups=disabled: it stays in the caller's cgroup, from its start to its end. */
  @Test
  void withoutAManagerOfCgroupsNoneIsMade(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().lasting().write();
    bench
        .command(
            "--cgroup-manager", "disabled", "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .succeedsSilently();
    int pid = bench.pid(id);
    assertEquals(CgroupIT.cgroupOf((int) ProcessHandle.current().pid()), CgroupIT.cgroupOf(pid));
    bench.start(id).succeedsSilently();
    bench.exec(id, "true").succeedsSilently();
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void limitsWithoutACgroupAreRefused(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/resources", java.util.Map.of("pids", java.util.Map.of("limit", 5)))
            .write();
    String id = Workbench.id();
    bench
        .command(
            "--cgroup-manager", "disabled", "create", "--bundle", bundle.directory().toString(), id)
        .run()
        .failsNaming("/linux/resources/pids/limit", "--cgroup-manager=disabled");
    bench.assertNothingOf(id);
  }
}
