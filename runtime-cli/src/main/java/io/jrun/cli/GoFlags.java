// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The ways of Go's flag package, which callers of runc use: one dash will do for a long name, and a
 * switch may be given its value ({@code --detach=false}).
 */
final class GoFlags {
  private GoFlags() {}

  /** The same words as picocli knows them. */
  static String[] translate(CommandSpec spec, List<String> words) {
    List<String> out = new ArrayList<>(words.size());
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      OptionSpec option = option(spec, word);
      if (word.equals("--")
          || option == null && !word.startsWith("-") && spec.parser().stopAtPositional()) {
        out.addAll(words.subList(i, words.size()));
        break;
      }
      if (option == null) {
        out.add(word);
      } else if (option.arity().max() == 0) {
        addSwitch(out, option, word);
      } else if (word.indexOf('=') >= 0) {
        out.add(option.longestName() + word.substring(word.indexOf('=')));
      } else {
        out.add(option.longestName());
        if (i + 1 < words.size()) {
          out.add(words.get(++i));
        }
      }
    }
    return out.toArray(String[]::new);
  }

  private static void addSwitch(List<String> out, OptionSpec option, String word) {
    int equals = word.indexOf('=');
    String value = equals < 0 ? "true" : word.substring(equals + 1);
    switch (value) {
      case "true", "1", "t", "T", "TRUE", "True" -> out.add(option.longestName());
      case "false", "0", "f", "F", "FALSE", "False" -> {}
      default -> out.add(word);
    }
  }

  /** The option a word names, with one dash or two, with a value or not; null if none. */
  private static OptionSpec option(CommandSpec spec, String word) {
    if (!word.startsWith("-") || word.equals("-") || word.equals("--")) {
      return null;
    }
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    OptionSpec exact = spec.optionsMap().get(name);
    return exact != null || name.startsWith("--") ? exact : spec.optionsMap().get("-" + name);
  }
}
