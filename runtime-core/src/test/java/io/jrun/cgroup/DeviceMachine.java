// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Runs a program of type BPF_PROG_TYPE_CGROUP_DEVICE as the kernel would: 64-bit registers, the
 * handful of instructions such a program is made of, and every other one an error.
 */
final class DeviceMachine {
  private static final int SIZE = 8;

  private final ByteBuffer code;
  private final int count;

  DeviceMachine(byte[] instructions) {
    this.code = ByteBuffer.wrap(instructions).order(ByteOrder.LITTLE_ENDIAN);
    this.count = instructions.length / SIZE;
  }

  int count() {
    return count;
  }

  /** Whether an access is allowed; {@code type} is 1 for block, 2 for character devices. */
  boolean allows(int type, int access, int major, int minor) {
    long[] r = new long[11];
    int[] context = {access << 16 | type, major, minor};
    boolean[] written = new boolean[11];
    written[1] = true;
    int at = 0;
    while (true) {
      int opcode = opcode(at);
      int to = code.get(at * SIZE + 1) & 0xf;
      int from = (code.get(at * SIZE + 1) & 0xf0) >> 4;
      int offset = code.getShort(at * SIZE + 2);
      long value = code.getInt(at * SIZE + 4);
      switch (opcode) {
        case 0x61 -> r[to] = Integer.toUnsignedLong(context[offset / 4]);
        case 0xb7 -> r[to] = value;
        case 0xbf -> r[to] = r[from];
        case 0x57 -> r[to] &= value;
        case 0x77 -> r[to] >>>= value;
        case 0x05 -> at += offset;
        case 0x55 -> at += r[to] != value ? offset : 0;
        case 0x56 -> at += (int) r[to] != (int) value ? offset : 0;
        case 0x45 -> at += (r[to] & value) != 0 ? offset : 0;
        case 0x95 -> {
          if (!written[0] || r[0] < 0 || r[0] > 1) {
            throw new AssertionError("ends without an answer");
          }
          return r[0] == 1;
        }
        default -> throw new AssertionError("unknown instruction " + Integer.toHexString(opcode));
      }
      if (opcode == 0xb7 || opcode == 0xbf || opcode == 0x61) {
        if (opcode == 0xbf && !written[from]) {
          throw new AssertionError("reads a register that was never written");
        }
        written[to] = true;
      } else if (opcode != 0x05 && !written[to]) {
        throw new AssertionError("uses a register that was never written");
      }
      at++;
    }
  }

  private int opcode(int at) {
    return Byte.toUnsignedInt(code.get(at * SIZE));
  }

  /** The instructions no way leads to: the kernel refuses a program with any. */
  BitSet unreachable() {
    BitSet seen = new BitSet();
    Deque<Integer> open = new ArrayDeque<>();
    open.add(0);
    while (!open.isEmpty()) {
      int at = open.pop();
      if (at < 0 || at >= count) {
        throw new AssertionError("runs off the program at " + at);
      }
      if (seen.get(at)) {
        continue;
      }
      seen.set(at);
      int opcode = opcode(at);
      int target = at + 1 + code.getShort(at * SIZE + 2);
      if (opcode == 0x05) {
        open.add(forward(at, target));
      } else if (opcode != 0x95) {
        open.add(at + 1);
        if (opcode == 0x55 || opcode == 0x56 || opcode == 0x45) {
          open.add(forward(at, target));
        }
      }
    }
    BitSet out = new BitSet();
    out.set(0, count);
    out.andNot(seen);
    return out;
  }

  private static int forward(int at, int target) {
    if (target <= at) {
      throw new AssertionError("jumps back");
    }
    return target;
  }
}
