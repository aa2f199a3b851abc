// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** Any other number a call gives: a count, a start time, a wait status. */
public final class Value extends Handle {
  private Value(long number, boolean register, String name) {
    super(number, register, name);
  }

  public static Value of(long number) {
    return new Value(number, false, null);
  }

  public static Value register(int index, String name) {
    return new Value(index, true, name);
  }
}
