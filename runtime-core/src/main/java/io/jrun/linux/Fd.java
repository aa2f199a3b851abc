// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** A file descriptor. */
public final class Fd extends Handle {
  /** The working directory, where a directory's descriptor is asked for (linux/fcntl.h). */
  public static final Fd CWD = new Fd(-100, false, "AT_FDCWD");

  public static final Fd STDIN = new Fd(0, false, "stdin");
  public static final Fd STDOUT = new Fd(1, false, "stdout");
  public static final Fd STDERR = new Fd(2, false, "stderr");

  private Fd(long number, boolean register, String name) {
    super(number, register, name);
  }

  public static Fd of(long number) {
    return new Fd(number, false, null);
  }

  public static Fd register(int index, String name) {
    return new Fd(index, true, name);
  }
}
