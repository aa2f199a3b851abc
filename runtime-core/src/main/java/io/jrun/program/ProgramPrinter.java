// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import io.jrun.linux.Arg;
import io.jrun.linux.FlagNames;
import java.util.List;
import java.util.Map;

/**
 * Shows programs to people: a line for each step, and on request the system calls under it.
 *
 * <pre>
 * front
 *    1  claim the id demo
 *         umask(00)
 *         ...
 *   init
 *    1  begin
 * </pre>
 */
public final class ProgramPrinter {
  private final boolean calls;
  private final StringBuilder out = new StringBuilder();

  private ProgramPrinter(boolean calls) {
    this.calls = calls;
  }

  /**
   * Programs as text.
   *
   * @param programs by what to write above each, in order
   * @param calls whether the system calls of each step are shown too
   */
  public static String print(Map<String, Program> programs, boolean calls) {
    ProgramPrinter printer = new ProgramPrinter(calls);
    programs.forEach(
        (heading, program) -> {
          printer.out.append(heading).append('\n');
          printer.program(program);
        });
    return printer.out.toString();
  }

  private void program(Program program) {
    List<Instruction> instructions = program.instructions();
    int at = 0;
    for (int i = 0; i < program.steps().size(); i++) {
      String number = Integer.toString(i + 1);
      out.append(" ".repeat(Math.max(1, 5 - number.length()))).append(number).append("  ");
      out.append(plain(program.steps().get(i).show())).append('\n');
      for (; at < instructions.size() && instructions.get(at).step() == i; at++) {
        if (calls) {
          out.append("         ")
              .append(at)
              .append(": ")
              .append(plain(show(instructions.get(at))))
              .append('\n');
        }
      }
    }
  }

  /** One instruction: {@code mount5 = fsmount(fs3, CLOEXEC, NOSUID|NODEV) [EEXIST: go on]}. */
  public static String show(Instruction instruction) {
    StringBuilder line = new StringBuilder();
    if (instruction.result() != null) {
      line.append(instruction.result().show()).append(" = ");
    }
    line.append(instruction.name()).append('(');
    String separator = "";
    for (Arg arg : instruction.args()) {
      line.append(separator).append(show(arg));
      separator = ", ";
    }
    if (instruction.op() == Op.JUMP) {
      line.append(instruction.onErrors().get(0).to().index());
      return line.append(')').toString();
    }
    line.append(')');
    for (OnError on : instruction.onErrors()) {
      line.append(" [").append(on.errno()).append(": ");
      line.append(on.to() == null ? "go on" : "to " + on.to().index()).append(']');
    }
    return line.toString();
  }

  /** Paths and arguments are a stranger's: on a terminal they must not do anything. */
  public static String plain(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        line.append("\\x")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        line.append(c);
      }
    }
    return line.toString();
  }

  private static String show(Arg arg) {
    if (arg == null) {
      return "-";
    }
    if (arg instanceof Arg.Imm imm) {
      return imm.flags() == null
          ? Long.toString(imm.value())
          : FlagNames.spell(imm.flags(), imm.value());
    }
    if (arg instanceof Arg.Ref ref) {
      return ref.handle().show();
    }
    if (arg instanceof Arg.OffsetOf offset) {
      return offset.block().show() + "+" + offset.at();
    }
    if (arg instanceof Arg.Text text) {
      return text.show();
    }
    Arg.Mem mem = (Arg.Mem) arg;
    return mem.block() == null ? "init's program" : mem.block().show();
  }
}
