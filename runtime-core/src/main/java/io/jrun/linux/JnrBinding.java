// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Optional;
import java.util.OptionalInt;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.SaveError;

/** A JVM's binding: jnr-ffi, which makes a class for each interface of functions. */
final class JnrBinding implements Binding {
  /** libc's syscall(2). */
  public interface LibC {
    @SaveError
    long syscall(long number, long a, long b, long c, long d, long e, long f);
  }

  /** Of the GNU library alone. */
  public interface Malloc {
    int malloc_trim(long pad);
  }

  /** Bound by the first call: whoever reads files alone does not wait for it. */
  private static final class Bound {
    static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");
    static final Runtime RUNTIME = Runtime.getRuntime(LIBC);
  }

  /** Bound where it is wanted at all: an interface is bound as a whole. */
  private Malloc malloc;

  @Override
  public long syscall(long number, long a, long b, long c, long d, long e, long f) {
    long result = Bound.LIBC.syscall(number, a, b, c, d, e, f);
    return result == -1 ? -Bound.RUNTIME.getLastError() : result;
  }

  @Override
  public Memory zeroed(int size) {
    return new Direct(Bound.RUNTIME.getMemoryManager().allocateDirect(size, true));
  }

  @Override
  public synchronized void trim() {
    if (malloc == null) {
      malloc = LibraryLoader.create(Malloc.class).load("c");
    }
    malloc.malloc_trim(0);
  }

  @Override
  public OptionalInt ownerOf(String directory) {
    return OptionalInt.empty();
  }

  @Override
  public Optional<byte[]> readOnce(String path) {
    return Optional.empty();
  }

  /** Freed when nothing refers to it any more. */
  private record Direct(Pointer pointer) implements Memory {
    @Override
    public long address() {
      return pointer.address();
    }

    @Override
    public void put(byte[] content, int size) {
      pointer.put(0, content, 0, size);
    }

    @Override
    public void putLong(int offset, long value) {
      pointer.putLong(offset, value);
    }

    @Override
    public void get(byte[] into, int size) {
      pointer.get(0, into, 0, size);
    }

    @Override
    public void close() {}
  }
}
