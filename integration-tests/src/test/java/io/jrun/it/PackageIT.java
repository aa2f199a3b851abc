// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The Debian package, installed, upgraded and removed by dpkg in a Debian of its own: the root file
 * system of scripts/debian-rootfs with a layer above it, in a mount namespace. Containers run in
 * there meanwhile.
 */
@ExtendWith(ResidueExtension.class)
@Tag("slow")
class PackageIT {
  private static final String NUMBER = version();

  /** As long as the number itself: it is put in its place. */
  private static final String OLDER = "0.1.0";

  /** A shell in that Debian; $DEB has the packages. Whatever fails ends it. */
  private static final String PLACE =
      """
      set -eu
      mkdir upper work root
      mount -t tmpfs none upper && mkdir upper/layer upper/work
      mount -t overlay -o lowerdir=%s,upperdir=upper/layer,workdir=upper/work none root
      mount -t proc proc root/proc
      mount -t sysfs sysfs root/sys
      mount --rbind /sys/fs/cgroup root/sys/fs/cgroup
      mount --rbind /dev root/dev
      mount -t tmpfs none root/run
      mount -t tmpfs none root/tmp
      mkdir root/deb && cp debs/*.deb root/deb/
      mkdir -p root/srv/bundle/rootfs/bin
      cp "$(command -v busybox)" root/srv/bundle/rootfs/bin/
      ln -s busybox root/srv/bundle/rootfs/bin/sleep
      ln -s busybox root/srv/bundle/rootfs/bin/echo
      cp inside.sh root/
      exec chroot root /bin/bash -eu /inside.sh
      """;

  /** What each script in there begins with. */
  private static final String PRELUDE =
      """
      export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
      cd /srv/bundle
      trap 'jrun delete --force one >/dev/null 2>&1 || true' EXIT
      configure() { jrun spec; sed -i -e 's/"terminal": true/"terminal": false/' -e 's|"sh"$|'"$1|" config.json; }
      pid() { jrun state one | sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p'; }
      """;

  private static String version() {
    try {
      Process process = new ProcessBuilder(Jrun.binary().toString(), "--version").start();
      String first =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .findFirst()
              .orElseThrow();
      return first.substring("jrun version ".length());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theInstalledProgramWorksByWhateverNameAndGoesWithoutATrace(Workbench bench) {
    pack(bench, Jrun.prefix(), "2");
    Outcome outcome =
        inside(
            bench,
            """
            dpkg -i /deb/jrun_*-2_*.deb >/dev/null
            jrun --version | head -n 1
            jrun doctor /tmp | tail -n 1
            test "$(stat -c "%a %U" /usr/bin/jrun)" = "755 root"
            ls /usr/share/man/man8/jrun-run.8.gz /usr/share/bash-completion/completions/jrun /usr/share/doc/jrun/copyright
            ls /usr/share/doc/jrun/examples/etc
            find /etc/systemd -name "jrund*"
            dpkg --verify jrun
            mkdir -p /opt/bin; ln -s /usr/bin/jrun /opt/bin/runc
            configure '"echo", "by another name"'
            /opt/bin/runc run one
            dpkg -P jrun >/dev/null
            find /usr /etc /lib -name "jrun*" -not -path "/usr/share/*-completion*"
            """);
    assertEquals(
        List.of(
            "jrun version " + NUMBER,
            "/usr/share/bash-completion/completions/jrun",
            "/usr/share/doc/jrun/copyright",
            "/usr/share/man/man8/jrun-run.8.gz",
            "containerd",
            "containers",
            "crio",
            "docker",
            "by another name"),
        outcome.lines().stream().filter(line -> !line.startsWith("containers can be")).toList(),
        outcome::toString);
    assertTrue(outcome.out().contains("containers can be run here"), outcome::toString);
  }

  /**
   * The version before is the distribution in {@code jrun.dist.before}, where there is one; else
   * this one with another number, which its programs and records carry.
   */
  @Test
  void anUpgradeKeepsContainersThatRun(Workbench bench) throws IOException {
    pack(bench, older(bench), "1");
    pack(bench, Jrun.prefix(), "1");
    Outcome outcome =
        inside(
            bench,
            """
            dpkg -i /deb/jrun_0.1.0-1_*.deb >/dev/null
            jrun --version | head -n 1
            configure '"sleep", "1000"'
            jrun create one </dev/null >/dev/null 2>&1
            jrun start one
            pid=$(pid)
            dpkg -i /deb/jrun_%s-1_*.deb >/dev/null
            jrun --version | head -n 1
            jrun state one | grep status
            jrun exec one echo still there
            test "$(pid)" = "$pid"
            jrun pause one; jrun resume one
            jrun kill one KILL
            until jrun state one | grep -q stopped; do :; done
            jrun delete one
            jrun list --quiet
            """
                .formatted(NUMBER));
    assertEquals(
        List.of(
            "jrun version " + OLDER,
            "jrun version " + NUMBER,
            "  \"status\": \"running\",",
            "still there"),
        outcome.lines(),
        outcome::toString);
  }

  @Test
  void removalLeavesContainersAndSaysSo(Workbench bench) {
    pack(bench, Jrun.prefix(), "1");
    Outcome outcome =
        inside(
            bench,
            """
            dpkg -i /deb/*.deb >/dev/null
            configure '"sleep", "1000"'
            jrun create one </dev/null >/dev/null 2>&1
            jrun start one
            pid=$(pid)
            dpkg -r jrun | grep ^jrun:
            test -d /proc/$pid
            dpkg -i /deb/*.deb >/dev/null
            jrun state one | grep status
            jrun delete --force one
            """);
    assertEquals(
        List.of(
            "jrun: these containers are left as they are: one ",
            "jrun: their state stays in /run/jrun; install jrun again to stop or delete them",
            "  \"status\": \"running\","),
        outcome.lines(),
        outcome::toString);
  }

  @Test
  void twoPackagesOfOneDistributionAreTheSame(Workbench bench) throws IOException {
    pack(bench, Jrun.prefix(), "1");
    Path sums = bench.directory().resolve("debs/SHA256SUMS");
    String first = Files.readString(sums);
    Files.delete(sums);
    pack(bench, Jrun.prefix(), "1");
    assertEquals(first, Files.readString(sums));
    assertEquals(2, first.lines().count(), first);
  }

  @Test
  void lintianFindsNoFaultAndTheTarballRuns(Workbench bench) {
    Path out = bench.directory().resolve("packed");
    String dist = Jrun.prefix().toString();
    if (!Jrun.isNative()) {
      assertTrue(
          execute(bench, "../scripts/package", "--dist", dist, "--out", out.toString())
              .exits(1)
              .err()
              .startsWith("scripts/package: the core in " + dist + " is a JVM's"));
      return;
    }
    execute(bench, "../scripts/package", "--dist", dist, "--out", out.toString())
        .succeedsSilently();
    Outcome ran =
        execute(
            bench,
            "bash",
            "-euc",
            "cd \"$1\"; sha256sum --quiet -c SHA256SUMS; mkdir prefix;"
                + " tar -xf *.tar.gz -C prefix --strip-components=1; prefix/bin/jrun --version",
            "bash",
            out.toString());
    assertTrue(ran.succeedsSilently().out().startsWith("jrun version " + NUMBER), ran::toString);
  }

  /** A distribution whose front and core say that they are older. */
  private static Path older(Workbench bench) throws IOException {
    String before = System.getProperty("jrun.dist.before");
    if (before != null) {
      return Path.of(before);
    }
    Path dist = bench.directory().resolve("older");
    execute(bench, "cp", "-a", Jrun.prefix().toString(), dist.toString()).succeeds();
    say(dist.resolve("bin/jrun"), "");
    if (Jrun.isNative()) {
      say(dist.resolve("lib/jrun/core"), "");
    } else {
      say(dist.resolve("lib/jrun/core.args"), "-Djrun.version=");
    }
    return dist;
  }

  private static void say(Path file, String before) throws IOException {
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(bytes.contains(before + NUMBER), file::toString);
    Files.writeString(
        file, bytes.replace(before + NUMBER, before + OLDER), StandardCharsets.ISO_8859_1);
  }

  private static void pack(Workbench bench, Path dist, String revision) {
    execute(
            bench,
            "../scripts/package",
            "--quick",
            "--dist",
            dist.toString(),
            "--revision",
            revision,
            "--out",
            bench.directory().resolve("debs").toString())
        .succeedsSilently();
  }

  private static Outcome inside(Workbench bench, String script) {
    String rootfs = System.getProperty("jrun.debian.rootfs");
    assertFalse(rootfs == null, "jrun.debian.rootfs: scripts/debian-rootfs says where it is");
    try {
      Files.writeString(bench.directory().resolve("inside.sh"), PRELUDE + script);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return execute(
            bench,
            "unshare",
            "-m",
            "bash",
            "-c",
            "cd \"$1\"; eval \"$2\"",
            "bash",
            bench.directory().toString(),
            PLACE.formatted(rootfs))
        .succeedsSilently();
  }

  private static Outcome execute(Workbench bench, String... argv) {
    Path out = bench.directory().resolve("outputs/package.out");
    Path err = bench.directory().resolve("outputs/package.err");
    try {
      Process process =
          new ProcessBuilder(argv)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      Duration limit = Workbench.patiently(Duration.ofMinutes(5));
      assertTrue(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS), () -> argv[0]);
      return new Outcome(
          String.join(" ", argv),
          process.exitValue(),
          Files.readString(out),
          Files.readString(err));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
