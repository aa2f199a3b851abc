// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Words of a document that are names of constants, in the kernel's own spelling. */
final class Names {
  private Names() {}

  /**
   * The constant of that name; a problem that lists the names if there is none.
   *
   * @param what "unknown scheduler policy"
   */
  static <E extends Enum<E>> Optional<E> find(
      Class<E> type, String name, String pointer, String what, Problems problems) {
    for (E each : type.getEnumConstants()) {
      if (each.name().equals(name)) {
        return Optional.of(each);
      }
    }
    problems.add(
        pointer, what + " \"" + name + "\": known are " + List.of(type.getEnumConstants()));
    return Optional.empty();
  }

  /** The bits of all that are named. */
  static <E extends Enum<E>> long bits(
      Class<E> type,
      List<String> names,
      ToIntFunction<E> bit,
      String pointer,
      String what,
      Problems problems) {
    long bits = 0;
    for (int i = 0; names != null && i < names.size(); i++) {
      Optional<E> found = find(type, names.get(i), pointer + "/" + i, what, problems);
      bits |= found.map(bit::applyAsInt).orElse(0);
    }
    return bits;
  }
}
