// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole command lines: what is printed where, and the exit code. */
class InvocationTest {
  private static final String USAGE = "Incorrect Usage.\n\nNAME:\n   jrun";

  @TempDir Path directory;

  static List<String> verbs() {
    return Verbs.NAMES;
  }

  private static FakeFront run(int code, String... arguments) {
    FakeFront front = FakeFront.calledWith(arguments);
    assertEquals(code, front.run(), front.errors());
    return front;
  }

  private static String failure(String... arguments) {
    FakeFront front = run(1, arguments);
    assertEquals(0, front.programs());
    return front.record();
  }

  /** The message of a failure, which a text record quotes where it has more than a plain word. */
  private static void assertFails(String message, String... arguments) {
    assertEquals("level=error msg=\"" + message.replace("\"", "\\\"") + "\"", failure(arguments));
  }

  // Which core

  @Test
  void aCoreThereIsNotIsRefused() {
    assertFails(
        "invalid core: tepid is neither auto, warm nor cold", "jrun", "--core=tepid", "list");
    FakeFront front = FakeFront.calledWith("jrun", "list").as(0, "JRUN_CORE=tepid");
    assertEquals(1, front.run());
    assertTrue(front.errors().contains("invalid core: tepid"), front.errors());
  }

  @ParameterizedTest
  @CsvSource({
    "--core=warm, JRUN_CORE=cold, true",
    "--core=auto, JRUN_CORE=warm, false",
    "--debug,     JRUN_CORE=warm, true",
    "--debug,     JRUN_CORE=,     false",
    "--bogus,     JRUN_CORE=warm, false",
  })
  void aWarmCoreIsDemandedByTheOptionOrElseByTheVariable(
      String option, String variable, boolean demanded) {
    FakeFront front = FakeFront.calledWith("jrun", option, "list").as(0, variable);
    assertEquals(demanded, GlobalOptions.demandsWarm(front.open().caller()));
  }

  @Test
  void aRefusalIsOneRecordAndNothingIsDone() {
    FakeFront front = FakeFront.calledWith("jrun", "--log", "/nonexistent/log", "list");
    assertEquals(1, new Dispatch(front.open()).refuse("not this one"));
    assertEquals("level=error msg=\"not this one\"", front.record());
    assertEquals(0, front.programs());
  }

  @Test
  void aCoreIsNotWhereADaemonIsStarted() {
    assertFails(
        "daemon must be the first word: it takes no global options",
        "jrun",
        "--root",
        "/x",
        "daemon");
  }

  // Version and help

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-v", "-version"})
  void theVersionIsFourLinesAndTheWordStandsInOne(String option) {
    String[] lines = run(0, "jrun", option).printed().split("\n");
    assertEquals(4, lines.length);
    assertEquals("jrun version " + Version.number(), lines[0]);
    assertTrue(lines[1].startsWith("commit: "));
    assertTrue(lines[2].matches("spec: \\d+\\.\\d+\\.\\d+"));
    assertTrue(lines[3].startsWith("java: "));
    for (int i = 1; i < lines.length; i++) {
      assertTrue(!lines[i].contains("version"));
    }
  }

  @Test
  void helpOfTheProgramListsEveryCommand() {
    String help = run(0, "jrun", "--help").printed();
    String[] lines = help.split("\n");
    assertEquals("NAME:", lines[0]);
    assertEquals("   jrun - Open Container Initiative runtime", lines[1]);
    for (String verb : Verbs.NAMES) {
      assertTrue(help.contains("\n   " + verb + " "), verb);
    }
    for (String option :
        List.of(
            "--root DIR",
            "--log FILE",
            "--log-format FORMAT",
            "--log-level LEVEL",
            "--debug",
            "--systemd-cgroup",
            "--rootless WHEN",
            "--help, -h",
            "--version, -v")) {
      assertTrue(help.contains("\n   " + option + " "), option);
    }
    assertEquals(help, run(0, "jrun").printed());
    assertEquals(help, run(0, "jrun", "-h").printed());
    assertEquals(help, run(0, "jrun", "help").printed());
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void helpOfACommandHasItsOptions(String verb) {
    FakeFront front = run(0, "jrun", verb, "--help");
    String[] lines = front.printed().split("\n");
    assertEquals("NAME:", lines[0]);
    assertTrue(lines[1].startsWith("   jrun " + verb + " - "), lines[1]);
    assertEquals("", front.errors());
    assertTrue(front.printed().contains("\n   --help, -h "));
    assertEquals(front.printed(), run(0, "jrun", verb, "-h").printed());
    assertEquals(front.printed(), run(0, "jrun", "help", verb).printed());
    assertEquals(front.printed(), run(0, "jrun", "-h", verb).printed());
  }

  @Test
  void anUnknownCommandIsNoHelpTopic() {
    assertFails("No help topic for 'foo'", "jrun", "foo");
    assertFails("No help topic for 'foo'", "jrun", "help", "foo");
    assertEquals("", run(1, "jrun", "foo").printed());
  }

  // Arguments and options

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "create | create | exactly 1",
        "create a b | create | exactly 1",
        "run | run | exactly 1",
        "plan | plan | exactly 1",
        "start | start | exactly 1",
        "state | state | exactly 1",
        "delete | delete | a minimum of 1",
        "kill | kill | a minimum of 1",
        "kill a b c | kill | a maximum of 2",
        "exec | exec | a minimum of 1",
        "exec -d --env A=1 | exec | a minimum of 1",
        "ps | ps | a minimum of 1",
        "list x | list | exactly 0",
        "spec x | spec | exactly 0",
        "check x | check | exactly 0"
      })
  void aWrongNumberOfArgumentsShowsUsage(String line, String verb, String wanted) {
    FakeFront front = run(1, ("/usr/bin/jrun " + line).split(" "));
    assertTrue(front.printed().startsWith(USAGE + " " + verb + " - "), front.printed());
    assertEquals(
        "level=error msg=\"/usr/bin/jrun: \\\""
            + verb
            + "\\\" requires "
            + wanted
            + " argument(s)\"",
        front.record());
  }

  @ParameterizedTest
  @CsvSource({
    "--bogus, -bogus",
    "--bogus=1, -bogus",
    "-bogus, -bogus",
    "-x, -x",
    "--detach, -detach",
    "-d, -d"
  })
  void anUnknownOptionIsNamedAsRuncNamesIt(String given, String named) {
    FakeFront front = run(1, "jrun", "state", given, "demo");
    assertEquals(
        "level=error msg=\"flag provided but not defined: " + named + "\"", front.record());
    assertTrue(front.printed().startsWith(USAGE + " state - "));
  }

  @Test
  void anUnknownGlobalOptionShowsTheProgramsUsage() {
    FakeFront front = run(1, "jrun", "--bogus", "state", "demo");
    assertEquals("level=error msg=\"flag provided but not defined: -bogus\"", front.record());
    assertTrue(front.printed().startsWith(USAGE + " - "));
  }

  /** Engines probe for options so. */
  @Test
  void anOptionWithoutItsValueNeedsAnArgument() {
    assertTrue(
        failure("jrun", "create", "demo", "--bundle").contains("flag needs an argument: --bundle"));
    assertTrue(
        failure("jrun", "create", "demo", "-b").contains("flag needs an argument: --bundle"));
    assertTrue(failure("jrun", "--root").contains("flag needs an argument: --root"));
  }

  @Test
  void valuesFollowTheirOptionOrAnEqualsSign() throws IOException {
    Path root = Files.createDirectory(directory.resolve("a=b"));
    for (String[] each :
        new String[][] {
          {"jrun", "--root", root.toString(), "list", "--format", "json"},
          {"jrun", "--root=" + root, "list", "--format=json"},
          {"jrun", "-root=" + root, "list", "-f=json"},
          {"jrun", "-root", root.toString(), "list", "-f", "json"},
          {"jrun", "--log-level=error", "--root=" + root, "list", "-format", "json"}
        }) {
      assertEquals("null", run(0, each).printed());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rootless=true",
        "--rootless=false",
        "--rootless=auto",
        "--systemd-cgroup=false",
        "--systemd-cgroup=true",
        "--debug=false",
        "--systemd-cgroup",
        "--debug=F",
        "-debug=0",
        "--core=cold",
        "--log-level=debug"
      })
  void globalSwitchesTakeAValueOrNone(String option) {
    assertEquals(
        "null",
        run(0, "jrun", option, "--root", directory.toString(), "list", "-f", "json").printed());
  }

  /** An engine's own options and those its user configured for the runtime. */
  @Test
  void ofAnOptionGivenTwiceTheLastCounts() {
    String root = directory.toString();
    run(
        0,
        "jrun",
        "--debug",
        "--debug",
        "--root",
        "/nonexistent",
        "--root",
        root,
        "list",
        "-q",
        "-q");
    assertFails(
        "jrun create failed: bundle /nonexistent/b: no such file or directory",
        "jrun",
        "create",
        "--bundle",
        "/nonexistent/a",
        "-b",
        "/nonexistent/b",
        "demo");
  }

  @Test
  void aSwitchWithAnotherValueIsRefused() {
    assertFails(
        "invalid value \"openrc\" for flag --cgroup-manager: it is cgroupfs, systemd or disabled",
        "jrun",
        "--cgroup-manager",
        "openrc",
        "list");
    assertTrue(failure("jrun", "--systemd-cgroup=maybe", "list").startsWith("level=error msg="));
  }

  /** A bundle that is not there says which one was meant. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "create --bundle BUNDLE demo",
        "create demo --bundle BUNDLE",
        "create --bundle=BUNDLE demo",
        "create -b BUNDLE demo",
        "create -bundle BUNDLE demo",
        "create demo -b=BUNDLE",
        "create --no-pivot --no-new-keyring --preserve-fds 2 -b BUNDLE demo",
        "create --no-pivot=false --no-new-keyring=true --preserve-fds=2 -b BUNDLE demo",
        "create --pid-file /tmp/p -b BUNDLE -- demo",
        "create --pid-file= --console-socket= -b BUNDLE demo"
      })
  void optionsOfCreateStandBeforeOrBehindTheId(String line) {
    String bundle = directory.resolve("none").toString();
    assertFails(
        "jrun create failed: bundle " + bundle + ": no such file or directory",
        ("jrun " + line.replace("BUNDLE", bundle)).split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run --bundle BUNDLE demo",
        "run demo --detach -b BUNDLE",
        "run --detach=false -b BUNDLE demo",
        "run -d -b BUNDLE demo",
        "run --keep --no-subreaper -b BUNDLE demo",
        "run -no-subreaper -b BUNDLE demo",
        "run -no-subreaper=true -detach -b BUNDLE demo"
      })
  void optionsOfRunStandBeforeOrBehindTheId(String line) {
    String bundle = directory.resolve("none").toString();
    assertEquals(
        "level=error msg=\"jrun run failed: bundle " + bundle + ": no such file or directory\"",
        run(1, ("jrun " + line.replace("BUNDLE", bundle)).split(" ")).record());
  }

  /** What follows the id belongs to the program, whatever it looks like. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec demo",
        "exec demo sh -c true --user 0 --nosuch",
        "exec demo -- sh",
        "exec demo @/etc/hostname",
        "exec --process /nonexistent --detach --pid-file /p demo",
        "exec -p=/nonexistent -d demo",
        "exec -process /nonexistent -detach=true demo",
        "exec -t=false -u 1:2 -g 1 -g 2 -e A=1 -e B=2 -c CAP_KILL --cwd /x --cgroup a demo sh",
        "exec --no-new-privs --preserve-fds 2 --ignore-paused --apparmor= --process-label= demo sh",
        "exec --console-socket= --pid-file= demo sh"
      })
  void optionsOfExecStandBeforeTheId(String line) {
    FakeFront front = run(255, ("jrun --root " + directory + " " + line).split(" "));
    assertEquals("level=error msg=\"exec failed: container does not exist\"", front.record());
  }

  @Test
  void onlyAFailureOfExecItselfIs255() {
    assertEquals(
        "level=error msg=\"flag provided but not defined: -nosuch\"",
        run(1, "jrun", "exec", "--nosuch", "demo").record());
    assertEquals(
        "level=error msg=\"exec failed: --console-socket: the name of the socket is longer than 107"
            + " bytes\"",
        run(255, "jrun", "exec", "--console-socket", "/" + "s".repeat(108), "demo", "sh").record());
    assertEquals(
        "level=error msg=\"exec failed: invalid value \\\"x\\\" for flag --preserve-fds\"",
        run(255, "jrun", "exec", "--preserve-fds", "x", "demo", "sh").record());
  }

  /** A word that begins so is no file of words: that would be the host's file, given away. */
  @Test
  void noWordIsReadFromAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("words"), "--version");
    assertFails("No help topic for '@" + file + "'", "jrun", "@" + file);
    assertTrue(
        failure("jrun", "kill", "demo", "@" + file).contains("unknown signal"), "read a file");
  }

  @Test
  void aBundleIsRelativeToTheCallersDirectoryAndDefaultsToIt() {
    FakeFront front = FakeFront.calledWith("jrun", "create", "demo").in(directory.toString());
    assertEquals(1, front.run());
    assertEquals(
        "level=error msg=\"jrun create failed: JSON specification file config.json not found in "
            + directory
            + "\"",
        front.record());
    FakeFront relative =
        FakeFront.calledWith("jrun", "create", "-b", "x/../y", "demo").in("/nonexistent");
    assertEquals(1, relative.run());
    assertTrue(relative.record().contains("bundle /nonexistent/y: no such file or directory"));
    assertFails("jrun create failed: a path must not be empty", "jrun", "create", "-b", "", "demo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "65536", "1.5", ""})
  void aWrongNumberOfPreservedDescriptorsIsRefused(String number) {
    assertFails(
        "jrun create failed: invalid value \"" + number + "\" for flag --preserve-fds",
        "jrun",
        "create",
        "--preserve-fds=" + number,
        "demo");
  }

  @Test
  void behindTheIdOfKillAndPsEverythingIsAnArgument() {
    assertFails(
        "unknown signal \"-9\"", "jrun", "--root", directory.toString(), "kill", "demo", "-9");
    assertFails(
        "unknown signal \"--all\"",
        "jrun",
        "--root",
        directory.toString(),
        "kill",
        "demo",
        "--all");
    assertFails(
        "container does not exist",
        "jrun",
        "--root",
        directory.toString(),
        "kill",
        "--all",
        "demo",
        "9");
    assertFails(
        "container does not exist",
        "jrun",
        "--root",
        directory.toString(),
        "ps",
        "demo",
        "-ef",
        "--bogus");
    assertFails(
        "invalid format option", "jrun", "--root", directory.toString(), "ps", "-f", "xml", "demo");
  }

  @Test
  void behindTwoDashesAnIdMayLookLikeAnOption() {
    assertFails(
        "container does not exist",
        "jrun",
        "--root",
        directory.toString(),
        "state",
        "--",
        "--help");
    assertFails(
        "container does not exist", "jrun", "--root", directory.toString(), "start", "--", "-x");
  }

  @Test
  void killWithoutASignalMeansTerm() {
    assertFails("container does not exist", "jrun", "--root", directory.toString(), "kill", "demo");
    assertFails(
        "unknown signal \"FOO\"", "jrun", "--root", directory.toString(), "kill", "demo", "FOO");
  }

  @Test
  void deleteOfNothingIsFineWithForceAlone() {
    assertFails(
        "container does not exist", "jrun", "--root", directory.toString(), "delete", "demo");
    FakeFront front = run(0, "jrun", "--root", directory.toString(), "delete", "--force", "demo");
    assertEquals("", front.printed() + front.errors());
    run(0, "jrun", "--root", directory.toString(), "delete", "demo", "-f");
    assertFails(
        "container does not exist",
        "jrun",
        "--root",
        directory.toString(),
        "delete",
        "--force=false",
        "demo");
  }

  @Test
  void stateOfNothingPrintsNothing() {
    FakeFront front = run(1, "jrun", "--root", directory.toString(), "state", "demo");
    assertEquals("", front.printed());
    assertEquals("level=error msg=\"container does not exist\"", front.record());
  }

  @Test
  void specIsAProgramOfTheFront() {
    FakeFront front = run(0, "jrun", "spec", "--bundle", directory.toString());
    assertEquals(1, front.programs());
    assertEquals("", front.printed() + front.errors());
    assertEquals(1, run(0, "jrun", "spec", "--rootless").programs());
  }

  @Test
  void checkListsEveryProblemOnALineOfItsOwn() throws IOException {
    Files.writeString(directory.resolve("config.json"), "{\"ociVersion\": \"1.0.0\"}");
    FakeFront front = run(1, "jrun", "check", "-b", directory.toString());
    assertTrue(front.printed().startsWith("config.json:1:1: /root: root must be specified\n"));
    assertTrue(front.printed().lines().count() >= 3);
    assertEquals("", front.errors());
    Files.writeString(
        directory.resolve("config.json"),
        "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"},\"process\":{\"args\":[\"sh\"],\"cwd\":\"/\"},"
            + "\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}}");
    assertEquals(
        "config.json: no problems\n",
        run(0, "jrun", "check", "-b", directory.toString()).printed());
  }

  // Roots

  @Test
  void someRootsAreRefused() {
    assertFails("Option --root argument should not be empty", "jrun", "--root", "", "list");
    assertFails("Option --root argument should not be empty", "jrun", "--root=", "list");
    assertFails("Option --root argument should not be set to /", "jrun", "--root", "/", "list");
    assertFails("Option --root argument should not be set to /", "jrun", "--root", "/a/..", "list");
    assertFails("Option --root argument should not be set to /", "jrun", "--root", "..", "list");
  }

  @Test
  void aNamedRootMustExistForAList() {
    assertFails(
        "open " + directory + "/none: no such file or directory",
        "jrun",
        "--root",
        directory + "/none",
        "list");
    FakeFront front =
        FakeFront.calledWith("jrun", "--root", "none", "list").in(directory.toString());
    assertEquals(1, front.run());
    assertTrue(front.record().contains(directory + "/none"));
  }

  @Test
  void aListOfNothingIsAHeaderOrNull() {
    String root = directory.toString();
    assertEquals(
        "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n",
        run(0, "jrun", "--root", root, "list").printed());
    assertEquals("null", run(0, "jrun", "--root", root, "list", "-f", "json").printed());
    assertEquals("", run(0, "jrun", "--root", root, "list", "-q").printed());
    assertFails("invalid format option", "jrun", "--root", root, "list", "-f", "xml");
  }

  @Test
  void theDefaultRootIsRootsOrTheUsers() {
    assertEquals(
        "/run/jrun", GlobalOptions.parse(FakeFront.calledWith("jrun").open().caller()).root());
    assertEquals(
        "/run/jrun",
        GlobalOptions.parse(
                FakeFront.calledWith("jrun").as(0, "XDG_RUNTIME_DIR=/run/user/0").open().caller())
            .root());
    // Root of a user namespace is somebody else in fact, unless it says that it is root.
    assertEquals("/run/user/7/jrun", defaultRoot(0, "XDG_RUNTIME_DIR=/run/user/7"));
    assertEquals("/run/user/7/jrun", defaultRoot(0, "XDG_RUNTIME_DIR=/run/user/7", "USER=x"));
    assertEquals("/run/jrun", defaultRoot(0, "XDG_RUNTIME_DIR=/run/user/0", "USER=root"));
    assertEquals("/run/jrun", defaultRoot(0, "XDG_RUNTIME_DIR="));
    assertEquals("/run/other/jrun", defaultRoot(7, "XDG_RUNTIME_DIR=/run/other"));
    assertEquals("/run/user/7/jrun", defaultRoot(7, "XDG_RUNTIME_DIR="));
    assertEquals("/run/user/7/jrun", defaultRoot(7));
  }

  private static String defaultRoot(int uid, String... environment) {
    FakeFront front = FakeFront.calledWith("jrun").as(uid, environment).below();
    return GlobalOptions.parse(front.open().caller()).root();
  }

  // What cannot be done yet

  @Test
  void whatThisVersionCannotDoIsToldWhereItMatters() {
    assertFails(
        "jrun run failed: --pidfd-socket: the name of the socket is longer than 107 bytes",
        "jrun",
        "run",
        "--pidfd-socket",
        "/" + "s".repeat(108),
        "demo");
    assertFails(
        "invalid value \"maybe\" for flag --rootless: it is true, false or auto",
        "jrun",
        "--rootless=maybe",
        "list");
  }

  @Test
  void aFrontOfAnotherBuildIsRefused() {
    FakeFront front = FakeFront.calledWith("jrun", "list").version("9.9");
    assertEquals(1, front.run());
    assertEquals(
        "level=error msg=\"the front is version 9.9 and the core "
            + Version.number()
            + ": install both from one"
            + " build\"",
        front.record());
  }

  // Logging

  @Test
  void withALogFileTheRecordIsThereAndTheBareMessageOnStderr() throws IOException {
    Path log = directory.resolve("log");
    FakeFront front =
        run(
            1,
            "jrun",
            "--root",
            directory.toString(),
            "--log",
            log.toString(),
            "--log-format",
            "json",
            "state",
            "demo");
    assertEquals("container does not exist\n", front.errors());
    String records = Files.readString(log);
    assertTrue(
        records.matches(
            "\\{\"level\":\"error\",\"msg\":\"container does not"
                + " exist\",\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\"\\}\n"),
        records);
  }

  @Test
  void recordsAreAppendedAndTextUnlessJsonIsAskedFor() throws IOException {
    Path log = directory.resolve("log");
    for (int i = 0; i < 2; i++) {
      run(1, "jrun", "--root=" + directory, "--log=" + log, "state", "demo");
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(2, lines.size());
    assertTrue(
        lines.get(1).endsWith(" level=error msg=\"container does not exist\""), lines.get(1));
  }

  @Test
  void theLogFileIsRelativeToTheCallersDirectory() {
    FakeFront front =
        FakeFront.calledWith("jrun", "--root", "r", "--log", "log", "state", "demo")
            .in(directory.toString());
    assertEquals(1, front.run());
    assertTrue(Files.exists(directory.resolve("log")));
  }

  @Test
  void onSuccessTheLogFileIsMadeAndEmpty() throws IOException {
    Path log = directory.resolve("log");
    FakeFront front =
        run(0, "jrun", "--root", directory.toString(), "--log", log.toString(), "list", "-q");
    assertEquals("", front.errors());
    assertEquals(0, Files.size(log));
  }

  @Test
  void aLogFileThatCannotBeWrittenIsToldBeforeAnythingIsDone() {
    FakeFront front = run(1, "jrun", "--log", "/nonexistent/log", "spec");
    assertEquals("open /nonexistent/log: cannot be written\n", front.errors());
    assertEquals(0, front.programs());
  }

  @Test
  void anUnknownLogFormatIsRefused() {
    assertFails("invalid log-format: xml", "jrun", "--log-format", "xml", "list");
    assertFails("invalid log-format: xml", "jrun", "--log-format=xml", "list");
    // What stands behind the command is the command's.
    assertFails(
        "container does not exist",
        "jrun",
        "--root",
        directory.toString(),
        "ps",
        "demo",
        "--log-format",
        "xml");
  }

  @Test
  void debugAddsWhereItHappened() {
    FakeFront front = run(1, "jrun", "--debug", "--root", directory.toString(), "state", "demo");
    assertTrue(front.errors().contains("ContainerNotFoundException"));
    assertTrue(front.errors().contains("\tat io.jrun."));
  }

  @Test
  void aMessageOfSeveralLinesIsOneRecord() throws IOException {
    Path odd = Files.createDirectory(directory.resolve("a\nb"));
    Path log = directory.resolve("log");
    FakeFront front =
        run(
            1,
            "jrun",
            "--log",
            log.toString(),
            "--log-format=json",
            "create",
            "-b",
            odd.toString(),
            "demo");
    assertEquals(1, front.errors().lines().count());
    assertEquals(1, Files.readAllLines(log).size());
  }
}
