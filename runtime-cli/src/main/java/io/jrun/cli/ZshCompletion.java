// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;

/** Completion for zsh, by its _arguments: zshcompsys(1). */
final class ZshCompletion {
  private ZshCompletion() {}

  static String script() {
    StringBuilder commands = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    for (String name : Verbs.NAMES) {
      Verb verb = Verbs.named(name);
      commands.append("        ").append(quoted(name + ":" + verb.summary())).append('\n');
      cases
          .append("        ")
          .append(name)
          .append(")\n          _arguments -s")
          .append(options(verb.model()))
          .append(arguments(verb))
          .append(" ;;\n");
    }
    return """
        #compdef jrun
        # SPDX-License-Identifier: Apache-2.0

        _jrun_ids() {
          local -a ids
          ids=(${(f)"$(_call_program ids ${program} ${root:+--root} ${root} list --quiet 2>/dev/null)"})
          compadd -a ids
        }

        _jrun() {
          local context state state_descr line
          local -A opt_args
          local -a commands
          local program=$words[1] root
          _arguments -C -s@GLOBAL@ '1:command:->command' '*::argument:->argument'
          root=${opt_args[--root]}
          case $state in
            command)
              commands=(
        @COMMANDS@      'help:show help of a command'
              )
              _describe command commands ;;
            argument)
              case $words[1] in
        @CASES@        help) _values command @NAMES@ ;;
              esac ;;
          esac
        }

        _jrun "$@"
        """
        .replace("@GLOBAL@", options(GlobalOptions.model()))
        .replace("@COMMANDS@", commands)
        .replace("@CASES@", cases)
        .replace("@NAMES@", String.join(" ", Verbs.NAMES));
  }

  private static String options(Options options) {
    StringBuilder out = new StringBuilder();
    for (Option option : options.all()) {
      List<String> names = CompletionModel.names(option);
      for (String name : names) {
        String others = names.size() > 1 && !option.isRepeatable() ? String.join(" ", names) : "";
        String prefix = option.isRepeatable() ? "*" : others.isEmpty() ? "" : "(" + others + ")";
        String long2 = option.takesNextWord() && name.startsWith("--") ? "=" : "";
        String value =
            !option.takesNextWord() ? "" : ":" + colons(option.label()) + ":" + action(option);
        out.append(" \\\n            ")
            .append(
                quoted(prefix + name + long2 + "[" + brackets(option.description()) + "]" + value));
      }
    }
    return out.toString();
  }

  private static String action(Option option) {
    if (!option.values().isEmpty()) {
      return "(" + String.join(" ", option.values()) + ")";
    }
    if (CompletionModel.isSignal(option)) {
      return "(" + String.join(" ", CompletionModel.signals()) + ")";
    }
    return CompletionModel.isDirectory(option)
        ? "_files -/"
        : CompletionModel.isFile(option) ? "_files" : " ";
  }

  private static String arguments(Verb verb) {
    StringBuilder out = new StringBuilder();
    if (verb.maxArguments() > 0) {
      out.append(argument("1", CompletionModel.argument(verb, 0)));
    }
    if (verb.maxArguments() > 1) {
      boolean many = verb.maxArguments() > 2;
      out.append(argument(many ? "*" : "2", CompletionModel.argument(verb, 1)));
    }
    return out.toString();
  }

  private static String argument(String place, CompletionModel.Argument argument) {
    String action =
        switch (argument) {
          case ID -> ":container:_jrun_ids";
          case SIGNAL -> ":signal:(" + String.join(" ", CompletionModel.signals()) + ")";
          case DIRECTORY -> ":directory:_files -/";
          case COMMAND -> "::command:_normal";
          case OTHER -> ":argument: ";
        };
    return " \\\n            " + quoted(place + action);
  }

  private static String brackets(String text) {
    return colons(text.replace("[", "\\[").replace("]", "\\]"));
  }

  private static String colons(String text) {
    return text.replace(":", "\\:");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
