// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.linux.Value;
import io.jrun.program.Mark;
import io.jrun.program.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What the front does if its core dies while a launch is under way: a program, and marks in the
 * launch's own. The program finds by registers which of them the launch had passed.
 */
public final class Undo {
  /** Whose indices the front is told, in this order. */
  private static final List<Mark> TOLD =
      List.of(Mark.CLAIMED, Mark.CGROUP, Mark.RECORDED, Mark.PID_FILE);

  static final int MARKS = 4;
  static final int FIRST_REGISTER = 245;
  static final int HEADER_SIZE = 16;

  private Undo() {}

  /** In a program that undoes: 1 where the launch had passed that mark, else 0. */
  public static Value passed(Mark mark) {
    int number = TOLD.indexOf(mark);
    return Value.register(FIRST_REGISTER + number, "mark " + number);
  }

  /** The marks of a program, as far as it has been recorded. */
  static byte[] header(Program launch) {
    return header(launch, 0).array();
  }

  /** The same with the program that undoes it. */
  static byte[] whole(Program launch) {
    byte[] bytes = ProgramWriter.write(launch.undo().orElseThrow(), false);
    return header(launch, bytes.length).put(HEADER_SIZE, bytes).array();
  }

  private static ByteBuffer header(Program launch, int more) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_SIZE + more).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = 0; n < MARKS; n++) {
      Integer at = launch.marks().get(TOLD.get(n));
      out.putInt(at == null ? Integer.MAX_VALUE : at);
    }
    return out;
  }
}
