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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the process of an exec looks like: the container's own settings, what options change of
 * them, and what a document of its own says instead.
 */
@ExtendWith(ResidueExtension.class)
class ExecProcessIT {

  private static final long AUDIT_WRITE = 1L << 29;
  private static final long KILL = 1L << 5;
  private static final long NET_BIND_SERVICE = 1L << 10;
  private static final long DEFAULT = AUDIT_WRITE | KILL | NET_BIND_SERVICE;
  private static final long NET_RAW = 1L << 13;

  private static Map<String, String> status(Workbench bench, String id, String... options) {
    return HostProcess.parseStatus(
        bench
            .execCommand(List.of(options), id, "cat", "/proc/self/status")
            .run()
            .succeedsSilently()
            .out());
  }

  private static long set(Map<String, String> status, String name) {
    return Long.parseUnsignedLong(status.get(name), 16);
  }

  @Test
  @Tag("smoke")
  void theContainersOwnSettingsAreTheDefault(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set(
                "/process/user",
                Map.of("uid", 1000, "gid", 1001, "additionalGids", List.of(7, 8), "umask", 63))
            .set("/process/env", List.of("PATH=/bin", "A=1"))
            .set("/process/cwd", "/tmp")
            .set("/process/oomScoreAdj", 77)
            .set(
                "/process/rlimits",
                List.of(Map.of("type", "RLIMIT_NOFILE", "hard", 321, "soft", 123)));
    String id = bench.running(bundle);
    Map<String, String> status = status(bench, id);
    assertEquals("1000\t1000\t1000\t1000", status.get("Uid"));
    assertEquals("1001\t1001\t1001\t1001", status.get("Gid"));
    assertEquals("7 8", status.get("Groups"));
    assertEquals("0077", status.get("Umask"));
    assertEquals("1", status.get("NoNewPrivs"));
    assertEquals(DEFAULT, set(status, "CapBnd"));
    assertEquals(
        List.of("/tmp", "123", "321", "77"),
        bench
            .exec(id, "sh", "-c", "pwd; ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj")
            .succeedsSilently()
            .lines());
    assertEquals(
        List.of("A=1", "HOME=", "PATH=/bin"),
        Stream.of(bench.exec(id, "env", "-0").succeedsSilently().out().split("\0"))
            .map(each -> each.startsWith("HOME=") ? "HOME=" : each)
            .sorted()
            .toList());
  }

  @Test
  void itHasTheSignalStateSessionAndKeyringOfAProgramOfItsOwn(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Map<String, String> status = status(bench, id);
    for (String each : List.of("SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd")) {
      assertEquals("0000000000000000", status.get(each), each);
    }
    assertEquals(status.get("NSpid"), status.get("NSsid"));
    assertEquals("0", status.get("TracerPid"));
    // Detached and through a caller that ignores signals too.
    assertEquals(
        "0000000000000000",
        HostProcess.parseStatus(
                bench
                    .execCommand(List.of(), id, "cat", "/proc/self/status")
                    .through("trap '' PIPE CHLD HUP USR1; exec \"$@\"")
                    .run()
                    .succeedsSilently()
                    .out())
            .get("SigIgn"));
  }

  @Test
  void optionsChangeWhatTheyName(Workbench bench) {
    String id = bench.running(bench.bundle().lasting().set("/process/noNewPrivileges", false));
    Outcome outcome =
        bench
            .execCommand(
                List.of(
                    "--user",
                    "12:34",
                    "--additional-gids",
                    "5",
                    "-g",
                    "6",
                    "--env",
                    "A=1",
                    "-e",
                    "B=two words",
                    "-e",
                    "A=2",
                    "--cwd",
                    "/tmp",
                    "--no-new-privs"),
                id,
                "sh",
                "-c",
                "id -u; id -g; id -G; echo $A; echo $B; echo $TERM; pwd;"
                    + " grep NoNewPrivs /proc/self/status | cut -f2")
            .run()
            .succeedsSilently();
    assertEquals(
        List.of("12", "34", "34 5 6", "2", "two words", "xterm", "/tmp", "1"), outcome.lines());
    assertEquals("0", status(bench, id).get("NoNewPrivs"));
  }

  @Test
  void theFlagForPrivilegesCanSayNo(Workbench bench) {
    String id = bench.running(bench.bundle().lasting().set("/process/noNewPrivileges", true));
    for (String each : List.of("=false 0", "=true 1", " 1")) {
      List<String> options =
          each.startsWith("=")
              ? List.of("--no-new-privs" + each.substring(0, each.indexOf(' ')))
              : List.of();
      assertEquals(
          each.substring(each.indexOf(' ') + 1) + "\n",
          bench
              .execCommand(options, id, "sh", "-c", "grep NoNewPrivs /proc/self/status | cut -f2")
              .run()
              .succeedsSilently()
              .out());
    }
  }

  @Test
  void theAffinityIsTheDocuments(Workbench bench) throws IOException {
    String mine =
        HostProcess.status(Math.toIntExact(ProcessHandle.current().pid())).get("Cpus_allowed_list");
    String first = mine.split("[,-]")[0];
    String last = mine.substring(Math.max(mine.lastIndexOf('-'), mine.lastIndexOf(',')) + 1);
    String show = "grep Cpus_allowed_list /proc/self/status | cut -f2";
    assertEquals(mine, withAffinity(bench, Map.of(), show));
    assertEquals(first, withAffinity(bench, Map.of("initial", first), show));
    assertEquals(last, withAffinity(bench, Map.of("final", last), show));
    assertEquals(last, withAffinity(bench, Map.of("initial", first, "final", last), show));
  }

  private static String withAffinity(Workbench bench, Map<String, String> affinity, String script) {
    String id = bench.running(bench.bundle().lasting().set("/process/execCPUAffinity", affinity));
    return bench.exec(id, "sh", "-c", script).succeedsSilently().text();
  }

  @ParameterizedTest
  @ValueSource(strings = {"initial", "final"})
  void cpusThatAreNotThereAreAnErrorThatNamesTheField(String field, Workbench bench) {
    String id =
        bench.running(
            bench.bundle().lasting().set("/process/execCPUAffinity", Map.of(field, "8000")));
    Outcome outcome = bench.exec(id, "true").exits(255);
    assertTrue(
        outcome.message().contains("/process/execCPUAffinity/" + field)
            && outcome.message().contains("sched_setaffinity: invalid argument (EINVAL)"),
        outcome::toString);
  }

  @Test
  void aUserWithoutAGroupKeepsTheContainersGroup(Workbench bench) {
    String id =
        bench.running(bench.bundle().lasting().set("/process/user", Map.of("uid", 3, "gid", 44)));
    assertEquals(
        List.of("5", "44"),
        bench
            .execCommand(List.of("-u", "5"), id, "sh", "-c", "id -u; id -g")
            .run()
            .succeedsSilently()
            .lines());
  }

  // R13: never inheritable, and ambient only what the container may inherit.
  @Test
  void anAddedCapabilityIsBoundingPermittedAndEffective(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Map<String, String> status = status(bench, id, "--cap", "CAP_NET_RAW");
    assertEquals(DEFAULT | NET_RAW, set(status, "CapBnd"));
    assertEquals(DEFAULT | NET_RAW, set(status, "CapPrm"));
    assertEquals(DEFAULT | NET_RAW, set(status, "CapEff"));
    assertEquals(0, set(status, "CapInh"));
    assertEquals(0, set(status, "CapAmb"));
    assertEquals(DEFAULT, set(status(bench, id), "CapBnd"));
  }

  @Test
  void anAddedCapabilityIsAmbientWhereTheContainerMayInheritIt(Workbench bench) {
    String id =
        bench.running(
            bench
                .bundle()
                .lasting()
                .set("/process/user", Map.of("uid", 1000, "gid", 1000))
                .set("/process/capabilities/bounding", List.of("CAP_NET_RAW", "CAP_CHOWN"))
                .set("/process/capabilities/effective", List.of())
                .set("/process/capabilities/permitted", List.of())
                .set("/process/capabilities/inheritable", List.of("CAP_NET_RAW")));
    Map<String, String> status = status(bench, id, "--cap", "CAP_NET_RAW", "--cap", "CAP_CHOWN");
    assertEquals(NET_RAW, set(status, "CapAmb"));
    assertEquals(NET_RAW, set(status, "CapEff"));
    assertEquals(NET_RAW, set(status, "CapInh"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CAP_OF_A_LATER_KERNEL", "NET_RAW", "cap_net_raw"})
  void anAddedCapabilityThatNobodyKnowsIsAWarning(String name, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    List<String> options = List.of("--cap", name, "--cap", "CAP_NET_RAW");
    Outcome outcome = bench.execCommand(options, id, "cat", "/proc/self/status").run().succeeds();
    assertEquals(
        1,
        outcome
            .err()
            .lines()
            .filter(
                line ->
                    line.contains(
                        "level=warning msg=\"--cap: ignoring unknown or unavailable capabilities: ["
                            + name
                            + "]: "))
            .count(),
        outcome::toString);
    assertTrue(outcome.out().contains("CapPrm:\t0000000020002420\n"), outcome::toString);
  }

  @Test
  void wordsAfterTheIdAreThePrograms(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    assertEquals(
        "--user|5|--|@/etc/hostname|-d|--help|",
        bench
            .exec(
                id,
                "sh",
                "-c",
                "printf '%s|' \"$@\"",
                "zero",
                "--user",
                "5",
                "--",
                "@/etc/hostname",
                "-d",
                "--help")
            .succeedsSilently()
            .out());
    // An engine's way of saying that options end.
    assertEquals(
        "x\n", bench.command("exec", "--", id, "echo", "x").run().succeedsSilently().out());
  }

  @Test
  void withoutAProgramThereIsNothingToDo(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsWith("exec args cannot be empty", bench.exec(id));
  }

  @ParameterizedTest
  @CsvSource({
    "nosuch, exec: \"nosuch\": executable file not found in $PATH",
    "/nosuch, 'exec: \"/nosuch\": stat /nosuch: no such file or directory'",
    "/etc, 'exec: \"/etc\": permission denied: it has to be an executable file, on a mount that is"
        + " not noexec'",
    "/etc/passwd, 'exec: \"/etc/passwd\": permission denied: it has to be an executable file, on a"
        + " mount that is not noexec'",
    "/etc/passwd/x, 'exec: \"/etc/passwd/x\": stat /etc/passwd/x: not a directory'"
  })
  @Tag("smoke")
  void aProgramThatCannotBeFoundIsReportedInRuncsWords(
      String program, String message, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsWith("unable to start container process: " + message, bench.exec(id, program));
  }

  @Test
  void aScriptWithoutItsInterpreterSaysWhatRuncSaysAndThenWhatHelps(Workbench bench) {
    Bundle bundle =
        bench.bundle().lasting().executable("/run.sh", "#!/nosuch\n").executable("/empty", "x");
    String id = bench.running(bundle);
    Outcome outcome = bench.exec(id, "/run.sh");
    assertEquals(
        "exec /run.sh: no such file or directory", outcome.err().lines().findFirst().orElse(""));
    ExecIT.failsNaming(outcome, "exec /run.sh: no such file or directory", "see its first line");
    ExecIT.failsNaming(
        bench.execCommand(List.of("-d"), id, "/run.sh").run(),
        "exec /run.sh: no such file or directory");
    ExecIT.failsNaming(bench.exec(id, "/empty"), "exec /empty: exec format error");
  }

  @ParameterizedTest
  @CsvSource({
    "/nosuch, no such file or directory",
    "/etc/passwd, not a directory",
    "relative, --cwd: must be an absolute path"
  })
  void aWorkingDirectoryThatIsNoneIsAnError(String cwd, String reason, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(bench.execCommand(List.of("--cwd", cwd), id, "true").run(), reason);
  }

  @Test
  void allProblemsOfTheOptionsAreToldAtOnce(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(
        bench
            .execCommand(
                List.of("--cwd", "x", "--user", "root", "--env", "A", "-g", "-1"), id, "true")
            .run(),
        "--cwd: ",
        "--user: \"root\"",
        "--env: ",
        "--additional-gids: \"-1\"");
  }

  @Test
  void preservedDescriptorsArePassedAndNoOther(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    String script =
        "exec 3<<<'third'; exec 4</dev/null; exec 5</dev/null; exec 6</dev/null; exec \"$@\"";
    Outcome outcome =
        bench
            .execCommand(
                List.of("--preserve-fds", "2"),
                id,
                "sh",
                "-c",
                "for fd in 3 4 5 6 7 8; do test -e /proc/self/fd/$fd && echo $fd; done; cat <&3")
            .through(script)
            .run();
    assertEquals(List.of("3", "4", "third"), outcome.succeedsSilently().lines());
    ExecIT.failsNaming(
        bench.execCommand(List.of("--preserve-fds", "x"), id, "true").run(), "--preserve-fds");
  }

  // As Podman's --preserve-fd counts them.
  @Test
  void aDescriptorBeyondHolesIsPassedAndTheHolesAreNamed(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome =
        bench
            .execCommand(
                List.of("--preserve-fds", "7"),
                id,
                "sh",
                "-c",
                "for fd in 3 4 5 6 7 8 9 10 11; do test -e /proc/self/fd/$fd && echo $fd; done; cat"
                    + " <&9")
            .through("exec 9<<<'ninth'; exec \"$@\"")
            .run()
            .succeeds();
    assertEquals(List.of("9", "ninth"), outcome.lines());
    assertTrue(outcome.err().contains("--preserve-fds: not open, and so not handed on: 3-8"));
  }

  // --process

  private static Path document(Workbench bench, String text) throws IOException {
    return Files.writeString(bench.directory().resolve("process.json"), text);
  }

  private static Outcome execDocument(Workbench bench, String id, String text) throws IOException {
    Path file = document(bench, text);
    return bench.command("exec", "--process", file.toString(), id).run();
  }

  @Test
  @Tag("smoke")
  void aDocumentDescribesTheWholeProcess(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting().set("/process/oomScoreAdj", 55));
    Outcome outcome =
        execDocument(
            bench,
            id,
            """
            {"args": ["sh", "-c", "id -u; id -G; pwd; echo $A$TERM; umask; ulimit -n;\
             cat /proc/self/oom_score_adj; grep -E 'Cap(Eff|Bnd)|NoNew' /proc/self/status | cut -f2"],
             "env": ["PATH=/bin", "A=1", "HOME="], "cwd": "/tmp",
             "user": {"uid": 5, "gid": 6, "additionalGids": [7], "umask": 2},
             "capabilities": {"bounding": ["CAP_KILL"]},
             "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 99, "soft": 99}]}
            """);
    assertEquals(
        List.of(
            "5",
            "6 7",
            "/tmp",
            "1",
            "0002",
            "99",
            "55",
            "0000000000000000",
            "0000000000000020",
            "0"),
        outcome.succeedsSilently().lines());
  }

  @Test
  void whatADocumentDoesNotSayIsTheContainers(Workbench bench) throws IOException {
    List<String> kill = List.of("CAP_KILL");
    String id =
        bench.running(
            bench
                .bundle()
                .lasting()
                .set(
                    "/process/capabilities",
                    Map.of("bounding", kill, "effective", kill, "permitted", kill))
                .set("/process/user/umask", 63)
                .set("/process/ioPriority", Map.of("class", "IOPRIO_CLASS_BE", "priority", 7))
                .set("/process/scheduler", Map.of("policy", "SCHED_BATCH", "nice", 3)));
    String script =
        "\"sh\", \"-c\", \"grep -E 'Cap(Eff|Prm|Bnd)' /proc/self/status | cut -f2; umask; busybox ionice;"
            + " cut -d' ' -f19,41 /proc/self/stat\"";
    String rest = "\"cwd\": \"/\", \"env\": [\"PATH=/bin\"]";
    String one = "0000000000000020";
    assertEquals(
        List.of(one, one, one, "0077", "best-effort: prio 7", "3 3"),
        execDocument(bench, id, "{\"args\": [" + script + "], " + rest + "}")
            .succeedsSilently()
            .lines());
    String none = "0000000000000000";
    assertEquals(
        List.of(none, none, none, "0002", "idle", "0 0"),
        execDocument(
                bench,
                id,
                "{\"args\": ["
                    + script
                    + "], \"capabilities\": {}, \"user\": {\"uid\": 0, \"gid\": 0, \"umask\": 2},"
                    + " \"ioPriority\": {\"class\": \"IOPRIO_CLASS_IDLE\"},"
                    + " \"scheduler\": {\"policy\": \"SCHED_OTHER\"}, "
                    + rest
                    + "}")
            .succeedsSilently()
            .lines());
  }

  @Test
  void optionsBesideADocumentAreNotLookedAt(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path file =
        document(
            bench, "{\"args\":[\"/bin/id\",\"-u\"],\"cwd\":\"/\",\"user\":{\"uid\":5,\"gid\":6}}");
    assertEquals(
        "5\n",
        bench
            .execCommand(
                List.of("-p", file.toString(), "--user", "9", "--cwd", "/tmp"), id, "ignored")
            .run()
            .succeedsSilently()
            .out());
  }

  @Test
  void aDocumentsProblemsAreToldWithTheirPlaces(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(
        execDocument(
            bench,
            id,
            "{\"args\": [],\n \"cwd\": \"x\",\n \"env\": [\"A\"],\n"
                + " \"rlimits\": [{\"type\": \"RLIMIT_X\", \"hard\": 1, \"soft\": 1}]}"),
        "process.json:1:10: /args: ",
        "process.json:2:9: /cwd: ",
        "process.json:3:10: /env/0: ",
        "process.json:4:",
        "/rlimits/0/type: unknown rlimit \"RLIMIT_X\"");
    ExecIT.failsNaming(
        execDocument(bench, id, "{\"user\": {\"uid\": -1, \"gid\": \"x\"}, \"Args\": []}"),
        "/user/uid",
        "/user/gid",
        "did you mean \"args\"?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{} x", "{\"args\":[\"a\\u0000b\"]}"})
  void whatIsNoProcessIsRefused(String text, Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(execDocument(bench, id, text), "process.json");
    assertEquals("running", bench.status(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "directory"})
  void aDocumentThatIsNoFileIsRefused(String what, Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    Path file = bench.directory().resolve("odd");
    if (what.equals("directory")) {
      Files.createDirectory(file);
    }
    Outcome outcome = bench.command("exec", "--process", "odd", id).run();
    ExecIT.failsNaming(outcome, file.toString());
    assertFalse(outcome.message().contains("internal error"), outcome::toString);
  }

  @Test
  void theContainersChangedConfigurationIsNotLookedAt(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.running(bundle);
    bundle.set("/process/user", Map.of("uid", 77, "gid", 77)).write();
    assertEquals("0\n", bench.exec(id, "id", "-u").succeedsSilently().out());
    Files.delete(bundle.directory().resolve("config.json"));
    assertTrue(bench.exec(id, "id").exitCode() == 0);
  }
}
