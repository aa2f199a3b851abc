// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** A process id, as seen from the namespace of the process that uses it. */
public final class Pid extends Handle {
  private Pid(long number, boolean register, String name) {
    super(number, register, name);
  }

  public static Pid of(long number) {
    return new Pid(number, false, null);
  }

  public static Pid register(int index, String name) {
    return new Pid(index, true, name);
  }
}
