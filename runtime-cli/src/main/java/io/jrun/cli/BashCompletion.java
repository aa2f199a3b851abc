// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Completion for bash: what picocli generates knows commands and options; before it stands what
 * only the host knows, ids of containers, and what picocli's model has no place for.
 */
final class BashCompletion {
  private static final String LAST_LINE = "complete -F _complete_jrun ";

  private BashCompletion() {}

  static String script() {
    String picocli = CompletionModel.bash();
    // It is read and not executed: the first line is none.
    int begin = picocli.startsWith("#!") ? picocli.indexOf('\n') + 1 : 0;
    return picocli.substring(begin, picocli.lastIndexOf(LAST_LINE)) + ours();
  }

  private static String ours() {
    StringBuilder valued = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    for (String name : Verbs.NAMES) {
      Verb verb = Verbs.named(name);
      valued
          .append("    ")
          .append(name)
          .append(") echo \"")
          .append(valued(verb.model()))
          .append("\" ;;\n");
      cases.append(cases(verb));
    }
    return """
        # Options with a value, of a command or of none.
        _jrun_valued() {
          case "$1" in
        @VALUED@    *) echo "@GLOBAL@" ;;
          esac
        }

        # Ids of the containers of the state root that the line names.
        _jrun_ids() {
          "${COMP_WORDS[0]}" "${root[@]}" list --quiet 2>/dev/null
        }

        # Where the word to be completed stands: command, place (its number among the arguments), root.
        _jrun_place() {
          local word i
          command='' place=0 root=()
          for ((i = 1; i < COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            case "$word" in
              --root) root=(--root "${COMP_WORDS[i + 1]}") ;;
            esac
            if [[ " $(_jrun_valued "$command") " == *" $word "* ]]; then
              i=$((i + 1))
            elif [[ $word != -* ]]; then
              if [ -z "$command" ]; then command=$word; else place=$((place + 1)); fi
            fi
          done
        }

        _jrun() {
          local command place root current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
          local words='' signals='@SIGNALS@'
          _jrun_place
          case "$before" in
            -s | --signal) [ "$command" = kill ] && words=$signals ;;
          esac
          if [[ -z $words && $current != -* && " $(_jrun_valued "$command") " != *" $before "* ]]; then
            case "$command:$place" in
              help:*) words='@NAMES@' ;;
        @CASES@    esac
          fi
          if [ -n "$words" ]; then
            COMPREPLY=($(compgen -W "$words" -- "$current"))
          else
            _complete_jrun "$@"
          fi
        }
        complete -F _jrun -o default jrun
        """
        .replace("@VALUED@", valued)
        .replace("@GLOBAL@", valued(GlobalOptions.model()))
        .replace("@SIGNALS@", String.join(" ", CompletionModel.signals()))
        .replace("@NAMES@", String.join(" ", Verbs.NAMES))
        .replace("@CASES@", cases);
  }

  private static String valued(Options options) {
    List<String> out = new ArrayList<>();
    for (Option option : options.all()) {
      if (option.takesNextWord()) {
        out.addAll(option.names());
      }
    }
    return String.join(" ", out);
  }

  private static String cases(Verb verb) {
    return switch (CompletionModel.argument(verb, 0)) {
      case ID -> {
        String rest =
            switch (CompletionModel.argument(verb, 1)) {
              case ID -> "      " + verb.name() + ":*) words=$(_jrun_ids) ;;\n";
              case SIGNAL -> "      " + verb.name() + ":1) words=$signals ;;\n";
              case COMMAND ->
                  "      "
                      + verb.name()
                      + ":*) COMPREPLY=($(compgen -c -- \"$current\")); return ;;\n";
              default -> "";
            };
        yield "      " + verb.name() + ":0) words=$(_jrun_ids) ;;\n" + rest;
      }
      case DIRECTORY ->
          "      " + verb.name() + ":0) COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n";
      default -> "";
    };
  }
}
