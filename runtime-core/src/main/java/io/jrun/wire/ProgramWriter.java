// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import io.jrun.linux.Arg;
import io.jrun.linux.Block;
import io.jrun.program.Instruction;
import io.jrun.program.OnError;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.ProgramTooLongException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a {@link Program} into the bytes of a PROGRAM frame: header, instructions of 12 bytes,
 * their operands, data. The layout is docs/plan.md's and native-shim's wire.h. Every launch goes
 * through here on its way: bytes are put by hand, and what is zero is not put at all.
 */
public final class ProgramWriter {
  static final int MAGIC = 0x474f5250;
  static final int VERSION = 5;
  static final int INSTRUCTION_SIZE = 12;
  static final int ROOM = 1 << 30;
  static final int ROOM_MAX = 65536;
  static final int KINDS_SHIFT = 11;
  static final int ERRORS_SHIFT = 29;
  private static final int HEADER_SIZE = 32;
  private static final int FLAG_TRACE = 1;
  private static final int FLAG_CALLS = 4;
  private static final int FLAG_MORE = 2;
  private static final int NO_REGISTER = 255;
  private static final int IMMEDIATE = 1;
  private static final int REGISTER = 2;
  private static final int DATA = 3;
  private static final int WIDE = 4;

  /** How far ahead an expected error may go on: it has 16 bits for that. */
  private static final int FARTHEST = 0xffff;

  /** What the operands of an instruction may need: six of two words, and five errors. */
  private static final int MOST_OPERANDS = 64;

  /** What a program inside this one is followed by is small. */
  private static final int SPARE = 1024;

  /** What front and init tell of a program while it runs. */
  public enum Telling {
    NOTHING(0),
    STEPS(FLAG_TRACE),
    CALLS(FLAG_TRACE | FLAG_CALLS);

    private final int flags;

    Telling(int flags) {
      this.flags = flags;
    }
  }

  private final Program program;
  private final List<Instruction> instructions;
  private final int first;
  private final int flags;
  private final Map<Block, Integer> blocks = new IdentityHashMap<>();
  private final Map<String, Integer> texts = new HashMap<>();
  private final List<Block> withPointers = new ArrayList<>();

  /** Header and instructions. */
  private final byte[] code;

  private byte[] operands;
  private int operandsEnd;
  private byte[] data = new byte[2048];
  private int dataEnd;
  private int room;
  private int nextChild;

  private ProgramWriter(Program program, int first, int end, int flags) {
    this.program = program;
    this.instructions = program.instructions().subList(first, end);
    this.first = first;
    this.flags = flags;
    this.code = new byte[HEADER_SIZE + (end - first) * INSTRUCTION_SIZE];
    this.operands = new byte[(end - first) * 20 + MOST_OPERANDS];
    for (Instruction before : program.instructions().subList(0, first)) {
      nextChild += before.op() == Op.FEED ? 1 : 0;
    }
  }

  /** The payload of a PROGRAM frame. */
  public static byte[] write(Program program, boolean trace) {
    return write(program, trace ? Telling.STEPS : Telling.NOTHING);
  }

  /** The same of a program that tells how it goes. */
  static byte[] write(Program program, Telling telling) {
    return new ProgramWriter(program, 0, program.instructions().size(), telling.flags).payload(0);
  }

  /**
   * The payload of a PROGRAM frame that is a piece of the program.
   *
   * @param first index of its first instruction
   * @param end index behind its last
   * @param more whether another piece follows
   * @param telling what it tells of how it goes
   * @param before how many bytes to leave free before the payload: a frame's header
   */
  public static byte[] write(
      Program program, int first, int end, boolean more, Telling telling, int before) {
    int flags = (more ? FLAG_MORE : 0) | telling.flags;
    return new ProgramWriter(program, first, end, flags).payload(before);
  }

  private byte[] payload(int before) {
    encode();
    byte[] out = new byte[before + size()];
    copyTo(out, before);
    return out;
  }

  private int size() {
    return code.length + operandsEnd + dataEnd;
  }

  private void copyTo(byte[] out, int start) {
    System.arraycopy(code, 0, out, start, code.length);
    System.arraycopy(operands, 0, out, start + code.length, operandsEnd);
    System.arraycopy(data, 0, out, start + code.length + operandsEnd, dataEnd);
  }

  private void encode() {
    int count = instructions.size();
    int at = HEADER_SIZE;
    for (Instruction instruction : instructions) {
      write(at, instruction);
      at += INSTRUCTION_SIZE;
    }
    for (Block block : withPointers) {
      for (Block.Pointer pointer : block.pointers()) {
        int target = place(block) + pointer.offset();
        if (pointer.target() == null) {
          Arrays.fill(data, target, target + 8, (byte) -1);
        } else {
          put(data, target, place(pointer.target()));
        }
      }
    }
    reserve(1); // what is read beyond the last text ends here
    if ((code.length + operandsEnd) % 8 != 0) {
      operandsEnd += 4; // data begins at a multiple of eight
    }
    put(code, 0, MAGIC);
    put(code, 4, VERSION);
    put(code, 8, count);
    put(code, 12, operandsEnd / 4);
    put(code, 16, dataEnd);
    put(code, 20, room);
    put(code, 24, flags);
    put(code, 28, first);
  }

  private void write(int at, Instruction instruction) {
    if (operands.length - operandsEnd < MOST_OPERANDS) {
      operands = Arrays.copyOf(operands, operands.length * 2);
    }
    code[at] = (byte) instruction.op().ordinal();
    code[at + 1] =
        (byte) (instruction.result() == null ? NO_REGISTER : instruction.result().number());
    put(code, at + 2, instruction.step());
    put(code, at + 8, operandsEnd / 4);
    List<OnError> expected = instruction.onErrors();
    if (instruction.op() == Op.JUMP) {
      put(code, at + 4, IMMEDIATE << KINDS_SHIFT);
      operand(expected.get(0).to().index() - first);
      return;
    }
    int shape = instruction.number() | expected.size() << ERRORS_SHIFT;
    List<Arg> args = instruction.args();
    int shift = KINDS_SHIFT;
    for (int i = 0; i < args.size(); i++, shift += 3) {
      shape |= write(args.get(i)) << shift;
    }
    put(code, at + 4, Integer.toUnsignedLong(shape));
    for (int i = 0; i < expected.size(); i++) {
      OnError on = expected.get(i);
      int ahead =
          on.to() == null ? 0 : on.to().index() - first - (at - HEADER_SIZE) / INSTRUCTION_SIZE;
      if (ahead > FARTHEST) {
        throw new ProgramTooLongException("jumps over more than " + FARTHEST + " instructions");
      }
      operand(on.errno().number() | ahead << 16);
    }
  }

  /** Puts an argument's words; gives its kind. */
  private int write(Arg arg) {
    if (arg instanceof Arg.Imm imm) {
      return immediate(imm.value());
    } else if (arg instanceof Arg.Ref ref) {
      if (!ref.handle().isRegister()) {
        return immediate(ref.handle().number());
      }
      operand((int) ref.handle().number());
      return REGISTER;
    } else if (arg instanceof Arg.Text text) {
      return data(place(text.text()));
    } else if (arg instanceof Arg.OffsetOf offset) {
      return immediate(place(offset.block()) + offset.at());
    } else if (arg instanceof Arg.Mem mem) {
      return data(
          mem.block() == null ? child() : place(mem.block()) | ((long) mem.block().size() << 32));
    }
    return 0;
  }

  private int immediate(long value) {
    operand((int) value);
    if (value == (int) value) {
      return IMMEDIATE;
    }
    operand((int) (value >>> 32));
    return WIDE;
  }

  private int data(long reference) {
    operand((int) reference);
    operand((int) (reference >>> 32));
    return DATA;
  }

  private void operand(int word) {
    put(operands, operandsEnd, Integer.toUnsignedLong(word));
    operandsEnd += 4;
  }

  /** Little-endian, into bytes that are zero still. */
  private static void put(byte[] to, int at, long value) {
    int i = at;
    for (long rest = value; rest != 0; rest >>>= 8) {
      to[i++] = (byte) rest;
    }
  }

  /** Places the next program inside this one. */
  private long child() {
    Program next = program.children().get(nextChild++);
    ProgramWriter child =
        new ProgramWriter(next, 0, next.instructions().size(), flags & ~FLAG_MORE);
    child.encode();
    int offset = reserve(child.size());
    child.copyTo(data, offset);
    return offset | ((long) child.size() << 32);
  }

  /** A text and its NUL, once however often it is used; its offset and its length. */
  private long place(String text) {
    Integer known = texts.get(text);
    if (known == null) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      known = append(utf8, utf8.length + 1);
      texts.put(text, known);
      return known | ((utf8.length + 1L) << 32);
    }
    return known | ((lengthInUtf8(text) + 1L) << 32);
  }

  private static long lengthInUtf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return text.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return text.length();
  }

  private int place(Block block) {
    Integer known = blocks.get(block);
    if (known != null) {
      return known;
    }
    int offset = block.isRoom() && block.size() <= ROOM_MAX - room ? room(block) : append(block);
    blocks.put(block, offset);
    if (!block.pointers().isEmpty()) {
      withPointers.add(block);
      for (Block.Pointer pointer : block.pointers()) {
        if (pointer.target() != null) {
          place(pointer.target());
        }
      }
    }
    return offset;
  }

  private int room(Block block) {
    int offset = room;
    room = (room + block.size() + 7) & ~7;
    return ROOM | offset;
  }

  private int append(Block block) {
    return append(block.content(), block.size());
  }

  /** Adds bytes at the next multiple of eight, zeros after them if it is to be longer. */
  private int append(byte[] bytes, int length) {
    int offset = reserve(length);
    System.arraycopy(bytes, 0, data, offset, Math.min(bytes.length, length));
    return offset;
  }

  /** Room for so many bytes, all zero, at the next multiple of eight. */
  private int reserve(int length) {
    int offset = (dataEnd + 7) & ~7;
    int wanted = Math.addExact(offset, length);
    if (wanted > data.length) {
      data = Arrays.copyOf(data, Math.addExact(wanted, length > data.length ? SPARE : wanted / 2));
    }
    dataEnd = wanted;
    return offset;
  }
}
