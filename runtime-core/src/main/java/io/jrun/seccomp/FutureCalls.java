// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * What stands before a filter so that system calls newer than its profile fail with ENOSYS. Whoever
 * wrote a list of permitted calls could not know them, and EPERM instead of ENOSYS keeps a C
 * library from doing without. Newer is what has a higher number, on its architecture, than any call
 * that the profile names; numbers are only ever added at the end.
 *
 * <p>The filter follows at once: whatever is not newer falls through to it. Struct seccomp_data of
 * linux/seccomp.h has the number at 0 and the architecture at 4; codes are those of
 * linux/bpf_common.h.
 */
final class FutureCalls {
  /** libseccomp's number for x32, which the kernel tells from x86_64 by a bit of the number. */
  static final int X32 = 0x4000003e;

  static final int X86_64 = 0xc000003e;
  static final int X32_BIT = 0x40000000;

  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int JUMP_ALWAYS = 0x05; // BPF_JMP | BPF_JA
  private static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final int JUMP_GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
  private static final int JUMP_SET = 0x45; // BPF_JMP | BPF_JSET | BPF_K
  private static final int RETURN = 0x06; // BPF_RET | BPF_K
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int RETURN_ENOSYS = 0x00050000 | 38;

  private static final int ROOM = 4096;

  private final ByteBuffer out = ByteBuffer.allocate(ROOM).order(ByteOrder.LITTLE_ENDIAN);

  private FutureCalls() {}

  /**
   * The instructions.
   *
   * @param highest the highest number that is named, by architecture, in libseccomp's numbering;
   *     those of x32 with their bit
   */
  static byte[] refused(Map<Integer, Integer> highest) {
    FutureCalls calls = new FutureCalls();
    calls.add(LOAD, 0, 0, ARCHITECTURE);
    highest.forEach(
        (architecture, last) -> {
          if (architecture == X86_64) {
            calls.x86(last, highest.get(X32));
          } else if (architecture != X32) {
            calls.plain(architecture, last);
          } else if (!highest.containsKey(X86_64)) {
            calls.x32(last);
          }
        });
    byte[] bytes = new byte[calls.out.position()];
    calls.out.flip().get(bytes);
    return closed(bytes);
  }

  /** Each part below ends in a jump to the end; only now is it known how far that is. */
  private static byte[] closed(byte[] bytes) {
    ByteBuffer code = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int count = bytes.length / 8;
    for (int i = 0; i < count; i++) {
      if (code.getShort(8 * i) == JUMP_ALWAYS) {
        code.putInt(8 * i + 4, count - i - 1);
      }
    }
    return bytes;
  }

  private void add(int code, int ifTrue, int ifFalse, int k) {
    out.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(k);
  }

  private void plain(int architecture, int last) {
    add(JUMP_EQUAL, 0, 4, architecture);
    add(LOAD, 0, 0, NUMBER);
    refuseAbove(last);
  }

  /** Three instructions: ENOSYS for a higher number, the end for any other. */
  private void refuseAbove(int last) {
    add(JUMP_GREATER, 0, 1, last);
    add(RETURN, 0, 0, RETURN_ENOSYS);
    add(JUMP_ALWAYS, 0, 0, 0);
  }

  /** Calls of x32 are left to the filter where the profile has none. */
  private void x86(int last, Integer lastOfX32) {
    boolean x32 = lastOfX32 != null;
    add(JUMP_EQUAL, 0, x32 ? 8 : 6, X86_64);
    add(LOAD, 0, 0, NUMBER);
    add(JUMP_SET, 0, x32 ? 3 : 1, X32_BIT);
    if (x32) {
      refuseAbove(lastOfX32);
    } else {
      add(JUMP_ALWAYS, 0, 0, 0);
    }
    refuseAbove(last);
  }

  /** Not that there is such a machine: x32 without x86_64. */
  private void x32(int last) {
    add(JUMP_EQUAL, 0, 6, X86_64);
    add(LOAD, 0, 0, NUMBER);
    add(JUMP_SET, 1, 0, X32_BIT);
    add(JUMP_ALWAYS, 0, 0, 0);
    refuseAbove(last);
  }
}
