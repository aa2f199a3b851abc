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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What others got wrong in exec, each with its number: the container runs already, and what it runs
 * may be waiting for the process that comes in.
 */
@ExtendWith(ResidueExtension.class)
class ExecSecurityIT {

  private static final int ATTEMPTS = 300;

  private static final List<String> ALL_CAPABILITIES =
      List.of(
          "CAP_SYS_PTRACE",
          "CAP_SYS_ADMIN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_KILL",
          "CAP_CHOWN",
          "CAP_FOWNER",
          "CAP_SYS_CHROOT",
          "CAP_MKNOD",
          "CAP_SETUID",
          "CAP_SETGID",
          "CAP_NET_RAW");

  /** A container with all a watcher may want, whose own program is a watcher. */
  private static Bundle watcher(Workbench bench, Path log, String each) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/log", "bind", log.toString(), "bind")
            .set("/process/noNewPrivileges", false)
            .script(
                "echo on >/log/on; while :; do for p in /proc/[0-9]*; do [ $p = /proc/1 ] || { "
                    + each
                    + "; }; done; done");
    for (String set : List.of("bounding", "effective", "permitted")) {
      bundle.set("/process/capabilities/" + set, ALL_CAPABILITIES);
    }
    return bundle;
  }

  private static void attempts(Workbench bench, String id, int count, String... command)
      throws Exception {
    try (WarmCore daemon = WarmCore.start(bench)) {
      for (int i = 0; i < count; i++) {
        daemon
            .asked(bench.execCommand(List.of(), id, command))
            .through(ProcessIT.leakingDirectories(8))
            .run()
            .succeeds();
      }
    }
  }

  // CVE-2016-9962, SEC-04. Nothing but the builtins of one shell, lest it be too slow to see.
  @Test
  void noDescriptorOfTheJoiningProcessLeadsOut(Workbench bench) throws Exception {
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    Files.writeString(bench.directory().resolve("canary"), "host");
    String look =
        "for f in $p/fd/*; do [ -d $f/. ] && echo $f >>/log/leak;"
            + " [ -e $f/.."
            + bench.directory()
            + "/canary ] && echo canary >>/log/leak; done;"
            + " [ -e $p/root"
            + bench.directory()
            + "/canary ] && echo root >>/log/leak; [ -e $p/cwd"
            + bench.directory()
            + "/canary ] && echo cwd >>/log/leak; [ -d $p/fd ] && echo >>/log/seen";
    String id = bench.running(watcher(bench, log, look));
    Workbench.await("the watcher", () -> Files.exists(log.resolve("on")));
    attempts(bench, id, ATTEMPTS, "true");
    assertTrue(Files.exists(log.resolve("seen")), "the watcher has seen a process");
    assertFalse(
        Files.exists(log.resolve("leak")),
        () -> "found in the joining process: " + read(log.resolve("leak")));
  }

  // What joins has no more capabilities, once the container can see it, than its program will have.
  @Test
  void theJoiningProcessHasNothingToStealOnceItIsSeen(Workbench bench) throws Exception {
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    String look =
        "while read -r k v; do case $k in CapEff:|CapPrm:|CapBnd:|Uid:) echo $k $v;; esac;"
            + " done <$p/status >>/log/seen";
    String id = bench.running(watcher(bench, log, look));
    Workbench.await("the watcher", () -> Files.exists(log.resolve("on")));
    Path file =
        Files.writeString(
            bench.directory().resolve("process.json"),
            "{\"args\":[\"/bin/true\"],\"cwd\":\"/\",\"user\":{\"uid\":1000,\"gid\":1000},"
                + "\"capabilities\":{}}");
    try (WarmCore daemon = WarmCore.start(bench)) {
      for (int i = 0; i < ATTEMPTS; i++) {
        daemon
            .asked(bench.command("exec", "--process", file.toString(), id))
            .run()
            .succeedsSilently();
      }
    }
    List<String> seen = Files.readAllLines(log.resolve("seen"));
    assertTrue(seen.size() > 4, "the watcher has seen processes");
    for (String line : seen) {
      assertTrue(
          line.startsWith("Uid:")
              ? line.matches("Uid: 1000\\s+1000\\s+1000\\s+1000")
              : line.matches("Cap...: 0{16}"),
          line);
    }
  }

  // CVE-2019-5736, SEC-06, trigger B: the shell that exec is asked for executes who executes it.
  @Test
  void aProgramThatIsALinkToTheRuntimeChangesNothingInstalled(Workbench bench) throws Exception {
    Map<String, String> before = FdLeakIT.installed();
    Path log = Files.createDirectory(bench.directory().resolve("log"));
    Bundle bundle =
        watcher(
                bench,
                log,
                "{ exec 5>>$p/exe; } 2>/dev/null && echo opened $p >>/log/opened;"
                    + " [ -e $p/exe ] && echo >>/log/seen; exec 5>&-")
            .set("/root/readonly", false)
            .executable("/bin/trap", "#!/proc/self/exe\n");
    String id = bench.running(bundle);
    Workbench.await("the watcher", () -> Files.exists(log.resolve("on")));
    try (WarmCore daemon = WarmCore.start(bench)) {
      for (int i = 0; i < 100; i++) {
        Outcome outcome = daemon.demanded(bench.execCommand(List.of(), id, "trap")).run();
        assertTrue(outcome.exitCode() != 0, outcome::toString);
      }
    }
    assertEquals(before, FdLeakIT.installed());
  }

  // CVE-2024-21626: a working directory that is a descriptor of the host's.
  @Test
  void noWorkingDirectoryLeadsOutThroughADescriptor(Workbench bench) throws IOException {
    Path canary = Files.writeString(bench.directory().resolve("canary"), "host");
    String id = bench.running(bench.bundle().lasting());
    for (int fd = 3; fd < 16; fd++) {
      Outcome outcome =
          bench
              .execCommand(
                  List.of("--cwd", "/proc/self/fd/" + fd), id, "cat", "../../../../../.." + canary)
              .through(ProcessIT.leakingDirectories(12))
              .run();
      assertFalse(outcome.out().contains("host"), outcome::toString);
      outcome.exits(255);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/1/cwd", "/link", "/proc/1/root"})
  void aWorkingDirectoryThroughALinkStaysInside(String cwd, Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    Files.createSymbolicLink(bundle.inside("/link"), Path.of("../../../.."));
    String id = bench.running(bundle);
    assertEquals(
        "/\n",
        bench
            .execCommand(List.of("--cwd", cwd), id, "sh", "-c", "pwd -P")
            .run()
            .succeedsSilently()
            .out());
  }

  // The container cannot see the process yet that enters the directory, nor can that see itself.
  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/cwd", "/proc/self/root", "/proc/thread-self/cwd"})
  void aWorkingDirectoryThroughTheProcessItselfIsNone(String cwd, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(
        bench.execCommand(List.of("--cwd", cwd), id, "true").run(),
        "enter the working directory " + cwd,
        "no such file or directory");
  }

  // CVE-2016-3697, CVE-2026-30892, SEC-02: a number is a number, and it is the one given.
  @Test
  void aUserIsANumberAndNeverAName(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    Files.writeString(bundle.inside("/etc/passwd"), "1000::0:0::/:/bin/sh\n1::0:0::/:/bin/sh\n");
    String id = bench.running(bundle);
    for (String user : List.of("1000", "1", "4294967294", "00", "7:8")) {
      String uid = user.equals("00") ? "0" : user.split(":")[0];
      assertEquals(
          uid + "\n",
          bench.execCommand(List.of("-u", user), id, "id", "-u").run().succeedsSilently().out());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4294967296",
        "-1",
        "4294967295",
        "0x0",
        " 1",
        "1 ",
        "1:",
        ":1",
        "1:2:3",
        "root",
        "+1",
        "1:root",
        "1:-1",
        "1:4294967295",
        "18446744073709551616",
        "1e3",
        "١"
      })
  void whatIsNoUserIsRefused(String user, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(bench.execCommand(List.of("--user=" + user), id, "true").run(), "--user: ");
  }

  // CVE-2016-8867, CVE-2022-29162: an ordinary user has nothing, and nobody inherits.
  @Test
  void anOrdinaryUserHasNoCapabilitiesAndNobodyInheritsAny(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    for (List<String> options :
        List.of(
            List.of("-u", "1000"),
            List.of("-u", "1000", "-c", "CAP_NET_RAW"),
            List.of("-u", "1000", "-c", "CAP_KILL", "--no-new-privs"))) {
      Map<String, String> status =
          HostProcess.parseStatus(
              bench
                  .execCommand(options, id, "cat", "/proc/self/status")
                  .run()
                  .succeedsSilently()
                  .out());
      for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
        assertEquals("0000000000000000", status.get(set), set + " with " + options);
      }
    }
  }

  // SEC-28: neither dots nor a sibling whose name begins alike.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../outside",
        "./../outside",
        "foo/..",
        "foo/../../outside",
        "foo/bar/../../../outside",
        "..",
        "/..",
        "/../outside",
        "a/./../../outside"
      })
  void noCgroupOutsideTheContainersIsReached(String path, Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path cgroup = ExecIT.cgroupOf(bench.pid(id));
    Path outside = Files.createDirectory(cgroup.resolveSibling("outside"));
    Path sibling = Files.createDirectory(cgroup.resolveSibling(cgroup.getFileName() + "b"));
    Files.createDirectories(cgroup.resolve("foo/bar"));
    try {
      ExecIT.failsWith(
          "bad sub cgroup path: " + path,
          bench.execCommand(List.of("--cgroup", path), id, "true").run());
      ExecIT.failsNaming(
          bench.execCommand(List.of("--cgroup", "b"), id, "true").run(),
          "no such file or directory");
    } finally {
      Files.delete(outside);
      Files.delete(sibling);
    }
  }

  // CVE-2025-52881: whatever the container has put where /proc was, nothing is read or written
  // there.
  @Test
  void nothingOfTheContainersProcIsUsed(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .withoutMount("/proc")
            .set("/linux/maskedPaths", List.of())
            .set("/linux/readonlyPaths", List.of())
            .set("/root/readonly", false)
            .set("/process/oomScoreAdj", 66)
            .lasting();
    Path attributes = Files.createDirectories(bundle.inside("/proc/self/attr"));
    Files.writeString(attributes.resolve("exec"), "");
    Files.writeString(attributes.resolve("current"), "");
    Files.writeString(bundle.inside("/proc/self/oom_score_adj"), "");
    Files.writeString(bundle.inside("/proc/self/exe"), "");
    String id = bench.running(bundle);
    int pid = ExecIT.detached(bench, id, "sleep", "1000");
    assertEquals("66", Files.readString(Path.of("/proc/" + pid + "/oom_score_adj")).strip());
    for (String each : List.of("attr/exec", "attr/current", "oom_score_adj", "exe")) {
      assertEquals("", Files.readString(bundle.inside("/proc/self/" + each)), each);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
