// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.linux.Arg;
import io.jrun.linux.Block;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a {@link Program} into the bytes of a PROGRAM frame: header, instructions of 80 bytes,
 * data. The layout is docs/plan.md's and native-shim's wire.h.
 */
public final class ProgramWriter {
  static final int MAGIC = 0x474f5250;
  static final int VERSION = 1;
  static final int INSTRUCTION_SIZE = 80;
  private static final int HEADER_SIZE = 24;
  private static final int FLAG_TRACE = 1;
  private static final byte NO_REGISTER = (byte) 255;

  private final Program program;
  private final Map<Block, Integer> offsets = new IdentityHashMap<>();
  private final Map<Key, Integer> constants = new HashMap<>();
  private final List<Block> withPointers = new ArrayList<>();
  private ByteBuffer data = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
  private int nextChild;

  /** Bytes by their content, so that equal constants are stored once. */
  private record Key(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  private ProgramWriter(Program program) {
    this.program = program;
  }

  /** The payload of a PROGRAM frame. */
  public static byte[] write(Program program, boolean trace) {
    return new ProgramWriter(program).bytes(trace);
  }

  private byte[] bytes(boolean trace) {
    int count = program.instructions().size();
    ByteBuffer code = ByteBuffer.allocate(count * INSTRUCTION_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    for (Instruction instruction : program.instructions()) {
      write(code, instruction, trace);
    }
    for (Block block : withPointers) {
      for (Block.Pointer pointer : block.pointers()) {
        long target = pointer.target() == null ? -1 : place(pointer.target());
        data.putLong(place(block) + pointer.offset(), target);
      }
    }
    append(new byte[1], 1);
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_SIZE + code.capacity() + data.position())
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).putInt(count).putInt(data.position());
    out.putInt(trace ? FLAG_TRACE : 0).putInt(0);
    out.put(code.array()).put(data.array(), 0, data.position());
    return out.array();
  }

  private void write(ByteBuffer code, Instruction instruction, boolean trace) {
    int at = code.position();
    code.put((byte) instruction.op().ordinal());
    code.put(instruction.result() == null ? NO_REGISTER : (byte) instruction.result().number());
    code.putShort((short) instruction.step());
    code.putInt(instruction.number());
    List<Arg> args =
        instruction.op() == Op.JUMP
            ? List.of(Arg.imm(instruction.onErrors().get(0).to().index()))
            : instruction.args();
    for (int i = 0; i < args.size(); i++) {
      writeArg(code, at, i, args.get(i), trace);
    }
    int slot = at + 64;
    for (OnError on : instruction.op() == Op.JUMP ? List.<OnError>of() : instruction.onErrors()) {
      code.putShort(slot, (short) on.errno().number());
      code.putShort(slot + 2, (short) (on.to() == null ? 0 : on.to().index()));
      slot += 4;
    }
    code.position(at + INSTRUCTION_SIZE);
  }

  private void writeArg(ByteBuffer code, int at, int index, Arg arg, boolean trace) {
    int kind = 0;
    long value = 0;
    if (arg instanceof Arg.Imm imm) {
      kind = 1;
      value = imm.value();
    } else if (arg instanceof Arg.Ref ref) {
      kind = ref.handle().isRegister() ? 2 : 1;
      value = ref.handle().number();
    } else if (arg instanceof Arg.OffsetOf offset) {
      kind = 1;
      value = place(offset.block()) + offset.at();
    } else if (arg instanceof Arg.Mem mem) {
      kind = 3;
      value =
          mem.block() == null
              ? child(trace)
              : place(mem.block()) | ((long) mem.block().size() << 32);
    }
    code.put(at + 8 + index, (byte) kind);
    code.putLong(at + 16 + 8 * index, value);
  }

  /** Places the next program inside this one. */
  private long child(boolean trace) {
    byte[] bytes = ProgramWriter.write(program.children().get(nextChild++), trace);
    return append(bytes, bytes.length) | ((long) bytes.length << 32);
  }

  private int place(Block block) {
    Integer known = offsets.get(block);
    if (known != null) {
      return known;
    }
    boolean constant =
        block.patches().isEmpty()
            && block.pointers().isEmpty()
            && block.size() > 0
            && !isScratch(block);
    Key key = constant ? new Key(block.content()) : null;
    Integer same = constant ? constants.get(key) : null;
    int offset = same != null ? same : append(block.content(), block.size());
    offsets.put(block, offset);
    if (constant) {
      constants.put(key, offset);
    }
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

  /** A block all zero may be one that a call writes to: it keeps a place of its own. */
  private static boolean isScratch(Block block) {
    for (byte each : block.content()) {
      if (each != 0) {
        return false;
      }
    }
    return block.size() > 1;
  }

  /** Adds bytes at the next multiple of eight. */
  private int append(byte[] bytes, int length) {
    int offset = (data.position() + 7) & ~7;
    int end = Math.addExact(offset, length);
    if (end > data.capacity()) {
      data =
          ByteBuffer.allocate(Math.max(end, data.capacity() * 2))
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(data.array(), 0, data.position());
    }
    data.position(offset);
    data.put(bytes, 0, length);
    return offset;
  }
}
