// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Words read in the ways of Go's flag package, which callers of runc use: one dash will do for a
 * long name, a switch may be given its value ({@code --detach=false}), and the word after an option
 * that takes a value is that value, whatever it looks like.
 *
 * @param options values by each of an option's names: a Boolean, a String, or a List of Strings
 * @param arguments what is no option
 * @param wrong what picocli's parser is to refuse; empty if all is well
 */
record GoFlags(Map<String, Object> options, List<String> arguments, List<String> wrong) {
  /**
   * Tells options from arguments.
   *
   * @param stopsAtArgument whether options end where the first argument is
   */
  static GoFlags of(Options known, List<String> words, boolean stopsAtArgument) {
    GoFlags out = new GoFlags(new HashMap<>(), new ArrayList<>(), new ArrayList<>(0));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("-") || word.equals("-") || isNumber(word)) {
        out.arguments.add(word);
        if (stopsAtArgument) {
          out.arguments.addAll(words.subList(i + 1, words.size()));
          break;
        }
      } else if (word.equals("--")) {
        out.arguments.addAll(words.subList(i + 1, words.size()));
        break;
      } else {
        String next = i + 1 < words.size() ? words.get(i + 1) : null;
        i += out.add(option(known, word), word, next);
      }
    }
    return out;
  }

  /** A number below zero, of which no option has the name: a signal of kill's, say. */
  private static boolean isNumber(String word) {
    return word.substring(1).chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Adds an option, and gives how many words it took beside its own. */
  private int add(Option option, String word, String next) {
    int equals = word.indexOf('=');
    if (option == null) {
      wrong.add(word);
    } else if (option.isSwitch()) {
      addSwitch(option, word, equals < 0 ? "true" : word.substring(equals + 1));
    } else if (equals >= 0 || option.mayLackValue()) {
      put(option, equals < 0 ? "" : word.substring(equals + 1));
    } else if (next == null) {
      wrong.add(option.longestName());
    } else {
      put(option, next);
      return 1;
    }
    return 0;
  }

  private void addSwitch(Option option, String word, String value) {
    switch (value) {
      case "true", "1", "t", "T", "TRUE", "True" -> put(option, true);
      case "false", "0", "f", "F", "FALSE", "False" -> put(option, false);
      default -> wrong.add(word);
    }
  }

  /** The last one counts, unless the option may be given several times. */
  private void put(Option option, Object value) {
    Object kept = value;
    if (option.isRepeatable()) {
      List<Object> all = new ArrayList<>();
      if (options.get(option.longestName()) instanceof List<?> before) {
        all.addAll(before);
      }
      all.add(value);
      kept = all;
    }
    for (String name : option.names()) {
      options.put(name, kept);
    }
  }

  /** The option a word names, with one dash or two, with a value or not; null if none. */
  private static Option option(Options known, String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Option exact = known.named(name);
    return exact != null || name.startsWith("--") ? exact : known.named("-" + name);
  }
}
