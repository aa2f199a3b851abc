// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command's options and arguments as they were given.
 *
 * @param options values by each of an option's names
 */
record Arguments(Map<String, Object> options, List<String> words) {
  boolean flag(String name) {
    return options.get(name) instanceof Boolean given && given;
  }

  /** What a switch was given, if it was: it may be false. */
  Optional<Boolean> given(String name) {
    return Optional.ofNullable((Boolean) options.get(name));
  }

  Optional<String> text(String name) {
    return Optional.ofNullable((String) options.get(name));
  }

  /** Every value of an option that may be given several times. */
  List<String> texts(String name) {
    List<String> out = new ArrayList<>();
    if (options.get(name) instanceof List<?> given) {
      for (Object each : given) {
        out.add((String) each);
      }
    }
    return out;
  }

  String id() {
    return words.get(0);
  }
}
