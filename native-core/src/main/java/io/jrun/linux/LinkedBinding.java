// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.graalvm.nativeimage.StackValue;
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
  /** Bytes that a small file has less than. */
  private static final int SMALL = 16 << 10;

  private static final long HOW =
      Linux.O_RDONLY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK | Linux.O_CLOEXEC;
  private static final long OPENAT = Syscall.OPENAT.number();
  private static final long READ = Syscall.READ.number();
  private static final long CLOSE = Syscall.CLOSE.number();
  private static final long STATX = Syscall.STATX.number();

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

  /** Onto the stack: of what malloc(3) gives, this much is mapped and taken back each time. */
  @Override
  public Optional<byte[]> readOnce(String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (path.indexOf(0) >= 0 || name.length >= Linux.PATH_MAX) {
      return Optional.empty();
    }
    Pointer memory = StackValue.get(SMALL);
    CTypeConversion.asByteBuffer(memory, name.length).put(name);
    memory.writeByte(name.length, (byte) 0);
    long fd = jrunSyscall(OPENAT, Fd.CWD.number(), memory.rawValue(), HOW, 0, 0, 0);
    if (fd < 0) {
      return Optional.empty();
    }
    long size = jrunSyscall(READ, fd, memory.rawValue(), SMALL, 0, 0, 0);
    jrunSyscall(CLOSE, fd, 0, 0, 0, 0, 0);
    if (size < 0 || size == SMALL) {
      return Optional.empty();
    }
    byte[] content = new byte[(int) size];
    CTypeConversion.asByteBuffer(memory, content.length).get(content);
    return Optional.of(content);
  }

  @Override
  public OptionalInt ownerOf(String directory) {
    byte[] name = directory.getBytes(StandardCharsets.UTF_8);
    if (directory.indexOf(0) >= 0 || name.length >= Linux.PATH_MAX) {
      return OptionalInt.empty();
    }
    Pointer path = StackValue.get(Linux.PATH_MAX);
    CTypeConversion.asByteBuffer(path, name.length).put(name);
    path.writeByte(name.length, (byte) 0);
    Pointer status = StackValue.get(Linux.STATX_SIZE);
    long error =
        jrunSyscall(
            STATX,
            Fd.CWD.number(),
            path.rawValue(),
            Linux.AT_SYMLINK_NOFOLLOW,
            Linux.STATX_BASIC_STATS,
            status.rawValue(),
            0);
    boolean isDirectory =
        error == 0 && (status.readShort(Linux.STATX_MODE_OFFSET) & Linux.S_IFMT) == Linux.S_IFDIR;
    return isDirectory ? OptionalInt.of(status.readInt(Linux.STATX_UID_OFFSET)) : OptionalInt.empty();
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
