// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where records of a command go, and what they look like. */
class LoggingTest extends CommandLines {
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
