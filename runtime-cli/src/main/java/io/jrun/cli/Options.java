// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The options of one command, in the order in which help shows them. Well-formed words are read by
 * these alone: making picocli's model of a command, whose classes look for Groovy in every jar,
 * took a cold core longer than to read config.json.
 */
final class Options {
  private final String command;
  private final List<Option> all = new ArrayList<>();
  private final Map<String, Option> byName = new HashMap<>();

  Options(String command) {
    this.command = command;
  }

  void add(Option option) {
    all.add(option);
    for (String name : option.names()) {
      if (byName.put(name, option) != null) {
        throw new IllegalArgumentException("two options of the name " + name);
      }
    }
  }

  List<Option> all() {
    return all;
  }

  /** The option of that very name, or null. */
  Option named(String name) {
    return byName.get(name);
  }

  /** The same as picocli has it, for what is wrong. */
  CommandSpec toPicocli() {
    CommandSpec spec = CommandSpec.create().name(command);
    all.forEach(option -> spec.addOption(option.toPicocli()));
    spec.parser().posixClusteredShortOptionsAllowed(false);
    return spec;
  }
}
