// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A real distribution's root file system, made by debootstrap: dynamic linking, a package manager,
 * perl, users.
 */
@ExtendWith(ResidueExtension.class)
class DebianIT {

  private static Bundle debian(Workbench bench, String... args) {
    Path rootfs = Path.of(System.getProperty("jrun.debian.rootfs", "/nonexistent"));
    assertTrue(
        Files.isDirectory(rootfs),
        "no root file system of Debian at " + rootfs + ": scripts/test makes it");
    return bench
        .bundle()
        .set("/root/path", rootfs.toString())
        .mount("/tmp", "tmpfs", "tmpfs", "mode=1777")
        .args(args);
  }

  @Test
  @Tag("smoke")
  void bashRuns(Workbench bench) {
    Outcome outcome =
        bench.run(
            debian(bench, "bash", "-c", "set -- a b c; echo $# ${BASH_VERSION%%.*} $(( 6 * 7 ))"));
    assertTrue(outcome.succeedsSilently().out().matches("3 \\d+ 42\n"), outcome::toString);
  }

  @Test
  void aptGetRuns(Workbench bench) {
    assertTrue(
        bench
            .run(debian(bench, "apt-get", "--version"))
            .succeedsSilently()
            .out()
            .startsWith("apt "));
  }

  @Test
  void perlRuns(Workbench bench) {
    Bundle bundle =
        debian(
            bench,
            "perl",
            "-MFile::Temp",
            "-e",
            "my $f = File::Temp->new; print $f \"x\"; print join(\",\", map { $_ ** 2 } 1..4), \"\\n\"");
    assertEquals("1,4,9,16\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aUserWhoIsNotRootRuns(Workbench bench) {
    Bundle bundle =
        debian(
                bench,
                "bash",
                "-c",
                "id -un; id -G; touch /tmp/mine && stat -c %U /tmp/mine; touch /root/x 2>&1 | grep -c denied; echo $HOME")
            .set(
                "/process/user",
                Map.of("uid", 65534, "gid", 65534, "additionalGids", List.of(100)));
    assertEquals(
        List.of("nobody", "65534 100", "nobody", "1", "/nonexistent"),
        bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void theRootFileSystemIsNotChanged(Workbench bench) {
    Outcome outcome = bench.run(debian(bench, "bash", "-c", "touch /etc/x; echo y >/bin/bash"));
    assertEquals(
        2,
        outcome.err().lines().filter(line -> line.contains("Read-only file system")).count(),
        outcome::toString);
  }
}
