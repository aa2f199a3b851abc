// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments and options, wherever they stand. */
class ArgumentsTest extends CommandLines {
  private static final String USAGE = "Incorrect Usage.\n\nNAME:\n   jrun";

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
  void behindTheIdOfKillOptionsAreOptionsAndNumbersAreSignals() {
    String root = directory.toString();
    assertFails("unknown signal \"-9\"", "jrun", "--root", root, "kill", "demo", "-9");
    assertFails("unknown signal \"-9\"", "jrun", "--root", root, "kill", "demo", "-9", "--all");
    assertFails("container does not exist", "jrun", "--root", root, "kill", "demo", "--all");
    assertFails("container does not exist", "jrun", "--root", root, "kill", "demo", "KILL", "-a");
    assertFails("container does not exist", "jrun", "--root", root, "kill", "demo", "-a", "9");
    assertFails("container does not exist", "jrun", "--root", root, "kill", "--all", "demo", "9");
  }

  @Test
  void behindTheIdOfPsEverythingIsAnArgument() {
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
}
