// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Root inside an existing user namespace. Above all as Podman has it for an ordinary user: a user
 * and a mount namespace that last, with the user's ranges mapped, in which every command is root;
 * and a network namespace made there before, which containers join.
 */
@ExtendWith(ResidueExtension.class)
class NestedIT {
  private static final String RANGE = "some:100000:65536\n";

  private OrdinaryUser user;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  @BeforeEach
  void comeIn(Workbench bench) {
    user = OrdinaryUser.of(bench);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rootOfAUserNamespaceRunsContainers(boolean ownNamespace, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().remove("/mounts/2/options/5");
    OrdinaryUser.own(bundle.rootfs());
    if (ownNamespace) {
      bundle
          .set("/linux/namespaces/-", Map.of("type", "user"))
          .set("/linux/uidMappings", List.of(UserNamespaceIT.mapping(0, 0, 1)))
          .set("/linux/gidMappings", List.of(UserNamespaceIT.mapping(0, 0, 1)));
    }
    bundle
        .set("/process/oomScoreAdj", -100)
        .script("id -u; echo x >/dev/null && stat -c %t:%T /dev/full; ls /sys/class/net")
        .write();
    Outcome outcome =
        user.through(
                "",
                OrdinaryUser.COMMAND + "unshare -Ur ",
                "--root",
                user.runtime() + "/state",
                "run",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .run();
    assertEquals("0\n1:7\nlo\n", outcome.succeedsSilently().out());
  }

  @Test
  void realRootOfANamespaceBelowMakesItsCgroup(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().remove("/mounts/2/options/5").script("cat /proc/self/cgroup");
    bundle.write();
    Outcome outcome =
        user.through(
                "",
                "unshare -Ur ",
                "--root",
                bench.root().toString(),
                "run",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .run();
    assertTrue(outcome.succeedsSilently().out().endsWith("0::/\n"));
  }

  // As Podman

  /** The process that holds the namespaces of all of a user's containers. */
  private record Pause(OrdinaryUser user, Process process, Path network) implements AutoCloseable {
    static Pause begin(OrdinaryUser user, String prelude) throws IOException {
      Path network = user.runtime().resolve("netns");
      Path ready = user.runtime().resolve("ready");
      String inside =
          "mount -t tmpfs none /mnt && touch /mnt/net && unshare -n mount --bind /proc/self/ns/net"
              + " /mnt/net && touch "
              + ready
              + " && exec sleep 1000";
      String outside =
          user.withRanges(RANGE)
              + prelude
              + " exec "
              + OrdinaryUser.COMMAND
              + "unshare --user --map-root-user --map-auto --mount sh -c \""
              + inside
              + "\"";
      Process process =
          new ProcessBuilder("unshare", "-m", "bash", "-c", outside).inheritIO().start();
      Workbench.await("the pause process", () -> Files.exists(ready) || !process.isAlive());
      assertTrue(process.isAlive(), "the pause process lives");
      return new Pause(user, process, network);
    }

    Jrun command(String... args) {
      return user.through("", "nsenter -t " + process.pid() + " -U -m -S 0 -G 0 --wd=/ ", args);
    }

    Outcome jrun(String... args) {
      return command(args).run();
    }

    @Override
    public void close() {
      process.destroyForcibly();
      try {
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What podman writes for a container of an ordinary user's; engines.md has its list. */
  private Bundle podman(Workbench bench) throws IOException {
    Path files = Files.createDirectories(user.runtime().resolve("userdata"));
    for (String file : List.of("resolv.conf", "hosts", "hostname", "containerenv")) {
      OrdinaryUser.own(Files.writeString(files.resolve(file), file + "\n"));
    }
    OrdinaryUser.own(files);
    Path shm = OrdinaryUser.own(Files.createDirectories(user.runtime().resolve("shm")));
    Bundle bundle = bench.bundle();
    OrdinaryUser.own(bundle.rootfs());
    Files.createDirectories(bundle.inside("/run/secrets"));
    OrdinaryUser.own(bundle.inside("/run"));
    OrdinaryUser.own(bundle.inside("/etc"));
    OrdinaryUser.own(bundle.inside("/tmp"));
    bundle
        .withoutMount("/dev/shm")
        .join("network", "/mnt/net")
        .set("/process/user/umask", 18)
        .set("/process/oomScoreAdj", 0)
        .set(
            "/process/rlimits",
            List.of(Map.of("type", "RLIMIT_NOFILE", "soft", 1024, "hard", 1024)))
        .set("/linux/sysctl", Map.of("net.ipv4.ping_group_range", "0 0"))
        .set("/linux/resources/devices", List.of(Map.of("allow", false, "access", "rwm")))
        .set("/annotations", Map.of("io.podman.annotations.autoremove", "FALSE"))
        .set("/linux/seccomp", seccomp())
        .mount("/dev/shm", "bind", shm.toString(), "bind", "rprivate", "nosuid", "noexec", "nodev")
        .mount(
            "/run/.containerenv",
            "bind",
            files.resolve("containerenv").toString(),
            "bind",
            "rprivate");
    for (String file : List.of("resolv.conf", "hosts", "hostname")) {
      bundle.mount("/etc/" + file, "bind", files.resolve(file).toString(), "bind", "rprivate");
    }
    return bundle;
  }

  private static Object seccomp() throws IOException {
    try (var in = NestedIT.class.getResourceAsStream("seccomp-default.json")) {
      return new com.fasterxml.jackson.databind.ObjectMapper().readTree(in);
    }
  }

  @Test
  void aContainerOfPodmansLives(Workbench bench) throws IOException {
    Bundle bundle =
        podman(bench)
            .script(
                "trap 'exit 0' TERM; id -u; cat /proc/sys/net/ipv4/ping_group_range;"
                    + " cat /etc/hosts /run/.containerenv;"
                    + " stat -c %u:%g /dev/pts/ptmx; ls /sys/class/net; umask; ulimit -n;"
                    + " grep Seccomp: /proc/self/status;"
                    + " while :; do sleep 1000 & wait; done")
            .write();
    String id = Workbench.id();
    Path pidFile = user.runtime().resolve("pidfile");
    try (Pause pause = Pause.begin(user, "")) {
      // Podman names no state root: it is the user's, though the caller is root.
      pause
          .jrun(
              "create",
              "--bundle",
              bundle.directory().toString(),
              "--pid-file",
              pidFile.toString(),
              id)
          .succeedsSilently();
      assertTrue(Files.isDirectory(user.runtime().resolve("jrun").resolve(id)));
      int pid = Integer.parseInt(Files.readString(pidFile));
      assertEquals(
          HostProcess.namespace((int) pause.process().pid(), "user"),
          HostProcess.namespace(pid, "user"));
      pause.jrun("start", id).succeedsSilently();
      assertEquals(
          "running", pause.jrun("state", id).succeedsSilently().json().get("status").asText());
      assertEquals(
          "0\n0\n",
          pause.jrun("exec", id, "sh", "-c", "id -u; stat -c %u /tmp").succeedsSilently().out());
      pause.jrun("exec", "--user", "1000:1000", id, "true").succeedsSilently();
      HostProcess.awaitCaught(pid, HostProcess.SIGTERM);
      pause.jrun("kill", id, "15").succeedsSilently();
      Workbench.await("the end of " + id, () -> !HostProcess.isAlive(pid));
      pause.jrun("delete", "--force", id).succeedsSilently();
    }
    user.assertNothingIsLeft();
  }

  @Test
  void whatAContainerOfPodmansSees(Workbench bench) throws IOException {
    Bundle bundle =
        podman(bench)
            .script(
                "id -u; cat /proc/sys/net/ipv4/ping_group_range | tr '\\t' ' '; cat /etc/hosts"
                    + " /run/.containerenv; ls /sys/class/net; umask; ulimit -n;"
                    + " grep Seccomp: /proc/self/status | tr '\\t' ' '; echo x >/dev/null; tty;"
                    + " grep ' /sys/fs/cgroup ' /proc/self/mountinfo | grep -c ' ro,'")
            .write();
    try (Pause pause = Pause.begin(user, "")) {
      Outcome outcome =
          pause.jrun("run", "--bundle", bundle.directory().toString(), Workbench.id());
      assertEquals(
          List.of(
              "0",
              "0 0",
              "hosts",
              "containerenv",
              "lo",
              "0022",
              "1024",
              "Seccomp: 2",
              "not a tty",
              "1"),
          outcome.succeedsSilently().lines());
    }
    user.assertNothingIsLeft();
  }

  @Test
  void withADelegatedCgroupItIsThePathThatPodmanNames(Workbench bench) throws IOException {
    Path group = Snapshot.CGROUPS.resolve(Workbench.id());
    Path own = group.resolve("own");
    String delegate = OrdinaryUser.delegating(group, own);
    String path = "/" + group.getFileName() + "/libpod-" + Workbench.id();
    Bundle bundle = podman(bench).set("/linux/cgroupsPath", path).script("sleep 1000").write();
    String id = Workbench.id();
    try (Pause pause = Pause.begin(user, delegate)) {
      String join = "echo $$ >" + own + "/cgroup.procs;";
      String enter = "nsenter -t " + pause.process().pid() + " -U -m -S 0 -G 0 --wd=/ ";
      user.through(join, enter, "create", "--bundle", bundle.directory().toString(), id)
          .run()
          .succeedsSilently();
      assertTrue(Files.isDirectory(Path.of(Snapshot.CGROUPS + path)));
      user.through(join, enter, "start", id).run().succeedsSilently();
      user.through(join, enter, "exec", id, "true").run().succeedsSilently();
      // From elsewhere in the tree nobody but root may put a process there.
      Outcome outside = pause.jrun("exec", id, "true").exits(255);
      assertTrue(outside.message().contains("delegated"), outside::toString);
      user.through(join, enter, "delete", "--force", id).run().succeedsSilently();
      assertFalse(Files.exists(Path.of(Snapshot.CGROUPS + path)));
    }
    Workbench.awaitRemoval(own);
    Files.delete(group);
  }

  @Test
  void theHostsNetworkIsShownByABindOfSys(Workbench bench) throws IOException {
    Bundle bundle =
        podman(bench)
            .withoutNamespace("network")
            .remove("/linux/sysctl")
            .withoutMount("/sys/fs/cgroup")
            .withoutMount("/sys")
            .mount("/sys", "bind", "/sys", "rprivate", "nosuid", "noexec", "nodev", "ro", "rbind")
            .script("ls -d /sys/class/net; mkdir /sys/fs/cgroup/x 2>/dev/null && echo made; true")
            .write();
    try (Pause pause = Pause.begin(user, "")) {
      assertEquals(
          "/sys/class/net\n",
          pause
              .jrun("run", "--bundle", bundle.directory().toString(), Workbench.id())
              .succeedsSilently()
              .out());
    }
  }
}
