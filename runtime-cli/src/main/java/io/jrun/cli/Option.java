// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option of a command.
 *
 * @param names with their dashes; each means the same
 * @param label what help calls the value; empty if there is none
 * @param values all that it may be, if they can be told; else empty
 */
record Option(
    List<String> names, Takes takes, String label, String description, List<String> values) {
  /** What follows an option. */
  enum Takes {
    /** Nothing: it is a switch. */
    NOTHING,
    VALUE,
    /** A value of the same word, {@code --name=value}, or none. */
    VALUE_OR_NOTHING,
    /** A value, and the option may be given several times. */
    VALUES
  }

  static Option flag(String description, String... names) {
    return new Option(List.of(names), Takes.NOTHING, "", description, List.of());
  }

  static Option text(String label, String description, String... names) {
    return new Option(List.of(names), Takes.VALUE, label, description, List.of());
  }

  /** One of a few words. */
  static Option choice(List<String> values, String label, String description, String... names) {
    return new Option(List.of(names), Takes.VALUE, label, description, values);
  }

  /** One whose value may be left out: it is empty then. */
  static Option optional(String label, String description, String... names) {
    return new Option(List.of(names), Takes.VALUE_OR_NOTHING, label, description, List.of());
  }

  /** One that may be given several times. */
  static Option texts(String label, String description, String... names) {
    return new Option(List.of(names), Takes.VALUES, label, description, List.of());
  }

  boolean isSwitch() {
    return takes == Takes.NOTHING;
  }

  /** Whether the word after it is its value. */
  boolean takesNextWord() {
    return takes == Takes.VALUE || takes == Takes.VALUES;
  }

  boolean mayLackValue() {
    return takes == Takes.VALUE_OR_NOTHING;
  }

  boolean isRepeatable() {
    return takes == Takes.VALUES;
  }

  String longestName() {
    String longest = names.get(0);
    for (String name : names) {
      longest = name.length() > longest.length() ? name : longest;
    }
    return longest;
  }

  OptionSpec toPicocli() {
    OptionSpec.Builder out =
        OptionSpec.builder(names.toArray(new String[0]))
            .description(description.replace("%", "%%"));
    if (!isSwitch()) {
      out.paramLabel(label);
    }
    if (!values.isEmpty()) {
      out.completionCandidates(values);
    }
    return switch (takes) {
      case NOTHING -> out.type(boolean.class).arity("0").build();
      case VALUE_OR_NOTHING -> out.type(String.class).arity("0..1").fallbackValue("").build();
      case VALUE -> out.type(String.class).arity("1").build();
      case VALUES -> out.type(List.class).auxiliaryTypes(String.class).arity("1").build();
    };
  }
}
