// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Optional;
import java.util.OptionalInt;

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

  /**
   * What one read(2) gives of a file that is no link, which is not waited for: all of a small one,
   * and of one that the kernel writes at once. Three system calls, where java.nio has twice as
   * many.
   *
   * @return empty if there is no such file, if it is not small, or if this process calls C by other
   *     ways, which cost more than they save: then it has to be read as any other
   */
  Optional<byte[]> readOnce(String path);

  /**
   * Who owns a directory that is no link, by one system call and without the map of attributes that
   * java.nio makes.
   *
   * @return its user id; empty if there is no such directory, or as {@link #readOnce} is
   */
  OptionalInt ownerOf(String directory);

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
