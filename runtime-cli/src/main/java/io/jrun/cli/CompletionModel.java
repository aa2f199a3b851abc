// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.io.File;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What shells are told of the command line, from the model that reads it. */
final class CompletionModel {
  /** What a word of a command's usage is, for completion. */
  enum Argument {
    /** Of a container that is there. */
    ID,
    /** Of one that is to be made, or something that a shell cannot know. */
    OTHER,
    SIGNAL,
    DIRECTORY,
    /** A command in the container and its arguments: whatever the shell proposes. */
    COMMAND
  }

  private static final List<String> MAKING = List.of("create", "run", "plan");

  private CompletionModel() {}

  /** The whole command line as picocli has it. */
  static CommandSpec model() {
    CommandSpec program = toPicocli(GlobalOptions.model());
    for (String name : Verbs.NAMES) {
      Verb verb = Verbs.named(name);
      CommandSpec command = toPicocli(verb.model());
      command.usageMessage().description(verb.summary());
      if (verb.maxArguments() > 0) {
        command.addPositional(
            PositionalParamSpec.builder()
                .index("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(verb.usage())
                .build());
      }
      program.addSubcommand(name, command);
    }
    return program;
  }

  /** As the parser has it, but that it knows what is a file's name. */
  private static CommandSpec toPicocli(Options options) {
    CommandSpec out = options.toPicocli();
    for (Option each : options.all()) {
      if (isFile(each) || isDirectory(each)) {
        OptionSpec known = out.findOption(each.names().get(0));
        out.remove(known);
        out.addOption(OptionSpec.builder(known).type(File.class).initialValue(null).build());
      }
    }
    return out;
  }

  /** What picocli itself makes of the model for bash. */
  static String bash() {
    return AutoComplete.bash("jrun", new CommandLine(model()));
  }

  /** What an argument of a command is, counted from 0. */
  static Argument argument(Verb verb, int index) {
    String usage = verb.usage();
    if (usage.startsWith("[directory]")) {
      return Argument.DIRECTORY;
    }
    if (index == 0) {
      boolean known = usage.matches("[<\\[]container-id.*") && !MAKING.contains(verb.name());
      return known ? Argument.ID : Argument.OTHER;
    }
    if (usage.endsWith("[signal]")) {
      return Argument.SIGNAL;
    }
    return usage.endsWith("[container-id...]")
        ? Argument.ID
        : usage.contains("<command>") ? Argument.COMMAND : Argument.OTHER;
  }

  /** Whether the value of an option is the name of a directory, or of a file. */
  static boolean isDirectory(Option option) {
    return option.label().equals("DIR");
  }

  static boolean isFile(Option option) {
    return option.label().equals("FILE") || option.label().equals("PATH");
  }

  static boolean isSignal(Option option) {
    return option.label().equals("SIGNAL");
  }

  /** Names of signals as kill takes them. */
  static List<String> signals() {
    return List.of(
        "HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "ALRM", "TERM", "CONT", "STOP",
        "TSTP", "WINCH");
  }

  /** Options that a shell can propose: with dashes, and not those of one dash for old callers. */
  static List<String> names(Option option) {
    return option.names().stream()
        .filter(name -> name.startsWith("--") || name.length() == 2)
        .toList();
  }
}
