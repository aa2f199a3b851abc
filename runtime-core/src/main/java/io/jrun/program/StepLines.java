// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A program as {@code --debug} tells it: a line for each step, with the calls that show what was
 * decided. What only looks, moves numbers about or tidies up is left out; {@code plan --syscalls}
 * has it all.
 */
public final class StepLines {
  private static final Set<String> QUIET =
      Set.of("load", "store", "test", "jump", "reloc", "report", "close", "statx", "fsync");

  private StepLines() {}

  /**
   * The lines.
   *
   * @param who carries it out: "front", "init"
   */
  public static List<String> of(String who, Program program) {
    List<Instruction> instructions = program.instructions();
    List<String> out = new ArrayList<>(program.steps().size());
    int at = 0;
    for (int i = 0; i < program.steps().size(); i++) {
      StringBuilder line =
          new StringBuilder(who).append(": ").append(program.steps().get(i).show());
      String separator = ": ";
      for (; at < instructions.size() && instructions.get(at).step() == i; at++) {
        if (!QUIET.contains(instructions.get(at).name())) {
          line.append(separator).append(ProgramPrinter.show(instructions.get(at)));
          separator = ", ";
        }
      }
      out.add(line.toString());
    }
    return out;
  }
}
