// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompOperator;
import io.jrun.container.SeccompRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides, before libseccomp's filter does, about calls whose rules libseccomp is not to be trusted
 * with. It merges the conditions of several rules for one call into a tree, and where they overlap
 * (up to 2.5.4 at least) the tree permits, or denies, what no rule does: "at least 2^32" and "at
 * most 0" let 1 through. And it takes a masked comparison that can never hold for another that can.
 * Here each alternative is tried for itself, one after the other.
 */
final class ConditionalCalls {
  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
  private static final int JUMP_ALWAYS = 0x05; // BPF_JMP | BPF_JA
  private static final int EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
  private static final int AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K

  // Offsets in struct seccomp_data of linux/seccomp.h; both architectures are little-endian.
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int ARGUMENTS = 16;

  /** __AUDIT_ARCH_64BIT of linux/audit.h; x32 lacks it in libseccomp's numbering. */
  private static final int IS_64_BIT = 0x80000000;

  // Where a comparison goes on, until the distances are known.
  private static final int ON = 0;
  private static final int HOLDS = -1;
  private static final int FAILS = -2;

  /** An instruction whose jumps may still be {@link #HOLDS} or {@link #FAILS}. */
  private record Line(int code, int ifTrue, int ifFalse, int k) {}

  private final List<Line> lines = new ArrayList<>();

  private ConditionalCalls() {}

  /** Whether the rules for a call are decided here; all of them have conditions. */
  static boolean isNeeded(List<SeccompRule> rules) {
    int alternatives = 0;
    boolean plain = true;
    for (SeccompRule rule : rules) {
      for (List<SeccompRule.Condition> all : rule.alternatives()) {
        alternatives++;
        plain &= all.size() == 1 && all.get(0).operator() == SeccompOperator.EQ;
        for (SeccompRule.Condition each : all) {
          if (each.operator() == SeccompOperator.MASKED_EQ
              && (each.valueTwo() & ~each.value()) != 0) {
            return true;
          }
        }
      }
    }
    return alternatives > 1 && !plain;
  }

  /**
   * The instructions for one call on one architecture; any other call goes on behind them.
   *
   * @param architecture in libseccomp's numbering
   * @param number as the kernel has it, of x32 with its bit
   * @param rules of which the first that applies counts
   * @param otherwise what is returned where none applies
   */
  static byte[] decided(int architecture, int number, List<SeccompRule> rules, int otherwise) {
    ConditionalCalls body = new ConditionalCalls();
    for (SeccompRule rule : rules) {
      for (List<SeccompRule.Condition> all : rule.alternatives()) {
        body.alternative(all, (architecture & IS_64_BIT) != 0, rule.value());
      }
    }
    body.add(RETURN, 0, 0, otherwise);
    ConditionalCalls whole = new ConditionalCalls();
    int arch = architecture == FutureCalls.X32 ? FutureCalls.X86_64 : architecture;
    whole.add(LOAD, 0, 0, ARCHITECTURE);
    whole.add(EQUAL, 1, 0, arch);
    whole.add(JUMP_ALWAYS, 0, 0, body.lines.size() + 3);
    whole.add(LOAD, 0, 0, NUMBER);
    whole.add(EQUAL, 1, 0, number);
    whole.add(JUMP_ALWAYS, 0, 0, body.lines.size());
    whole.lines.addAll(body.lines);
    return whole.bytes();
  }

  private byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(lines.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (Line each : lines) {
      out.putShort((short) each.code()).put((byte) each.ifTrue()).put((byte) each.ifFalse());
      out.putInt(each.k());
    }
    return out.array();
  }

  private void add(int code, int ifTrue, int ifFalse, int k) {
    lines.add(new Line(code, ifTrue, ifFalse, k));
  }

  private void alternative(List<SeccompRule.Condition> all, boolean wide, int value) {
    ConditionalCalls own = new ConditionalCalls();
    for (SeccompRule.Condition each : all) {
      int first = own.lines.size();
      own.condition(each, wide);
      own.settle(first, HOLDS, own.lines.size());
    }
    own.add(RETURN, 0, 0, value);
    own.settle(0, FAILS, own.lines.size());
    lines.addAll(own.lines);
  }

  /** Puts distances where a place was named. Six conditions are 36 instructions: 8 bits will do. */
  private void settle(int first, int place, int target) {
    for (int i = first; i < lines.size(); i++) {
      Line line = lines.get(i);
      int distance = target - i - 1;
      lines.set(
          i,
          new Line(
              line.code(),
              line.ifTrue() == place ? distance : line.ifTrue(),
              line.ifFalse() == place ? distance : line.ifFalse(),
              line.k()));
    }
  }

  /** The upper half first; an architecture of 32 bits has none. */
  private void condition(SeccompRule.Condition c, boolean wide) {
    int low = ARGUMENTS + 8 * c.index();
    int upper = (int) (c.value() >>> 32);
    int lower = (int) c.value();
    if (c.operator() == SeccompOperator.MASKED_EQ) {
      if (wide) {
        masked(low + 4, upper, (int) (c.valueTwo() >>> 32));
      }
      masked(low, lower, (int) c.valueTwo());
      return;
    }
    if (wide) {
      add(LOAD, 0, 0, low + 4);
      upperHalf(c.operator(), upper);
    }
    add(LOAD, 0, 0, low);
    switch (c.operator()) {
      case EQ -> add(EQUAL, ON, FAILS, lower);
      case NE -> add(EQUAL, FAILS, ON, lower);
      case GT -> add(GREATER, ON, FAILS, lower);
      case LE -> add(GREATER, FAILS, ON, lower);
      case GE -> add(AT_LEAST, ON, FAILS, lower);
      default -> add(AT_LEAST, FAILS, ON, lower);
    }
  }

  private void masked(int offset, int mask, int wanted) {
    add(LOAD, 0, 0, offset);
    add(AND, 0, 0, mask);
    add(EQUAL, ON, FAILS, wanted);
  }

  /** Only equal upper halves leave it to the lower ones. */
  private void upperHalf(SeccompOperator operator, int upper) {
    switch (operator) {
      case EQ -> add(EQUAL, ON, FAILS, upper);
      case NE -> add(EQUAL, ON, HOLDS, upper);
      case GT, GE -> {
        add(GREATER, HOLDS, ON, upper);
        add(EQUAL, ON, FAILS, upper);
      }
      default -> {
        add(GREATER, FAILS, ON, upper);
        add(EQUAL, ON, HOLDS, upper);
      }
    }
  }
}
