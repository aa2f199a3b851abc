// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.linux.Value;
import io.jrun.program.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the front does if its core dies while a launch is under way: a program, and marks in the
 * launch's own. The program finds by registers which of them the launch had come to: {@link #mark}.
 */
public abstract class Undo {
  static final int MARKS = 4;
  static final int FIRST_REGISTER = 245;
  static final int HEADER_SIZE = 16;

  /** The program; asked for when the first piece of the launch has been recorded. */
  protected abstract Program program();

  /**
   * Indices of the launch's instructions, of which each is reached where the launch has come to it;
   * asked for with the first piece and with the last.
   */
  protected abstract int[] marks();

  /** 1 where the launch had come to that mark, else 0. */
  protected static Value mark(int number) {
    return Value.register(FIRST_REGISTER + number, "mark " + number);
  }

  byte[] header() {
    return header(0).array();
  }

  byte[] whole() {
    byte[] bytes = ProgramWriter.write(program(), false);
    return header(bytes.length).put(HEADER_SIZE, bytes).array();
  }

  private ByteBuffer header(int more) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_SIZE + more).order(ByteOrder.LITTLE_ENDIAN);
    int[] marks = marks();
    for (int n = 0; n < MARKS; n++) {
      out.putInt(marks[n]);
    }
    return out;
  }
}
