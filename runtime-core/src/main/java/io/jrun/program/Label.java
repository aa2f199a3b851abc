// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/** A place further on in a program, which an instruction may jump to. */
public final class Label {
  private int index = -1;

  void place(int at) {
    if (index >= 0) {
      throw new IllegalStateException("label placed twice");
    }
    index = at;
  }

  public int index() {
    if (index < 0) {
      throw new IllegalStateException("label never placed");
    }
    return index;
  }
}
