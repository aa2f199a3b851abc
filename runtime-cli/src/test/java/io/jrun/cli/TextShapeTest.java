// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables as runc's tabwriter lays them out, and messages on one line. */
class TextShapeTest {
  /** What runc 1.1.5 prints for an empty root. */
  @Test
  void columnsAreAtLeastTwelveWide() {
    assertEquals(
        "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n",
        TextTable.format(List.of(List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"))));
  }

  @Test
  void longerCellsPushTheirColumnWithThreeBlanksBetween() {
    assertEquals(
        """
        ID          PID         STATUS      BUNDLE           CREATED                          OWNER
        t1          31513       created     /var/lib/t1/b1   2026-11-21T21:08:05.690767349Z   root
        a-long-id   0           stopped     /b               2026-11-21T21:08:05.690767349Z   \n""",
        TextTable.format(
            List.of(
                List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"),
                List.of(
                    "t1",
                    "31513",
                    "created",
                    "/var/lib/t1/b1",
                    "2026-11-21T21:08:05.690767349Z",
                    "root"),
                List.of("a-long-id", "0", "stopped", "/b", "2026-11-21T21:08:05.690767349Z", ""))));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "é 你好, é 你好",
    "'one\ntwo', one; two",
    "'one\n', one",
    "'a\tb', a\\x09b",
    "'\u001b[31mred', \\x1b[31mred",
    "'\u007f\u009b', \\x7f\\x9b",
    "'a\rb', a\\x0db"
  })
  void aMessageIsOneLineFitForATerminal(String text, String line) {
    assertEquals(line, OneLine.of(text));
  }
}
