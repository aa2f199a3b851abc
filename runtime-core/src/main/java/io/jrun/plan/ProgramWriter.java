// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.linux.Arg;
import io.jrun.linux.Block;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a {@link Program} into the bytes of a PROGRAM frame: header, instructions of 80 bytes,
 * data. The layout is docs/plan.md's and native-shim's wire.h. Every launch goes through here on
 * its way: bytes are put by hand, and what is zero is not put at all.
 */
public final class ProgramWriter {
  static final int MAGIC = 0x474f5250;
  static final int VERSION = 1;
  static final int INSTRUCTION_SIZE = 80;
  private static final int HEADER_SIZE = 24;
  private static final int FLAG_TRACE = 1;
  private static final int NO_REGISTER = 255;
  private static final int KINDS = 8;
  private static final int VALUES = 16;
  private static final int EXPECTED = 64;

  private final Program program;
  private final boolean trace;
  private final Map<Block, Integer> blocks = new IdentityHashMap<>();
  private final Map<String, Integer> texts = new HashMap<>();
  private final List<Block> withPointers = new ArrayList<>();

  /** The frame as it grows: header and instructions, then the data. */
  private byte[] out;

  /** Where the data begins and where it ends, in {@link #out}. */
  private final int start;

  private int end;
  private int nextChild;

  private ProgramWriter(Program program, boolean trace) {
    this.program = program;
    this.trace = trace;
    this.start = HEADER_SIZE + program.instructions().size() * INSTRUCTION_SIZE;
    this.end = start;
    this.out = new byte[start + start / 2 + 1024];
  }

  /** The payload of a PROGRAM frame. */
  public static byte[] write(Program program, boolean trace) {
    ProgramWriter writer = new ProgramWriter(program, trace);
    writer.write();
    return writer.end == writer.out.length ? writer.out : Arrays.copyOf(writer.out, writer.end);
  }

  private void write() {
    int at = HEADER_SIZE;
    for (Instruction instruction : program.instructions()) {
      write(at, instruction);
      at += INSTRUCTION_SIZE;
    }
    for (Block block : withPointers) {
      for (Block.Pointer pointer : block.pointers()) {
        int target = start + place(block) + pointer.offset();
        if (pointer.target() == null) {
          Arrays.fill(out, target, target + 8, (byte) -1);
        } else {
          put(target, place(pointer.target()));
        }
      }
    }
    append(new byte[1], 1); // what is read beyond the last text ends here
    put(0, MAGIC);
    put(4, VERSION);
    put(8, program.instructions().size());
    put(12, end - start);
    put(16, trace ? FLAG_TRACE : 0);
  }

  private void write(int at, Instruction instruction) {
    out[at] = (byte) instruction.op().ordinal();
    out[at + 1] =
        (byte) (instruction.result() == null ? NO_REGISTER : instruction.result().number());
    put(at + 2, instruction.step());
    put(at + 4, instruction.number());
    List<OnError> expected = instruction.onErrors();
    if (instruction.op() == Op.JUMP) {
      out[at + KINDS] = 1;
      put(at + VALUES, expected.get(0).to().index());
      return;
    }
    List<Arg> args = instruction.args();
    for (int i = 0; i < args.size(); i++) {
      write(at, i, args.get(i));
    }
    for (int i = 0; i < expected.size(); i++) {
      OnError on = expected.get(i);
      put(at + EXPECTED + 4 * i, on.errno().number());
      put(at + EXPECTED + 4 * i + 2, on.to() == null ? 0 : on.to().index());
    }
  }

  private void write(int at, int index, Arg arg) {
    int kind = 0;
    long value = 0;
    if (arg instanceof Arg.Imm imm) {
      kind = 1;
      value = imm.value();
    } else if (arg instanceof Arg.Ref ref) {
      kind = ref.handle().isRegister() ? 2 : 1;
      value = ref.handle().number();
    } else if (arg instanceof Arg.Text text) {
      kind = 3;
      value = place(text.text());
    } else if (arg instanceof Arg.OffsetOf offset) {
      kind = 1;
      value = place(offset.block()) + offset.at();
    } else if (arg instanceof Arg.Mem mem) {
      kind = 3;
      value =
          mem.block() == null ? child() : place(mem.block()) | ((long) mem.block().size() << 32);
    }
    out[at + KINDS + index] = (byte) kind;
    put(at + VALUES + 8 * index, value);
  }

  /** Little-endian, into bytes that are zero still. */
  private void put(int at, long value) {
    byte[] to = out;
    int i = at;
    for (long rest = value; rest != 0; rest >>>= 8) {
      to[i++] = (byte) rest;
    }
  }

  /** Places the next program inside this one. */
  private long child() {
    byte[] bytes = ProgramWriter.write(program.children().get(nextChild++), trace);
    return append(bytes, bytes.length) | ((long) bytes.length << 32);
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
    int offset = append(block.content(), block.size());
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

  /** Adds bytes at the next multiple of eight, zeros after them if it is to be longer. */
  private int append(byte[] bytes, int length) {
    int offset = (end - start + 7) & ~7;
    int wanted = Math.addExact(start + offset, length);
    if (wanted > out.length) {
      out = Arrays.copyOf(out, Math.max(wanted, out.length * 2));
    }
    System.arraycopy(bytes, 0, out, start + offset, Math.min(bytes.length, length));
    end = wanted;
    return offset;
  }
}
