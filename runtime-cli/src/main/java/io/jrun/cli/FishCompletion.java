// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

/** Completion for fish: its complete command, one line for each thing. */
final class FishCompletion {
  private static final String NO_COMMAND = "__fish_use_subcommand";

  private final StringBuilder out = new StringBuilder();

  private FishCompletion() {}

  static String script() {
    FishCompletion made = new FishCompletion();
    made.out.append(
        """
        # SPDX-License-Identifier: Apache-2.0
        function __jrun_ids
            set -l words (commandline -opc)
            set -l root
            if set -l at (contains -i -- --root $words)
                set root --root $words[(math $at + 1)]
            end
            $words[1] $root list --quiet 2>/dev/null
        end
        function __jrun_arguments
            # How many words there are after the command that are no options.
            set -l seen 0
            set -l count 0
            for word in (commandline -opc)[2..]
                switch $word
                    case '-*'
                    case $argv[1]
                        set seen 1
                    case '*'
                        test $seen = 1; and set count (math $count + 1)
                end
            end
            echo $count
        end
        complete -c jrun -f
        """);
    made.options(NO_COMMAND, GlobalOptions.model());
    for (String name : Verbs.NAMES) {
      Verb verb = Verbs.named(name);
      made.line(NO_COMMAND, "-a " + name + " -d " + quoted(verb.summary()));
      made.options("__fish_seen_subcommand_from " + name, verb.model());
      made.arguments(verb);
    }
    made.line(NO_COMMAND, "-a help -d 'show help of a command'");
    made.line("__fish_seen_subcommand_from help", "-a '" + String.join(" ", Verbs.NAMES) + "'");
    return made.out.toString();
  }

  private void line(String condition, String rest) {
    out.append("complete -c jrun -n '").append(condition).append("' ").append(rest).append('\n');
  }

  private void options(String condition, Options options) {
    for (Option option : options.all()) {
      StringBuilder words = new StringBuilder();
      for (String name : CompletionModel.names(option)) {
        words.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
        words.append(' ');
      }
      words.append(value(option)).append("-d ").append(quoted(option.description()));
      line(condition, words.toString());
    }
  }

  private static String value(Option option) {
    if (!option.takesNextWord()) {
      return "";
    }
    if (!option.values().isEmpty()) {
      return "-x -a '" + String.join(" ", option.values()) + "' ";
    }
    if (CompletionModel.isSignal(option)) {
      return "-x -a '" + String.join(" ", CompletionModel.signals()) + "' ";
    }
    if (CompletionModel.isDirectory(option)) {
      return "-x -a '(__fish_complete_directories)' ";
    }
    return CompletionModel.isFile(option) ? "-r -F " : "-x ";
  }

  private void arguments(Verb verb) {
    String command = "__fish_seen_subcommand_from " + verb.name();
    String first = command + "; and test (__jrun_arguments " + verb.name() + ") = 0";
    String later = command + "; and test (__jrun_arguments " + verb.name() + ") != 0";
    argument(first, CompletionModel.argument(verb, 0));
    if (verb.maxArguments() > 1) {
      argument(later, CompletionModel.argument(verb, 1));
    }
  }

  private void argument(String condition, CompletionModel.Argument argument) {
    switch (argument) {
      case ID -> line(condition, "-a '(__jrun_ids)'");
      case SIGNAL -> line(condition, "-a '" + String.join(" ", CompletionModel.signals()) + "'");
      case DIRECTORY -> line(condition, "-a '(__fish_complete_directories)'");
      case COMMAND -> line(condition, "-a '(__fish_complete_command)'");
      case OTHER -> {
        return;
      }
    }
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
