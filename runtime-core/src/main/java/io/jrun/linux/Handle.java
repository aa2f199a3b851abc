// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * A value that a system call gave and another takes. Where calls are executed at once it is the
 * number itself; where they are recorded it names the register that will hold the number.
 */
public abstract sealed class Handle permits Fd, Pid, Value {
  private final long number;
  private final boolean register;
  private final String name;

  Handle(long number, boolean register, String name) {
    this.number = number;
    this.register = register;
    this.name = name;
  }

  /** The number, or the register's index. */
  public final long number() {
    return number;
  }

  public final boolean isRegister() {
    return register;
  }

  /** How a plan shows it: "mount5" for a register, the bare number otherwise. */
  public final String show() {
    return register ? name + number : name == null ? Long.toString(number) : name;
  }
}
