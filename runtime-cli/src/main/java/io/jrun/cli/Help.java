// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

/** Help texts, in the shape that users and tests of runc know. */
final class Help {
  private static final int COLUMN = 28;

  private Help() {}

  static String program() {
    StringBuilder out = new StringBuilder();
    out.append("NAME:\n   jrun - Open Container Initiative runtime\n\n");
    out.append("USAGE:\n   jrun [global options] command [command options] [arguments...]\n\n");
    out.append("COMMANDS:\n");
    for (String name : Verbs.NAMES) {
      line(out, name, Verbs.named(name).summary());
    }
    options(out.append("\nGLOBAL OPTIONS:\n"), GlobalOptions.model());
    return out.toString();
  }

  static String of(Verb verb) {
    StringBuilder out = new StringBuilder();
    out.append("NAME:\n   jrun ")
        .append(verb.name())
        .append(" - ")
        .append(verb.summary())
        .append("\n\n");
    out.append("USAGE:\n   jrun ").append(verb.name()).append(" [command options]");
    out.append(verb.usage().isEmpty() ? "" : " " + verb.usage()).append("\n\nOPTIONS:\n");
    options(out, verb.model());
    return out.toString();
  }

  private static void options(StringBuilder out, Options known) {
    for (Option option : known.all()) {
      StringBuilder names = new StringBuilder();
      for (String name : option.names()) {
        names.append(names.isEmpty() ? "" : ", ").append(name);
      }
      if (option.mayLackValue()) {
        names.append("[=").append(option.label()).append(']');
      } else if (!option.isSwitch()) {
        names.append(' ').append(option.label());
      }
      line(out, names.toString(), option.description());
    }
  }

  private static void line(StringBuilder out, String left, String right) {
    out.append("   ")
        .append(left)
        .append(" ".repeat(Math.max(1, COLUMN - left.length())))
        .append(right)
        .append('\n');
  }
}
