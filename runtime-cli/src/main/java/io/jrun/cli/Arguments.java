// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** A command's options and arguments as they were given. */
record Arguments(ParseResult result) {
  boolean flag(String name) {
    return result.matchedOptionValue(name, false);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(result.matchedOptionValue(name, (String) null));
  }

  List<String> words() {
    return result.matchedPositionalValue(0, List.of());
  }

  String id() {
    return words().get(0);
  }
}
