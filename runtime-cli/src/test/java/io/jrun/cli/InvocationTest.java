// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole command lines: which core serves them, what is printed where, and the exit code. */
class InvocationTest extends CommandLines {
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

  static List<String> verbs() {
    return Verbs.NAMES;
  }

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

  @Test
  void whatCannotBeIsToldBeforeAnythingIsDone() {
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
}
