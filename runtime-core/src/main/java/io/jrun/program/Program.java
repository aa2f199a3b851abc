// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program for the front or for init: steps, and the instructions that carry them out in order.
 *
 * @param children programs inside this one, in the order of the FEED instructions: init's
 * @param marks places in it: the index of the first instruction behind each; 0 where the place is
 *     in a program that the same process ran before
 * @param undo what the front runs if its core dies before this one has ended; it finds by the marks
 *     how far this one had come
 */
public record Program(
    List<Step> steps,
    List<Instruction> instructions,
    List<Program> children,
    Map<Mark, Integer> marks,
    Optional<Program> undo) {
  /** Its first instructions alone. */
  public Program before(int end) {
    Map<Mark, Integer> passed = new EnumMap<>(Mark.class);
    for (Map.Entry<Mark, Integer> each : marks.entrySet()) {
      if (each.getValue() <= end) {
        passed.put(each.getKey(), each.getValue());
      }
    }
    return new Program(steps, instructions.subList(0, end), children, passed, undo);
  }
}
