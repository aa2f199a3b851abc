// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A command's options and arguments as they were given.
 *
 * @param options values by each of an option's names
 */
record Arguments(Map<String, Object> options, List<String> words) {
  static Arguments of(ParseResult result, List<String> words) {
    Map<String, Object> options = new HashMap<>();
    for (OptionSpec option : result.matchedOptions()) {
      for (String name : option.names()) {
        options.put(name, option.getValue());
      }
    }
    return new Arguments(options, words);
  }

  boolean flag(String name) {
    return options.get(name) instanceof Boolean given && given;
  }

  Optional<String> text(String name) {
    return Optional.ofNullable((String) options.get(name));
  }

  String id() {
    return words.get(0);
  }
}
