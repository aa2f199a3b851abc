// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Podman as an ordinary user has it who has logged in: with a manager of their own, which Podman
 * asks for cgroups by default, and which was given the controllers for memory and processes.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
class PodmanUserLabIT {
  private static final Path MANAGER =
      Snapshot.CGROUPS.resolve("user.slice/user-1000.slice/user@1000.service");

  @BeforeAll
  static void logIn() throws IOException {
    Podman.execute("systemctl", "start", "user@1000.service");
    // Both are there from the first container on.
    String user = "setpriv --reuid 1000 --regid 1000 --clear-groups ";
    Podman.execute(
        "sh",
        "-c",
        user + "env XDG_RUNTIME_DIR=/run/user/1000 systemctl --user start dbus.service user.slice");
  }

  @AfterAll
  static void logOut() throws IOException {
    Podman.execute("systemctl", "stop", "user@1000.service", "user-runtime-dir@1000.service");
  }

  @AfterEach
  void forgetLocks() throws IOException {
    Files.deleteIfExists(Path.of("/dev/shm/libpod_rootless_lock_1000"));
  }

  /** What a session prints in which {@code podman} is a shell function. */
  private static String session(Workbench bench, String... script) throws IOException {
    Path home = Files.createDirectory(bench.directory().resolve("home"));
    Files.copy(Podman.image(bench.directory()), home.resolve("image.tar"));
    Path configuration =
        Files.writeString(
            home.resolve("containers.conf"),
            Podman.documented("podman/containers.conf", Jrun.binary()) + Podman.HERE);
    Path file =
        Files.write(
            home.resolve("session.sh"),
            Stream.concat(
                    Stream.of(
                        "cd " + home,
                        "export HOME=" + home + " XDG_RUNTIME_DIR=/run/user/1000",
                        "export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus",
                        "export CONTAINERS_CONF=" + configuration + " TMPDIR=" + home,
                        "podman() { command podman --storage-driver=vfs --cgroup-manager=systemd"
                            + " --network-backend="
                            + Podman.BACKEND
                            + " --events-backend=none \"$@\"; }",
                        "podman import --change 'ENV PATH=/bin' image.tar busybox >/dev/null 2>&1"),
                    Stream.concat(Stream.of(script), Stream.of("podman system migrate")))
                .toList());
    Podman.execute("chown", "-R", "1000:1000", home.toString());
    return bench
        .bareCommand()
        .by(Path.of("/bin/bash"))
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        // The tests' warm core is root's; from its fifth version on Podman hands the environment
        // on.
        .env("JRUN_CORE", "cold")
        .through(
            "exec setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all /bin/bash "
                + file)
        // It takes a dozen of Podman's commands.
        .limit(Duration.ofSeconds(60))
        .run()
        .succeeds()
        .out();
  }

  @Test
  void aContainerIsAScopeOfTheUsersWithItsLimits(Workbench bench) throws IOException {
    List<String> lines =
        session(
                bench,
                "podman run -d --name one --pidfile $PWD/pid --memory=64m --memory-swap=64m"
                    + " --pids-limit=50 busybox sh -c 'sleep 1000 & wait'",
                "cgroup=/sys/fs/cgroup$(sed s/0::// /proc/$(cat pid)/cgroup)",
                "echo $cgroup; cat $cgroup/memory.max $cgroup/pids.max",
                "podman exec one echo in",
                "podman pause one; cat $cgroup/cgroup.freeze; podman unpause one",
                "podman update --memory=128m --memory-swap=128m one; cat $cgroup/memory.max",
                "podman rm -f -t 0 one")
            .lines()
            .toList();
    String id = lines.get(0);
    Path cgroup = MANAGER.resolve("user.slice/libpod-" + id + ".scope");
    assertEquals(
        List.of(
            id,
            cgroup.toString(),
            "67108864",
            "50",
            "in",
            "one",
            "1",
            "one",
            id,
            "134217728",
            "one"),
        lines);
    assertFalse(Files.exists(cgroup), cgroup::toString);
  }
}
