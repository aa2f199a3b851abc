// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Runs filters as the kernel does: classic BPF over struct seccomp_data (linux/seccomp.h), with the
 * instructions that seccomp permits and filters use. Anything else is an error, as is falling off
 * the end.
 */
final class SeccompMachine {
  static final int X86_64 = 0xc000003e;
  static final int X86 = 0x40000003;
  static final int AARCH64 = 0xc00000b7;
  static final int X32_BIT = 0x40000000;

  private final ByteBuffer code;
  private final int count;

  SeccompMachine(byte[] filter) {
    code = ByteBuffer.wrap(filter).order(ByteOrder.LITTLE_ENDIAN);
    count = filter.length / 8;
  }

  /** What the filter returns for a call. */
  int run(int architecture, int number, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(number).putInt(architecture).putLong(0x7fff12345678L);
    for (long each : arguments) {
      data.putLong(each);
    }
    int a = 0;
    int at = 0;
    while (at < count) {
      int op = code.getShort(8 * at) & 0xffff;
      int ifTrue = code.get(8 * at + 2) & 0xff;
      int ifFalse = code.get(8 * at + 3) & 0xff;
      int k = code.getInt(8 * at + 4);
      at++;
      switch (op) {
        case 0x20 -> a = data.getInt(k);
        case 0x54 -> a &= k;
        case 0x05 -> at += k;
        case 0x15 -> at += a == k ? ifTrue : ifFalse;
        case 0x25 -> at += Integer.compareUnsigned(a, k) > 0 ? ifTrue : ifFalse;
        case 0x35 -> at += Integer.compareUnsigned(a, k) >= 0 ? ifTrue : ifFalse;
        case 0x45 -> at += (a & k) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return k;
        }
        default -> throw new AssertionError("no such instruction: " + Integer.toHexString(op));
      }
    }
    throw new AssertionError("fell off the end");
  }
}
