// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Tests of whole command lines, as a front hands them over. */
abstract class CommandLines {
  @TempDir Path directory;

  /** Runs one that exits with {@code code}. */
  static FakeFront run(int code, String... arguments) {
    FakeFront front = FakeFront.calledWith(arguments);
    assertEquals(code, front.run(), front.errors());
    return front;
  }

  /** The record of a command that fails before the front has done anything. */
  static String failure(String... arguments) {
    FakeFront front = run(1, arguments);
    assertEquals(0, front.programs());
    return front.record();
  }

  /** The message of a failure, which a text record quotes where it has more than a plain word. */
  static void assertFails(String message, String... arguments) {
    assertEquals("level=error msg=\"" + message.replace("\"", "\\\"") + "\"", failure(arguments));
  }
}
