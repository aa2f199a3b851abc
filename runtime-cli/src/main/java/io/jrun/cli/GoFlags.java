// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The ways of Go's flag package, which callers of runc use: one dash will do for a long name, a
 * switch may be given its value ({@code --detach=false}), and the word after an option that takes a
 * value is that value, whatever it looks like.
 *
 * @param options for picocli, each with its value
 * @param arguments what is no option
 */
record GoFlags(List<String> options, List<String> arguments) {
  /**
   * Tells options from arguments.
   *
   * @param stopsAtArgument whether options end where the first argument is
   */
  static GoFlags of(CommandSpec spec, List<String> words, boolean stopsAtArgument) {
    List<String> options = new ArrayList<>();
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("-") || word.equals("-")) {
        arguments.add(word);
        if (stopsAtArgument) {
          arguments.addAll(words.subList(i + 1, words.size()));
          break;
        }
      } else if (word.equals("--")) {
        arguments.addAll(words.subList(i + 1, words.size()));
        break;
      } else {
        i += add(options, option(spec, word), word, i + 1 < words.size() ? words.get(i + 1) : null);
      }
    }
    return new GoFlags(options, arguments);
  }

  /** Adds an option, and gives how many words it took beside its own. */
  private static int add(List<String> out, OptionSpec option, String word, String next) {
    if (option == null) {
      out.add(word);
    } else if (option.arity().max() == 0) {
      addSwitch(out, option, word);
    } else if (word.indexOf('=') >= 0) {
      out.add(option.longestName() + word.substring(word.indexOf('=')));
    } else if (next == null) {
      out.add(option.longestName());
    } else {
      out.add(option.longestName() + "=" + next);
      return 1;
    }
    return 0;
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
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    OptionSpec exact = spec.optionsMap().get(name);
    return exact != null || name.startsWith("--") ? exact : spec.optionsMap().get("-" + name);
  }
}
