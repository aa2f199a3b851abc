// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.program.Instruction;
import io.jrun.program.Mark;
import io.jrun.program.Program;
import io.jrun.program.ReportTag;
import io.jrun.program.Step;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * How a program ended.
 *
 * @param origin who stopped, if one did
 * @param errno 0 if it ran to its end
 * @param program the program that stopped: the front's or init's
 * @param instruction index in it
 * @param reports what it had to say, in order
 */
public record Outcome(
    Origin origin, int errno, Program program, int instruction, List<Report> reports) {
  /** Whose program. */
  public enum Origin {
    FRONT,
    INIT
  }

  /** A REPORT frame. */
  public record Report(int tag, byte[] bytes) {
    public long number() {
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
  }

  /** The same of a program that waited for an init which an earlier one has cloned. */
  public Outcome withInit(Program init) {
    return origin == Origin.INIT && program == null
        ? new Outcome(origin, errno, init, instruction, reports)
        : this;
  }

  public boolean succeeded() {
    return errno == 0;
  }

  /**
   * Whether a place was passed: in the program that stopped. Where init stopped and its own program
   * does not tell, all is passed that comes before there is an init.
   */
  public boolean passed(Mark mark) {
    Integer at = program == null ? null : program.marks().get(mark);
    if (at == null) {
      return origin == Origin.INIT && mark.compareTo(Mark.SPAWNED) <= 0;
    }
    return succeeded() || instruction >= at;
  }

  /** The number last reported under a tag. */
  public Optional<Long> number(int tag) {
    for (int i = reports.size() - 1; i >= 0; i--) {
      Report report = reports.get(i);
      if (report.tag() == tag && report.bytes().length == 8) {
        return Optional.of(report.number());
      }
    }
    return Optional.empty();
  }

  /** All that was reported under a tag, put together. */
  public byte[] bytes(int tag) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Report each : reports) {
      if (each.tag() == tag) {
        out.writeBytes(each.bytes());
      }
    }
    return out.toByteArray();
  }

  /**
   * The errno that a netlink request was last answered with; 0 if none was made, or it succeeded.
   */
  public int answered() {
    return number(ReportTag.NETLINK).map(value -> -value.intValue()).orElse(0);
  }

  /** The step that failed, or null if it was no step's instruction. */
  public Step step() {
    return failed() == null ? null : program.steps().get(failed().step());
  }

  /** The instruction that failed, or null. */
  public Instruction failed() {
    boolean known =
        program != null && instruction >= 0 && instruction < program.instructions().size();
    return errno == 0 || !known ? null : program.instructions().get(instruction);
  }

  /** Whether the step's own words say it: those of a step of engines' contract. */
  public boolean hasOwnWords() {
    return failed() != null && failed().failure(errno) != null;
  }
}
