// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * How this process calls C: the one thing that differs between a JVM, which binds functions when
 * they are first called, and a native core, into which they are linked: {@link OwnBinding}.
 */
interface Binding {
  /**
   * One system call: syscall(2); every argument is a long, as the kernel's entry takes it.
   *
   * @return the result, or minus an errno
   */
  long syscall(long number, long a, long b, long c, long d, long e, long f);

  /** Memory outside the heap, all zero. */
  Memory zeroed(int size);

  /**
   * Gives the kernel back what was freed: malloc_trim(3).
   *
   * @throws UnsatisfiedLinkError where the C library has no such function
   */
  void trim();

  /** Memory that does not move; it is nobody's after {@link #close}. */
  interface Memory extends AutoCloseable {
    long address();

    void put(byte[] content, int size);

    void putLong(int offset, long value);

    void get(byte[] into, int size);

    @Override
    void close();
  }
}
