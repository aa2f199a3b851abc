// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** One argument of a system call or of an instruction. */
public sealed interface Arg {
  /** A number; {@code flags} says how a plan spells it, null for a plain decimal number. */
  record Imm(long value, Flags flags) implements Arg {}

  /** What an earlier call gave, or a handle known beforehand. */
  record Ref(Handle handle) implements Arg {}

  /** The address of a text with its final NUL, which nobody writes to: equal ones may be one. */
  record Text(String text) implements Arg {
    /** In quotes, with what is not plain escaped. */
    public String show() {
      return new Quoted(text).toString();
    }
  }

  /** The address of a block. */
  record Mem(Block block) implements Arg {}

  /** An offset within a block: instructions that change a program's data take it. */
  record OffsetOf(Block block, int at) implements Arg {}

  static Arg imm(long value) {
    return new Imm(value, null);
  }

  static Arg flags(long value, Flags flags) {
    return new Imm(value, flags);
  }

  static Arg of(Handle handle) {
    return new Ref(handle);
  }

  static Arg of(String text) {
    return new Text(text);
  }

  static Arg of(Block block) {
    return new Mem(block);
  }
}
