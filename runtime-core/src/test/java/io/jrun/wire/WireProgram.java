// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Syscall;
import io.jrun.program.Instruction;
import io.jrun.program.Op;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A PROGRAM payload, decoded and proved sound by the rules of docs/plan.md, as the C program does
 * it: every op, kind, register, jump and data reference is in bounds, or an assertion fails.
 */
public record WireProgram(
    int flags, int first, List<WireInstruction> instructions, byte[] data, int room) {
  private static final int MORE = 2;
  private static final int HEADER_SIZE = 32;
  private static final int INSTRUCTION_SIZE = 12;
  private static final int ROOM = 1 << 30;
  private static final int ROOM_MAX = 65536;
  private static final int REGISTERS = 250;
  private static final int NO_REGISTER = 255;
  private static final int CALL_TAG = 65534;
  private static final int ERRNO_MAX = 4095;

  /**
   * Which kinds each op's arguments may have: i immediate, v immediate or register, d data, b any;
   * in upper case it may be absent; '.' must be absent.
   */
  private static final String[] SIGNATURES = {
    "BBBBBB", "vii...", "ii....", "vivi..", "i.....", "ii....", "vdiVI.", "vb....", "vd....",
    "ibV...", "diiI..", "di....", "ViV...", "ViII..", "dddDIi", "vvVVV.", "v.....", "vdI...",
    "v.....", "Vvd...", "V.....", "vv....", "vdiiii", "vd....", "vi....", "vi....", "ii...."
  };

  /** One instruction; {@code errors} and {@code targets} are what it expects. */
  public record WireInstruction(
      int index,
      Op op,
      int dst,
      int step,
      int nr,
      int[] kinds,
      long[] args,
      int[] errors,
      int[] targets) {
    public boolean is(Syscall call) {
      return op == Op.SYSCALL && nr == call.number();
    }
  }

  public static WireProgram decode(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    assertTrue(payload.length >= HEADER_SIZE, "shorter than a header");
    assertEquals(0x474f5250, in.getInt(), "magic");
    assertEquals(5, in.getInt(), "version");
    int count = in.getInt();
    int words = in.getInt();
    int length = in.getInt();
    int room = in.getInt();
    assertTrue(room >= 0 && room <= ROOM_MAX, "room of " + room);
    int flags = in.getInt();
    assertTrue((flags & ~7) == 0, "unknown flags");
    int first = in.getInt();
    long code = (long) count * INSTRUCTION_SIZE + (long) words * 4;
    assertEquals(HEADER_SIZE + code + length, payload.length, "size");
    assertEquals(0, code % 8, "where data begins");
    byte[] data = Arrays.copyOfRange(payload, payload.length - length, payload.length);
    assertTrue(length == 0 || data[length - 1] == 0, "data does not end in a NUL byte");
    ByteBuffer operands =
        in.slice(HEADER_SIZE + count * INSTRUCTION_SIZE, words * 4).order(ByteOrder.LITTLE_ENDIAN);
    List<WireInstruction> instructions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      instructions.add(instruction(in, operands, i));
    }
    assertTrue(operands.remaining() <= 4, "operands of no instruction");
    WireProgram program = new WireProgram(flags, first, instructions, data, room);
    int step = 0;
    for (WireInstruction each : instructions) {
      program.prove(each);
      assertTrue(each.step == step || each.step == step + 1 || each.step > step, "steps go back");
      step = each.step;
    }
    return program;
  }

  private static WireInstruction instruction(ByteBuffer in, ByteBuffer operands, int index) {
    int op = Byte.toUnsignedInt(in.get());
    assertTrue(op < Op.values().length, "unknown op " + op);
    int dst = Byte.toUnsignedInt(in.get());
    int step = Short.toUnsignedInt(in.getShort());
    int shape = in.getInt();
    assertEquals(operands.position() / 4, in.getInt(), "operands of instruction " + index);
    int[] kinds = new int[6];
    long[] args = new long[6];
    for (int n = 0; n < 6; n++) {
      int kind = shape >>> (11 + 3 * n) & 7;
      assertTrue(kind <= 4, "kind " + kind + " of instruction " + index);
      kinds[n] = kind == 4 ? 1 : kind;
      args[n] =
          switch (kind) {
            case 0 -> 0;
            case 1 -> operands.getInt();
            case 2 -> Integer.toUnsignedLong(operands.getInt());
            default -> operands.getLong();
          };
    }
    int[] errors = new int[Instruction.MOST_EXPECTED];
    int[] targets = new int[Instruction.MOST_EXPECTED];
    for (int n = 0; n < shape >>> 29; n++) {
      errors[n] = Short.toUnsignedInt(operands.getShort());
      int ahead = Short.toUnsignedInt(operands.getShort());
      targets[n] = ahead == 0 ? 0 : index + ahead;
    }
    return new WireInstruction(
        index, Op.values()[op], dst, step, shape & 0x7ff, kinds, args, errors, targets);
  }

  private void prove(WireInstruction i) {
    String where = "instruction " + i.index + ", " + i.op;
    assertTrue(i.dst < REGISTERS || i.dst == NO_REGISTER, where + ": result register " + i.dst);
    assertTrue(i.op == Op.SYSCALL || i.nr == 0, where + ": has a system call's number");
    for (int n = 0; n < 6; n++) {
      char letter = SIGNATURES[i.op.ordinal()].charAt(n);
      assertTrue(fits(i.kinds[n], letter), where + ": kind " + i.kinds[n] + " of argument " + n);
      if (i.kinds[n] == 0) {
        assertEquals(0, i.args[n], where + ": value of absent argument " + n);
      } else if (i.kinds[n] == 2) {
        assertTrue(i.args[n] >= 0 && i.args[n] < REGISTERS, where + ": register " + i.args[n]);
      } else if (i.kinds[n] == 3) {
        assertInData(where, offset(i.args[n]), 1);
        assertInData(where, offset(i.args[n]), size(i.args[n]));
      }
    }
    for (int n = 0; n < Instruction.MOST_EXPECTED; n++) {
      assertTrue(i.errors[n] <= ERRNO_MAX, where + ": errno " + i.errors[n]);
      assertTrue(i.targets[n] == 0 || i.errors[n] != 0, where + ": a target without an errno");
      assertTrue(i.targets[n] == 0 || isForward(i, i.targets[n]), where + ": to " + i.targets[n]);
    }
    proveOperands(where, i);
  }

  private static boolean fits(int kind, char letter) {
    if (kind == 0) {
      return letter == '.' || Character.isUpperCase(letter);
    }
    return switch (Character.toLowerCase(letter)) {
      case 'i' -> kind == 1;
      case 'v' -> kind == 1 || kind == 2;
      case 'd' -> kind == 3;
      case 'b' -> kind <= 3;
      default -> false;
    };
  }

  private boolean isForward(WireInstruction i, long to) {
    return to > i.index && to <= instructions.size();
  }

  private void assertInData(String where, long offset, long size) {
    long from = isInRoom(offset) ? offset - ROOM : offset;
    int length = isInRoom(offset) ? room : data.length;
    assertTrue(
        from >= 0 && size >= 0 && from + size <= length,
        where + ": " + size + " bytes at " + offset + " of " + length);
  }

  private static boolean isInRoom(long offset) {
    return offset >= ROOM && offset < 2L * ROOM;
  }

  private void proveOperands(String where, WireInstruction i) {
    long[] a = i.args;
    switch (i.op) {
      case STORE -> {
        assertTrue(List.of(4L, 6L, 8L, 10L, 11L, 20L).contains(a[2]), where + ": width");
        assertInData(where, a[1], a[2]);
      }
      case LOAD -> {
        assertTrue(List.of(1L, 2L, 4L, 8L).contains(a[1]), where + ": width");
        assertInData(where, a[0], a[1]);
      }
      case TEST -> assertTrue(a[3] > 0 && a[3] <= ERRNO_MAX, where + ": errno");
      case JUMP -> assertTrue(isForward(i, a[0]), where + ": to " + a[0]);
      case RELOC -> proveRelocation(where, a[0], a[1]);
      case RESOLVE -> assertTrue(a[2] >= 0 && a[2] <= 3 && (a[2] != 3 || i.kinds[3] != 0), where);
      case REPORT -> assertTrue(a[0] >= 0 && a[0] < CALL_TAG, where + ": tag");
      case SPAWN -> {
        assertTrue(a[1] >= 0 && a[1] < REGISTERS && a[2] >= 0 && a[2] < REGISTERS, where);
        assertTrue(a[3] >= 0 && a[3] <= 0xffff, where + ": preserved descriptors");
        assertTrue(size(a[0]) >= 64 && size(a[0]) <= 128, where + ": clone_args");
      }
      case CLEAR -> assertTrue(a[1] == 0 || a[1] == 1, where + ": kind");
      case ENDS -> assertTrue(a[0] >= 0 && a[0] <= 2, where + ": when");
      case FEED -> child(i);
      case FORK -> assertTrue(size(a[0]) >= 64 && size(a[0]) <= 128, where + ": clone_args");
      case RELAY -> assertEquals(i.kinds[2] == 0, i.kinds[3] == 0, where + ": one terminal alone");
      case HOOK -> assertTrue(a[5] >= 0 && a[5] < CALL_TAG - 1, where + ": tag");
      case EXIT -> {
        assertTrue(a[1] >= 0 && a[1] <= 1, where + ": kind");
        assertEquals(instructions.size() - 1, i.index, where + ": nothing comes after it");
      }
      default -> {}
    }
  }

  private void proveRelocation(String where, long at, long count) {
    assertInData(where, at, count * 8);
    for (long n = 0; n < count; n++) {
      long target =
          ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getLong((int) (at + 8 * n));
      if (target != -1) {
        assertInData(where, target, 1);
      }
    }
  }

  private static long offset(long arg) {
    return arg & 0xffffffffL;
  }

  private static long size(long arg) {
    return arg >>> 32;
  }

  /** The program inside a FEED. */
  public WireProgram child(WireInstruction feed) {
    int from = (int) offset(feed.args[1]);
    return decode(Arrays.copyOfRange(data, from, from + (int) size(feed.args[1])));
  }

  /** The program inside this one. */
  public WireProgram child() {
    return child(
        instructions.stream().filter(each -> each.op == Op.FEED).findFirst().orElseThrow());
  }

  /** Whether another piece follows. */
  public boolean hasMore() {
    return (flags & MORE) != 0;
  }

  /**
   * This and the next piece as one, to look texts up in; what is patched in memory is not moved.
   */
  public WireProgram and(WireProgram next) {
    assertEquals(first + instructions.size(), next.first, "number of the first instruction");
    byte[] both = Arrays.copyOf(data, data.length + next.data.length);
    System.arraycopy(next.data, 0, both, data.length, next.data.length);
    List<WireInstruction> all = new ArrayList<>(instructions);
    for (WireInstruction each : next.instructions) {
      long[] args = each.args.clone();
      for (int n = 0; n < 6; n++) {
        if (each.kinds[n] == 3 && !isInRoom(offset(args[n]))) {
          args[n] += data.length;
        }
      }
      all.add(
          new WireInstruction(
              all.size(),
              each.op,
              each.dst,
              each.step,
              each.nr,
              each.kinds,
              args,
              each.errors,
              each.targets));
    }
    return new WireProgram(next.flags, first, all, both, Math.max(room, next.room));
  }

  /** What a data argument holds, up to its first NUL. */
  public String text(WireInstruction instruction, int argument) {
    if (instruction.kinds[argument] != 3 || isInRoom(offset(instruction.args[argument]))) {
      return "";
    }
    int from = (int) offset(instruction.args[argument]);
    String all =
        new String(data, from, (int) size(instruction.args[argument]), StandardCharsets.ISO_8859_1);
    int end = all.indexOf('\0');
    return end < 0 ? all : all.substring(0, end);
  }

  /** The first of these calls with this text as an argument, or null. */
  public WireInstruction find(Syscall call, String text) {
    for (WireInstruction each : instructions) {
      for (int n = 0; n < 6; n++) {
        if (each.is(call) && text(each, n).equals(text)) {
          return each;
        }
      }
    }
    return null;
  }

  /** The first of these calls, or null. */
  public WireInstruction find(Syscall call) {
    return instructions.stream().filter(each -> each.is(call)).findFirst().orElse(null);
  }

  /** Whether the program has such an instruction at all. */
  public boolean has(Op op) {
    return instructions.stream().anyMatch(each -> each.op() == op);
  }

  /** The index of the first of them. */
  public int first(Op op) {
    return indices(op).findFirst().orElseThrow();
  }

  /** The index of the last of them. */
  public int last(Op op) {
    return indices(op).reduce((before, after) -> after).orElseThrow();
  }

  private Stream<Integer> indices(Op op) {
    return instructions.stream().filter(each -> each.op() == op).map(WireInstruction::index);
  }

  /** Whether the text is anywhere in what instructions refer to. */
  public boolean contains(String text) {
    return new String(data, StandardCharsets.ISO_8859_1).contains(text);
  }

  /** Whether any instruction has this text among its arguments. */
  public boolean mentions(String text) {
    for (WireInstruction each : instructions) {
      for (int n = 0; n < 6; n++) {
        if (text(each, n).equals(text)) {
          return true;
        }
      }
    }
    return false;
  }
}
