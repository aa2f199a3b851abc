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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The process: what it is started with, and what the kernel then says of it. */
@ExtendWith(ResidueExtension.class)
class ProcessIT {

  private static final String NO_PROGRAM =
      ": it has to be an executable file, on a mount that is not noexec";
  private static final long AUDIT_WRITE = 1L << 29;
  private static final long KILL = 1L << 5;
  private static final long NET_BIND_SERVICE = 1L << 10;
  private static final long CHOWN = 1;

  private static CProgram inherit;

  @BeforeAll
  static void build() {
    inherit = CProgram.built("inherit");
  }

  private static Map<String, String> status(Workbench bench, Bundle bundle) {
    return HostProcess.parseStatus(
        bench.run(bundle.args("cat", "/proc/self/status")).succeedsSilently().out());
  }

  @Test
  @Tag("smoke")
  void argumentsArriveAsTheyAre(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .args("sh", "-c", "printf '<%s>' \"$0\" \"$@\"", "zero", "", "a b", "$x", "é", "\"'\\");
    assertEquals("<zero><><a b><$x><é><\"'\\>", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theEnvironmentIsTheConfigurationsAndHome(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set(
                "/process/env",
                List.of("PATH=/bin", "A=1", "B=two words", "EMPTY=", "LINES=a\nb", "EQ=a=b"))
            .args("env", "-0");
    Outcome outcome =
        bench.runCommand(bundle, Workbench.id()).env("SECRET", "caller").run().succeedsSilently();
    assertEquals(
        List.of("A=1", "B=two words", "EMPTY=", "EQ=a=b", "HOME=/root", "LINES=a\nb", "PATH=/bin"),
        Stream.of(outcome.out().split("\0")).sorted().toList());
  }

  @Test
  void theLastOfTwoEqualVariablesCounts(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/env/-", "X=first")
            .set("/process/env/-", "X=last")
            .script("echo $X");
    assertEquals("last\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theWorkingDirectoryIsTheOneGiven(Workbench bench) {
    assertEquals(
        "/tmp\n",
        bench.run(bench.bundle().set("/process/cwd", "/tmp").args("pwd")).succeedsSilently().out());
  }

  @Test
  void aMissingWorkingDirectoryIsMade(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .set("/process/cwd", "/a/b")
            .script("pwd; stat -c %a /a/b");
    assertEquals("/a/b\n755\n", bench.run(bundle).succeedsSilently().out());
  }

  @ParameterizedTest
  @CsvSource({"/etc/passwd, not a directory", "/loop, too many levels of symbolic links"})
  void aWorkingDirectoryThatIsNoneIsAnError(String cwd, String reason, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().set("/process/cwd", cwd);
    Files.createSymbolicLink(bundle.inside("/loop"), Path.of("/loop"));
    String id = Workbench.id();
    bench.create(bundle, id).failsNaming(Jrun.name() + " create failed: ", cwd, reason);
    bench.assertNothingOf(id);
  }

  @Test
  void aWorkingDirectoryOnlyItsUserMayEnterIsEntered(Workbench bench) throws Exception {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/user", Map.of("uid", 1000, "gid", 1000))
            .set("/process/cwd", "/home/user")
            .args("pwd");
    Path home = Files.createDirectories(bundle.inside("/home/user"));
    new ProcessBuilder("chown", "1000:1000", home.toString()).start().waitFor();
    new ProcessBuilder("chmod", "700", home.toString()).start().waitFor();
    assertEquals("/home/user\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  @Tag("smoke")
  void userGroupAndAdditionalGroupsAreSet(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set(
                "/process/user",
                Map.of("uid", 1000, "gid", 1001, "additionalGids", List.of(5, 4294967294L)));
    Map<String, String> status = status(bench, bundle);
    assertEquals("1000\t1000\t1000\t1000", status.get("Uid"));
    assertEquals("1001\t1001\t1001\t1001", status.get("Gid"));
    assertEquals("5 4294967294", status.get("Groups"));
  }

  @Test
  void withoutAdditionalGroupsThereAreNone(Workbench bench) {
    Map<String, String> status = status(bench, bench.bundle());
    assertEquals("", status.get("Groups"));
    assertEquals("0\t0\t0\t0", status.get("Uid"));
  }

  @ParameterizedTest
  @CsvSource({"63, 0077", "0, 0000", "511, 0777", "530, 0022"})
  void theUmaskIsSet(int umask, String expected, Workbench bench) {
    Bundle bundle = bench.bundle().set("/process/user/umask", umask).script("umask");
    assertEquals(expected + "\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theUmaskIs022UnlessGiven(Workbench bench) {
    Outcome outcome =
        bench
            .runCommand(bench.bundle().script("umask"), Workbench.id())
            .through("umask 027; exec \"$@\"")
            .run();
    assertEquals("0022\n", outcome.succeedsSilently().out());
  }

  static Stream<Arguments> capabilitySets() {
    long three = AUDIT_WRITE | KILL | NET_BIND_SERVICE;
    List<String> names = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
    List<String> none = List.of();
    List<String> chown = List.of("CAP_CHOWN");
    return Stream.of(
        // uid, bounding, effective, inheritable, permitted, ambient; then Bnd, Eff, Inh, Prm, Amb
        // after execve
        Arguments.of(0, names, names, none, names, none, three, three, 0L, three, 0L),
        Arguments.of(0, names, names, names, names, names, three, three, three, three, three),
        Arguments.of(0, none, none, none, none, none, 0L, 0L, 0L, 0L, 0L),
        Arguments.of(0, chown, none, none, none, none, CHOWN, CHOWN, 0L, CHOWN, 0L),
        // SEC-03: a user without ambient capabilities has none
        Arguments.of(1000, names, names, none, names, none, three, 0L, 0L, 0L, 0L),
        Arguments.of(1000, names, names, names, names, none, three, 0L, three, 0L, 0L),
        Arguments.of(1000, names, names, names, names, names, three, three, three, three, three),
        Arguments.of(1000, names, names, chown.subList(0, 0), names, none, three, 0L, 0L, 0L, 0L));
  }

  // SEC-13: the five sets, exactly. noNewPrivileges is off, so that what execve makes of them is
  // seen.
  @ParameterizedTest
  @MethodSource("capabilitySets")
  @Tag("smoke")
  void theFiveCapabilitySetsAreExact(
      int uid,
      List<String> bounding,
      List<String> effective,
      List<String> inheritable,
      List<String> permitted,
      List<String> ambient,
      long bnd,
      long eff,
      long inh,
      long prm,
      long amb,
      Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/noNewPrivileges", false)
            .set("/process/user", Map.of("uid", uid, "gid", uid))
            .set(
                "/process/capabilities",
                Map.of(
                    "bounding", bounding,
                    "effective", effective,
                    "inheritable", inheritable,
                    "permitted", permitted,
                    "ambient", ambient));
    Map<String, String> status = status(bench, bundle);
    assertEquals(
        List.of(hex(bnd), hex(eff), hex(inh), hex(prm), hex(amb)),
        List.of(
            status.get("CapBnd"),
            status.get("CapEff"),
            status.get("CapInh"),
            status.get("CapPrm"),
            status.get("CapAmb")));
  }

  private static String hex(long value) {
    return String.format("%016x", value);
  }

  @Test
  void withoutCapabilitiesThereAreNone(Workbench bench) {
    Map<String, String> status = status(bench, bench.bundle().remove("/process/capabilities"));
    for (String set : List.of("CapBnd", "CapEff", "CapInh", "CapPrm", "CapAmb")) {
      assertEquals(hex(0), status.get(set), set);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CAP_OF_A_LATER_KERNEL", "NET_ADMIN", "cap_net_admin", ""})
  void anUnknownCapabilityIsLeftOutWithAWarning(String name, Workbench bench) {
    Bundle bundle = bench.bundle().script("grep ^CapBnd /proc/self/status");
    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
      bundle.set("/process/capabilities/" + set, List.of("CAP_KILL", name));
    }
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("CapBnd:\t" + hex(KILL) + "\n", outcome.out());
    String warning =
        "level=warning msg=\"/process/capabilities: ignoring unknown or unavailable capabilities: ["
            + name
            + "]: ";
    assertTrue(outcome.err().contains(warning), outcome::toString);
    assertEquals(1, outcome.err().lines().count(), outcome::toString);
    String id = bench.keep(Workbench.id());
    assertTrue(bench.create(bundle, id).succeeds().err().contains(warning));
  }

  @Test
  void anAmbientCapabilityThatCannotBeRaisedIsAWarning(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set("/process/capabilities/ambient", List.of("CAP_KILL"))
            .script("grep ^CapAmb /proc/self/status");
    Outcome outcome = bench.run(bundle).succeeds();
    assertEquals("CapAmb:\t" + hex(0) + "\n", outcome.out());
    assertTrue(
        outcome
            .err()
            .contains(
                "level=warning msg=\"/process/capabilities/ambient: can't raise ambient capability"
                    + " CAP_KILL: ignored: it has to be permitted and inheritable too\""),
        outcome::toString);
  }

  @Test
  void whereTheCallersSecurebitsForbidAmbientCapabilitiesThatIsAWarningToo(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    for (String set : List.of("inheritable", "ambient")) {
      bundle.set("/process/capabilities/" + set, List.of("CAP_KILL"));
    }
    String forbid = inherit.file() + " securebits=0x40 -- \"$@\"";
    String warning =
        "level=warning msg=\"/process/capabilities/ambient: can't raise ambient capabilities:"
            + " operation not permitted (EPERM): ";
    String id = bench.keep(Workbench.id());
    Outcome created = bench.createCommand(bundle, id).through(forbid).run().succeeds();
    assertTrue(created.err().contains(warning), created::toString);
    bench.start(id).succeedsSilently();
    Outcome executed =
        bench
            .execCommand(List.of(), id, "grep", "^CapAmb", "/proc/self/status")
            .through(forbid)
            .run()
            .succeeds();
    assertTrue(executed.err().contains(warning), executed::toString);
    assertEquals("CapAmb:\t" + hex(0) + "\n", executed.out());
    assertEquals(
        "CapAmb:\t" + hex(KILL) + "\n",
        bench.exec(id, "grep", "^CapAmb", "/proc/self/status").succeedsSilently().out());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noNewPrivilegesIsSetAsSaid(boolean wanted, Workbench bench) {
    assertEquals(
        wanted ? "1" : "0",
        status(bench, bench.bundle().set("/process/noNewPrivileges", wanted)).get("NoNewPrivs"));
  }

  @Test
  void resourceLimitsAreSetAndTheOthersInherited(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .set(
                "/process/rlimits",
                List.of(
                    Map.of("type", "RLIMIT_NOFILE", "soft", 100, "hard", 200),
                    Map.of("type", "RLIMIT_CORE", "soft", 0, "hard", 0),
                    Map.of("type", "RLIMIT_AS", "soft", 1L << 30, "hard", 1L << 30),
                    Map.of("type", "RLIMIT_FSIZE", "soft", 4096, "hard", 8192)))
            .args("cat", "/proc/self/limits");
    String limits =
        bench
            .runCommand(bundle, Workbench.id())
            .through("ulimit -u 5000; exec \"$@\"")
            .run()
            .succeedsSilently()
            .out();
    assertLimit(limits, "Max open files", "100", "200");
    assertLimit(limits, "Max core file size", "0", "0");
    assertLimit(limits, "Max address space", "1073741824", "1073741824");
    assertLimit(limits, "Max file size", "4096", "8192");
    assertLimit(limits, "Max processes", "5000", "5000");
  }

  private static void assertLimit(String limits, String name, String soft, String hard) {
    String line = limits.lines().filter(l -> l.startsWith(name)).findFirst().orElseThrow();
    String[] words = line.substring(name.length()).strip().split(" +");
    assertEquals(List.of(soft, hard), List.of(words[0], words[1]), line);
  }

  @Test
  void aLimitOfTheCallerDoesNotStopTheRuntime(Workbench bench) {
    Bundle bundle = bench.bundle().set("/process/rlimits", List.of()).args("true");
    bench
        .runCommand(bundle, Workbench.id())
        .through("ulimit -S -c 0; ulimit -S -n 256; exec \"$@\"")
        .run()
        .succeedsSilently();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 500, 1000})
  void theOomScoreIsSet(int score, Workbench bench) {
    Bundle bundle =
        bench.bundle().set("/process/oomScoreAdj", score).args("cat", "/proc/self/oom_score_adj");
    assertEquals(score + "\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void theOomScoreIsTheCallersUnlessGiven(Workbench bench) {
    Bundle bundle = bench.bundle().args("cat", "/proc/self/oom_score_adj");
    Outcome outcome =
        bench
            .runCommand(bundle, Workbench.id())
            .through("echo 300 >/proc/self/oom_score_adj; exec \"$@\"")
            .run();
    assertEquals("300\n", outcome.succeedsSilently().out());
  }

  static Stream<Arguments> programsThatCannotBeFound() {
    return Stream.of(
        Arguments.of("nosuch", "exec: \"nosuch\": executable file not found in $PATH"),
        Arguments.of("/nosuch", "exec: \"/nosuch\": stat /nosuch: no such file or directory"),
        Arguments.of("/etc", "exec: \"/etc\": permission denied" + NO_PROGRAM),
        Arguments.of("/etc/passwd", "exec: \"/etc/passwd\": permission denied" + NO_PROGRAM),
        Arguments.of("passwd", "exec: \"passwd\": executable file not found in $PATH"),
        Arguments.of("./nosuch", "exec: \"./nosuch\": stat ./nosuch: no such file or directory"),
        Arguments.of(
            "/etc/passwd/x", "exec: \"/etc/passwd/x\": stat /etc/passwd/x: not a directory"));
  }

  @ParameterizedTest
  @MethodSource("programsThatCannotBeFound")
  void aProgramThatCannotBeFoundFailsTheCreateWithRuncsText(
      String program, String text, Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().args(program), id)
        .failsWith(Jrun.name() + " create failed: unable to start container process: " + text);
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({
    "true, PATH=/bin",
    "./bin/true, PATH=",
    "bin/true, PATH=/nowhere",
    "/bin/true, ''",
    "prog, PATH=/nowhere:/opt/a:/bin",
    "prog, PATH=/opt/loop:/opt/a:/bin",
    "true, PATH=/etc/passwd:/bin"
  })
  void theProgramIsFoundByTheContainersPath(String program, String path, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .executable("/opt/a/prog", "#!/bin/true\n")
            .set("/process/env", path.isEmpty() ? List.of() : List.of(path))
            .args(program);
    Files.createDirectory(bundle.inside("/opt/loop"));
    Files.createSymbolicLink(bundle.inside("/opt/loop/prog"), Path.of("prog"));
    bench.runCommand(bundle, Workbench.id()).env("PATH", "/caller").run().succeedsSilently();
  }

  @Test
  void aProgramOnlyItsUserMayExecuteIsExecuted(Workbench bench) throws Exception {
    Bundle bundle =
        bench
            .bundle()
            .executable("/opt/prog", "#!/bin/sh\necho ran\n")
            .args("/opt/prog")
            .set("/process/user", Map.of("uid", 1000, "gid", 1000));
    new ProcessBuilder("chown", "1000:1000", bundle.inside("/opt/prog").toString())
        .start()
        .waitFor();
    new ProcessBuilder("chmod", "700", bundle.inside("/opt/prog").toString()).start().waitFor();
    assertEquals("ran\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aProgramItsUserMayNotExecuteIsRefused(Workbench bench) throws Exception {
    Bundle bundle =
        bench
            .bundle()
            .executable("/opt/prog", "#!/bin/sh\n")
            .args("/opt/prog")
            .set("/process/user", Map.of("uid", 1000, "gid", 1000));
    new ProcessBuilder("chmod", "700", bundle.inside("/opt/prog").toString()).start().waitFor();
    Outcome outcome = bench.run(bundle).exits(1);
    assertTrue(outcome.err().contains("permission denied"), outcome::toString);
    assertEquals(1, outcome.err().lines().count(), outcome::toString);
  }

  @Test
  void aScriptWithoutAnInterpreterLineIsRefused(Workbench bench) {
    Outcome outcome =
        bench.run(bench.bundle().executable("/run.sh", "echo no\n").args("/run.sh")).exits(1);
    assertEquals("exec /run.sh: exec format error", outcome.err().lines().findFirst().orElse(""));
    assertEquals(2, outcome.err().lines().count(), outcome::toString);
  }

  @Test
  void whatLacksItsInterpreterIsNamedWhereItWasFound(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .executable("/opt/a/prog", "#!/bin/sh\r\necho no\n")
            .set("/process/env", List.of("PATH=/nowhere:/opt/a:/bin"))
            .args("prog");
    Outcome outcome = bench.run(bundle).exits(1);
    assertEquals(
        "exec /opt/a/prog: no such file or directory",
        outcome.err().lines().findFirst().orElse(""));
  }

  @Test
  void tooManyArgumentsAreReportedAsSuch(Workbench bench) {
    Bundle bundle = bench.bundle().set("/process/args", List.of("true", "x".repeat(200_000)));
    Outcome outcome = bench.run(bundle).exits(1);
    assertTrue(outcome.err().contains("argument list too long"), outcome::toString);
  }

  @Test
  void aMegabyteOfEnvironmentArrives(Workbench bench) {
    Bundle bundle = bench.bundle().script("env | wc -c");
    for (int i = 0; i < 10; i++) {
      bundle.set("/process/env/-", "V" + i + "=" + "x".repeat(100_000));
    }
    assertTrue(Integer.parseInt(bench.run(bundle).succeedsSilently().text()) > 1_000_000);
  }

  // SEC-15: neither as directory nor as program can a descriptor of the runtime be named.
  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/fd/%d", "/proc/self/fd/%d/../../..", "/proc/1/fd/%d"})
  void noWorkingDirectoryLeadsOutThroughADescriptor(String pattern, Workbench bench)
      throws IOException {
    Path canary = Files.writeString(bench.directory().resolve("canary"), "host");
    for (int fd = 3; fd < 24; fd++) {
      Bundle bundle =
          new Bundle(bench.directory().resolve("cwd" + fd))
              .set("/process/cwd", String.format(pattern, fd))
              .script("pwd; cat ./" + bench.directory() + "/canary");
      Outcome outcome =
          bench.runCommand(bundle, Workbench.id()).through(leakingDirectories(20)).run();
      assertFalse(outcome.out().contains("host"), outcome::toString);
      assertFalse(outcome.exitCode() == 0, outcome::toString);
    }
    assertEquals("host", Files.readString(canary));
  }

  @Test
  void noProgramIsReachedThroughADescriptor(Workbench bench) {
    for (int fd = 3; fd < 24; fd += 3) {
      Bundle bundle =
          new Bundle(bench.directory().resolve("arg" + fd))
              .args("/proc/self/fd/" + fd + "/../../../../bin/bash", "-c", "echo host");
      Outcome outcome =
          bench.runCommand(bundle, Workbench.id()).through(leakingDirectories(20)).run();
      assertFalse(outcome.out().contains("host"), outcome::toString);
      assertFalse(outcome.exitCode() == 0, outcome::toString);
    }
  }

  /** A shell that leaks descriptors 3 and up, each the host's root directory, to the runtime. */
  static String leakingDirectories(int count) {
    StringBuilder script = new StringBuilder();
    for (int fd = 3; fd < 3 + count; fd++) {
      script.append("exec ").append(fd).append("</; ");
    }
    return script + "exec \"$@\"";
  }

  @Test
  void theProcessStartsWithADefaultSignalState(Workbench bench) {
    Map<String, String> status = status(bench, bench.bundle());
    for (String set : List.of("SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd")) {
      assertEquals("0000000000000000", status.get(set), set);
    }
  }

  @Test
  void theProcessLeadsASessionAndIsTheFirst(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script("cut -d' ' -f1,4,5,6 /proc/self/stat; cut -d' ' -f1,4,5,6 /proc/1/stat");
    assertEquals("1 0 1 1", bench.run(bundle).succeedsSilently().lines().get(1));
  }

  @Test
  void theProcessHasASessionKeyringOfItsOwn(Workbench bench) {
    Bundle bundle = bench.bundle().set("/linux/maskedPaths", List.of()).args("cat", "/proc/keys");
    String id = Workbench.id();
    assertTrue(bench.runCommand(bundle, id).run().succeedsSilently().out().contains("_ses." + id));
    String without = Workbench.id();
    assertFalse(
        bench
            .runCommand(bundle, without, "--no-new-keyring")
            .run()
            .succeedsSilently()
            .out()
            .contains("_ses." + without));
  }

  /** Not even the runtime needs a descriptor once all is done. */
  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "2,2", "3,3", "5,5", "20,20", "1,1000"})
  void aProgramMayHaveNextToNoDescriptors(int most, int hard, Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .args("sleep", "1000")
            .set(
                "/process/rlimits",
                List.of(Map.of("type", "RLIMIT_NOFILE", "soft", most, "hard", hard)));
    String id = bench.running(bundle);
    String limits = Files.readString(Path.of("/proc/" + bench.pid(id) + "/limits"));
    assertTrue(
        limits.replaceAll(" +", " ").contains("Max open files " + most + " " + hard + " files"),
        limits);
  }
}
