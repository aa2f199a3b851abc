// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordFactory;

/**
 * A native core's binding: C functions linked into the executable, called directly. A call that may
 * block is a transition, so that a collection does not wait for it.
 */
final class LinkedBinding implements Binding {
  LinkedBinding() {}

  @CFunction("jrun_syscall")
  private static native long jrunSyscall(
      long number, long a, long b, long c, long d, long e, long f);

  @CFunction("jrun_trim")
  private static native void jrunTrim();

  @Override
  public long syscall(long number, long a, long b, long c, long d, long e, long f) {
    return jrunSyscall(number, a, b, c, d, e, f);
  }

  @Override
  public Memory zeroed(int size) {
    Pointer memory = UnmanagedMemory.calloc(WordFactory.unsigned(size));
    return new Lent(memory.rawValue());
  }

  @Override
  public void trim() {
    jrunTrim();
  }

  /** From malloc(3). */
  private record Lent(long address) implements Memory {
    private Pointer pointer() {
      return WordFactory.pointer(address);
    }

    @Override
    public void put(byte[] content, int size) {
      CTypeConversion.asByteBuffer(pointer(), size).put(content, 0, size);
    }

    @Override
    public void putLong(int offset, long value) {
      pointer().writeLong(offset, value);
    }

    @Override
    public void get(byte[] into, int size) {
      CTypeConversion.asByteBuffer(pointer(), size).get(into, 0, size);
    }

    @Override
    public void close() {
      UnmanagedMemory.free(pointer());
    }
  }
}
