// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What root's containers have, as an ordinary user's have it. */
@ExtendWith(ResidueExtension.class)
class RootlessFeaturesIT {
  private static final List<String> KINDS =
      List.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");
  private static final int YIELD = System.getProperty("os.arch").equals("amd64") ? 24 : 124;

  private static CProgram calls;
  private OrdinaryUser user;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
    calls = CProgram.built("calls");
  }

  @BeforeEach
  void comeIn(Workbench bench) {
    user = OrdinaryUser.of(bench);
  }

  // Cores

  @Test
  @Tag("own-core")
  void theUsersOwnWarmCoreServes() {
    Path socket = user.runtime().resolve("jrund").resolve("core.sock");
    try (WarmCore core = WarmCore.start(OrdinaryUser.binary(), socket, OrdinaryUser.words())) {
      Bundle bundle = user.bundle().script("id -u; cat /proc/self/uid_map").write();
      Outcome outcome =
          user.command(
                  "--core=warm", "run", "--bundle", bundle.directory().toString(), Workbench.id())
              .run();
      assertEquals(List.of("0", "0 4242 1"), squeezed(outcome.succeedsSilently()));
      assertTrue(core.process().isAlive());
      // It is nobody else's, root's neither.
      Outcome others =
          user.through("", "", "--core=warm", "list").env("JRUN_SOCKET", socket.toString()).run();
      assertTrue(others.exits(1).err().contains("who listens is another user"), others::toString);
    }
    user.assertNothingIsLeft();
  }

  private static List<String> squeezed(Outcome outcome) {
    return outcome.lines().stream().map(line -> line.strip().replaceAll(" +", " ")).toList();
  }

  // What create has stored is found where the user's state is by default, and is believed.
  @Test
  void theVerbsThatAreStoredNeedNoCore(Workbench bench) throws IOException {
    String id = user.created(user.bundle().lasting());
    Path none = Files.createDirectories(bench.directory().resolve("none/bin"));
    Path front = none.resolve("jrun");
    Files.copy(OrdinaryUser.binary(), front);
    assertTrue(front.toFile().setExecutable(true, false));
    for (List<String> each :
        List.of(
            List.of("start", id),
            List.of("state", id),
            List.of("kill", id, "9"),
            List.of("delete", "--force", id))) {
      if (each.get(0).equals("delete")) {
        Workbench.await(
            "the end of " + id,
            () -> user.jrun("state", id).json().get("status").asText().equals("stopped"));
      }
      user.command(each.toArray(String[]::new))
          .through("shift; exec " + OrdinaryUser.COMMAND + front + " \"$@\"")
          .run()
          .succeedsSilently();
    }
    user.assertNothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({"auto, true", "true, true", "false, false"})
  void theFlagSaysWhetherACgroupMayBeMissing(String value, boolean works) {
    Bundle bundle = user.bundle().args("true").write();
    Outcome outcome =
        user.jrun(
            "--rootless=" + value,
            "run",
            "--bundle",
            bundle.directory().toString(),
            Workbench.id());
    if (works) {
      outcome.succeedsSilently();
    } else {
      outcome.failsNaming("make cgroup", "EACCES", "Delegate=yes");
    }
    user.assertNothingIsLeft();
  }

  // The same flag has root do without, and nothing else has.
  @ParameterizedTest
  @CsvSource({"auto, false", "true, true", "false, false"})
  void rootDoesWithoutAHierarchyIfItIsTold(String value, boolean works, Workbench bench) {
    Bundle bundle = bench.bundle().withoutMount("/sys/fs/cgroup").args("true").write();
    Outcome outcome =
        bench
            .command(
                "--rootless=" + value,
                "run",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .through(
                "exec unshare -m sh -c 'mount -t tmpfs none /sys/fs/cgroup; exec \"$@\"' sh \"$@\"")
            .run();
    if (works) {
      outcome.succeedsSilently();
    } else {
      outcome.failsNaming("cgroup v2 is not mounted");
    }
  }

  @Test
  void aHostWithoutTheHierarchyIsNoHindrance() {
    Bundle bundle = user.bundle().withoutMount("/sys/fs/cgroup").script("echo ran").write();
    assertEquals(
        "ran\n",
        user.apart(
                "mount -t tmpfs none /sys/fs/cgroup;",
                "run",
                "--bundle",
                bundle.directory().toString(),
                Workbench.id())
            .run()
            .succeedsSilently()
            .out());
  }

  // Terminals

  @Test
  void aContainerHasTheUsersTerminal() {
    Bundle bundle =
        user.bundle()
            .script("tty; stty size; stat -c %u:%a /dev/pts/0 /dev/console; read x; echo got $x")
            .set("/process/terminal", true)
            .write();
    Outcome outcome =
        user.atTerminal(
                List.of("run", "--bundle", bundle.directory().toString(), Workbench.id()),
                "expect",
                "0:620\\r\\n0:620\\r\\n",
                "type",
                "this\\r",
                "end",
                "cooked")
            .run();
    assertEquals(
        "/dev/pts/0\r\n24 80\r\n0:620\r\n0:620\r\nthis\r\ngot this\r\n", outcome.exits(0).out());
  }

  // As after su: the terminal is another user's, and open all the same.
  @Test
  void aTerminalOfAnotherUserDoesToo() {
    Bundle bundle = user.bundle().script("tty; read x; echo got $x").set("/process/terminal", true);
    Outcome outcome =
        user.bundled("run", bundle, Workbench.id())
            .atTerminal("expect", "/dev/pts/0\\r\\n", "type", "this\\r", "end", "cooked")
            .run();
    assertEquals("/dev/pts/0\r\nthis\r\ngot this\r\n", outcome.exits(0).out());
  }

  @Test
  void aProcessThatIsExecutedHasATerminal() {
    String id = user.running(user.bundle().lasting());
    assertEquals(
        "/dev/pts/0\r\n24 80\r\n",
        user.atTerminal(List.of("exec", "-t", id, "sh", "-c", "tty; stty size"), "end", "cooked")
            .run()
            .exits(0)
            .out());
    user.delete(id);
  }

  @Test
  void aTerminalIsSentToAConsoleSocket() {
    String socket = user.runtime() + "/console.sock";
    Bundle bundle =
        user.bundle()
            .script("read line; echo \"got $line\"; sleep 1000")
            .set("/process/terminal", true)
            .write();
    String id = Workbench.id();
    Outcome outcome =
        user.atTerminal(
                List.of(
                    "run",
                    "--detach",
                    "--bundle",
                    bundle.directory().toString(),
                    "--console-socket",
                    socket,
                    id),
                "--socket",
                socket,
                "type",
                "hello\\r",
                "expect",
                "got hello\\r\\n")
            .run()
            .succeeds();
    assertEquals("received /dev/ptmx\n", outcome.err());
    user.delete(id);
    user.assertNothingIsLeft();
  }

  // Filters of system calls

  private static Map<String, Object> denying(String call, String action) {
    return Map.of(
        "defaultAction",
        "SCMP_ACT_ALLOW",
        "syscalls",
        List.of(Map.of("names", List.of(call), "action", action)));
  }

  private Bundle filtered(String action) {
    Bundle bundle = user.bundle().args("/bin/calls", "plain", Integer.toString(YIELD), "0", "0");
    return calls.into(bundle, "/bin/calls").set("/linux/seccomp", denying("sched_yield", action));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void systemCallsAreFiltered(boolean noNewPrivileges) {
    for (int i = 0; i < 2; i++) {
      Bundle bundle = filtered("SCMP_ACT_ERRNO").set("/process/noNewPrivileges", noNewPrivileges);
      assertEquals("-1 1", user.run(bundle).succeeds().text());
    }
    user.assertNothingIsLeft();
  }

  @Test
  void aProcessThatIsExecutedIsFiltered() {
    Bundle bundle = filtered("SCMP_ACT_ERRNO").lasting();
    String id = user.running(bundle);
    assertEquals(
        "-1 1",
        user.jrun("exec", id, "/bin/calls", "plain", Integer.toString(YIELD), "0", "0")
            .succeeds()
            .text());
    user.delete(id);
  }

  @Test
  void aListenerIsOnlyRootsToTake() {
    String socket = user.runtime() + "/agent.sock";
    Bundle bundle = filtered("SCMP_ACT_NOTIFY").set("/linux/seccomp/listenerPath", socket);
    user.run(bundle).failsNaming("/linux/seccomp/listenerPath", "pidfd_getfd", "CAP_SYS_PTRACE");
    user.assertNothingIsLeft();
  }

  // Hooks

  @Test
  void hooksOfAllKindsRunAsTheUser(Workbench bench) throws IOException {
    Path shared = OrdinaryUser.own(Files.createDirectory(bench.directory().resolve("shared")));
    Path log = shared.resolve("log");
    Bundle bundle = user.bundle();
    Files.createDirectories(bundle.inside(shared.toString()));
    bundle
        .mount(shared.toString(), "bind", shared.toString(), "bind", "rw")
        .script("echo program >>" + log);
    for (String kind : KINDS) {
      String script = "echo " + kind + " $(id -u) >>" + log;
      bundle.hook(
          kind,
          Map.of(
              "path", "/bin/sh",
              "args", List.of("sh", "-c", script),
              "env", List.of("PATH=/usr/bin:/bin")));
    }
    user.run(bundle).succeedsSilently();
    assertEquals(
        List.of(
            "prestart 4242",
            "createRuntime 4242",
            "createContainer 0",
            "startContainer 0",
            "program",
            "poststop 4242"),
        Files.readAllLines(log).stream().filter(line -> !line.startsWith("poststart")).toList());
    assertTrue(Files.readAllLines(log).contains("poststart 4242"));
    user.assertNothingIsLeft();
  }

  // Nobody but root may join init before it has executed its program, so this kind is all there is.
  @Test
  void createContainerHooksFindAllThatIsMounted(Workbench bench) throws IOException {
    Bundle bundle = user.bundle().mount("/data", "tmpfs", "tmpfs").script("ls /dev/added");
    Path said = OrdinaryUser.own(Files.createDirectory(bench.directory().resolve("said")));
    bundle.hook(
        "createContainer",
        Map.of(
            "path", "/bin/sh",
            "args",
                List.of(
                    "sh",
                    "-c",
                    "ls -d data proc/version dev/null dev/tty dev/fd dev/pts/ptmx >"
                        + said
                        + "/it; pwd -P >>"
                        + said
                        + "/it; mkdir dev/added; touch dev/added/file"),
            "env", List.of("PATH=/usr/bin:/bin")));
    assertEquals("file\n", user.run(bundle).succeedsSilently().out());
    assertEquals(
        List.of(
            "data",
            "dev/fd",
            "dev/null",
            "dev/pts/ptmx",
            "dev/tty",
            "proc/version",
            bundle.rootfs().toString()),
        Files.readAllLines(said.resolve("it")));
    user.assertNothingIsLeft();
  }

  @Test
  void aHookThatFailsLeavesNothing() {
    Bundle bundle =
        user.bundle()
            .hook(
                "createRuntime",
                Map.of("path", "/bin/sh", "args", new String[] {"sh", "-c", "exit 3"}));
    user.run(bundle).failsNaming("error running createRuntime hook #0", "exit status 3");
    user.assertNothingIsLeft();
  }

  // The process

  @Test
  void limitsAreLoweredAndNotRaised() {
    Bundle lower =
        user.bundle()
            .set("/process/rlimits", List.of(limit("RLIMIT_NOFILE", 77, 88)))
            .script("ulimit -S -n; ulimit -H -n");
    assertEquals("77\n88\n", user.run(lower).succeedsSilently().out());
    Bundle higher =
        user.bundle().set("/process/rlimits", List.of(limit("RLIMIT_NOFILE", 77, 1L << 30)));
    user.run(higher).failsNaming("/process/rlimits/0", "prlimit64", "CAP_SYS_RESOURCE");
    user.assertNothingIsLeft();
  }

  private static Map<String, Object> limit(String type, long soft, long hard) {
    return Map.of("type", type, "soft", soft, "hard", hard);
  }

  @Test
  void capabilitiesAreThoseOfTheUsersNamespace() {
    List<String> all = List.of("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_CHOWN");
    Bundle bundle = user.bundle();
    for (String set : List.of("bounding", "effective", "permitted")) {
      bundle.set("/process/capabilities/" + set, all);
    }
    bundle.script("grep CapEff /proc/self/status; hostname mine && hostname; ip link set lo down");
    Outcome outcome = user.run(bundle).succeedsSilently();
    assertEquals(List.of("CapEff:\t0000000000201001", "mine"), outcome.lines());
  }

  @Test
  void sysctlsAreTheContainersOwn() {
    Bundle bundle =
        user.bundle()
            .set(
                "/linux/sysctl",
                Map.of("net.ipv4.ping_group_range", "0 0", "kernel.shmmax", "65536"))
            .script("cat /proc/sys/net/ipv4/ping_group_range /proc/sys/kernel/shmmax");
    assertEquals(
        List.of("0 0", "65536"),
        squeezed(user.run(bundle).succeedsSilently()).stream()
            .map(line -> line.replace('\t', ' '))
            .toList());
  }

  @Test
  void masksAndReadOnlyPathsHold() {
    Bundle bundle =
        user.bundle()
            .set("/root/readonly", true)
            .script(
                "cat /proc/keys | wc -c; stat -c %t:%T /proc/keys;"
                    + " touch /x 2>/dev/null || echo closed;"
                    + " (echo 1 >/proc/sys/kernel/shmmax) 2>/dev/null || echo closed");
    assertEquals(
        List.of("0", "1:3", "closed", "closed"), user.run(bundle).succeedsSilently().lines());
  }

  // Other users' numbers

  private Bundle ranges() {
    Bundle bundle = user.bundle();
    for (String kind : List.of("uid", "gid")) {
      bundle.set(
          "/linux/" + kind + "Mappings",
          List.of(
              UserNamespaceIT.mapping(0, OrdinaryUser.ID, 1),
              UserNamespaceIT.mapping(1, 100_000, 65_536)));
    }
    return bundle;
  }

  // Who has made the namespace has every right over it: processes of numbers that are not the
  // user's are joined, signalled and ended all the same.
  @Test
  void aContainerOfAnotherMappedUserIsTheUsersToo() throws IOException {
    Bundle bundle =
        ranges().lasting().set("/process/user", Map.of("uid", 1000, "gid", 1000)).write();
    String id = Workbench.id();
    List<String> create = new ArrayList<>(List.of("create", "--bundle"));
    create.addAll(List.of(bundle.directory().toString(), id));
    user.apart(user.withRanges("some:100000:65536\n"), create.toArray(String[]::new))
        .run()
        .succeedsSilently();
    user.jrun("start", id).succeedsSilently();
    int pid = user.pid(id);
    assertTrue(HostProcess.status(pid).get("Uid").startsWith("100999\t"));
    Outcome outcome =
        user.jrun("exec", "--user", "7:8", id, "sh", "-c", "id -u; id -g; touch /tmp/x").exits(1);
    assertEquals("7\n8\n", outcome.out());
    assertEquals("1000\n", user.jrun("exec", id, "id", "-u").succeedsSilently().out());
    Workbench.await(
        "the shell and its child",
        () -> user.jrun("ps", "--format", "json", id).json().size() == 2);
    HostProcess.awaitCaught(pid, HostProcess.SIGTERM);
    user.jrun("kill", id, "TERM").succeedsSilently();
    Workbench.await("the end of " + id, () -> !HostProcess.isAlive(pid));
    user.jrun("delete", id).succeedsSilently();
    user.assertNothingIsLeft();
  }

  @Test
  void whatIsAnothersCannotBeSeen() {
    String id = user.running(user.bundle().lasting());
    String root = user.runtime() + "/jrun";
    Outcome outcome =
        user.through(
                "",
                "setpriv --reuid 4243 --regid 4243 --clear-groups ",
                "--root",
                root,
                "state",
                id)
            .env("JRUN_CORE", "cold")
            .run();
    assertFalse(outcome.exitCode() == 0, outcome::toString);
    // Root sees it, by name of its place.
    assertEquals(
        "running",
        user.through("", "", "--root", root, "state", id)
            .env("JRUN_CORE", "cold")
            .run()
            .succeedsSilently()
            .json()
            .get("status")
            .asText());
    user.delete(id);
  }

  // Root's groups would reach files of the host's that the user's do not, whatever the user writes.
  @ParameterizedTest
  @ValueSource(strings = {"0", "1"})
  void rootThatJoinsAUsersContainerLeavesItsGroups(String keeps) {
    Map<String, String> annotations = Map.of("run.oci.keep_original_groups", keeps);
    String id = user.running(user.bundle().lasting().set("/annotations", annotations));
    String root = user.runtime() + "/jrun";
    String groups =
        user.through(
                "",
                "setpriv --groups 0,1,2 ",
                "--root",
                root,
                "exec",
                id,
                "grep",
                "Groups",
                "/proc/self/status")
            .env("JRUN_CORE", "cold")
            .run()
            .succeedsSilently()
            .text();
    assertEquals("Groups:", groups);
    user.delete(id);
  }
}
