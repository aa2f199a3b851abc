// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;

/**
 * A manual page in the language of man(7). Section 8: these are commands of whoever administers a
 * host, as runc's are.
 */
final class ManPage {
  private static final String SECTION = "8";
  private final StringBuilder out = new StringBuilder();

  private ManPage(String title, String summary) {
    out.append(".\\\" SPDX-License-Identifier: Apache-2.0\n");
    out.append(".TH ").append(title.toUpperCase(java.util.Locale.ROOT).replace("-", "\\-"));
    out.append(' ').append(SECTION).append(" \"\" \"jrun ").append(Version.number());
    out.append("\" \"jrun\"\n.nh\n.ad l\n");
    section("NAME");
    out.append(escaped(title)).append(" \\- ").append(escaped(summary)).append('\n');
  }

  /** Of the program as a whole. */
  static String program() {
    ManPage page = new ManPage("jrun", "Open Container Initiative runtime");
    page.section("SYNOPSIS");
    page.synopsis("jrun", "[global options] command [command options] [arguments...]");
    page.section("DESCRIPTION");
    page.paragraph(
        "jrun takes a bundle, which is a directory with a config.json and a root file system, and"
            + " makes, starts, inspects, signals and removes containers. Its commands, options,"
            + " output and error texts are those of runc where both have them.");
    page.paragraph(
        "What is wrong is told in one line with the field of config.json, the step, the system call"
            + " and what helps. jrun doctor says what a host can and cannot do.");
    page.section("COMMANDS");
    for (String name : Verbs.NAMES) {
      page.item("jrun-" + name + "(" + SECTION + ")", Verbs.named(name).summary());
    }
    page.section("GLOBAL OPTIONS");
    page.options(GlobalOptions.model());
    page.section("EXIT STATUS");
    page.paragraph(
        "0, or 1 if the command failed. run and exec in the foreground exit with the code of the"
            + " container's program, or 128 and the number of the signal that ended it; exec with 255"
            + " if the program could not be executed.");
    page.section("ENVIRONMENT");
    page.item("JRUN_CORE", "auto, warm or cold, as --core");
    page.item("JRUN_SOCKET", "where the warm core listens");
    page.item("XDG_RUNTIME_DIR", "below it is the state of an ordinary user's containers");
    page.item("NOTIFY_SOCKET", "where a container of run or start says that it is ready");
    page.item("LISTEN_FDS, LISTEN_PID", "sockets that are handed on to the container");
    page.section("FILES");
    page.item("/run/jrun", "state of root's containers");
    page.item("/run/jrund/core.sock", "where root's warm core listens");
    page.section("SEE ALSO");
    page.paragraph("runc(8), crun(1), cgroups(7), namespaces(7), user_namespaces(7)");
    return page.out.toString();
  }

  /** Of a command. */
  static String of(Verb verb) {
    ManPage page = new ManPage("jrun-" + verb.name(), verb.summary());
    page.section("SYNOPSIS");
    for (String usage : verb.usage().split(" \\|\\| ")) {
      page.synopsis("jrun " + verb.name(), ("[command options] " + usage).strip());
    }
    page.section("DESCRIPTION");
    String summary = verb.summary();
    page.paragraph(Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + ".");
    for (String each : verb.manual()) {
      page.paragraph(each);
    }
    page.section("OPTIONS");
    page.options(verb.model());
    page.section("EXIT STATUS");
    page.paragraph(
        verb.failureCode() == 1
            ? "0, or 1 if the command failed."
            : "That of the program, or " + verb.failureCode() + " if it could not be executed.");
    page.section("SEE ALSO");
    page.paragraph("jrun(" + SECTION + ")");
    return page.out.toString();
  }

  private void section(String title) {
    out.append(".SH \"").append(title).append("\"\n");
  }

  private void synopsis(String command, String rest) {
    out.append(".PP\n\\fB").append(escaped(command)).append("\\fR");
    out.append(rest.isEmpty() ? "" : " ").append(escaped(rest)).append('\n');
  }

  private void paragraph(String text) {
    out.append(".PP\n").append(escaped(text)).append('\n');
  }

  private void item(String name, String text) {
    out.append(".TP\n\\fB").append(escaped(name)).append("\\fR\n");
    out.append(escaped(text)).append('\n');
  }

  private void options(Options options) {
    for (Option option : options.all()) {
      List<String> names = option.names();
      StringBuilder name = new StringBuilder(".TP\n");
      for (int i = 0; i < names.size(); i++) {
        name.append(i == 0 ? "" : ", ").append("\\fB").append(escaped(names.get(i))).append("\\fR");
      }
      if (option.mayLackValue()) {
        name.append("[=\\fI").append(escaped(option.label())).append("\\fR]");
      } else if (!option.isSwitch()) {
        name.append(" \\fI").append(escaped(option.label())).append("\\fR");
      }
      out.append(name).append('\n').append(escaped(option.description())).append('\n');
    }
  }

  /** Dashes are those of the keyboard, and no line begins with a request. */
  private static String escaped(String text) {
    String plain = text.replace("\\", "\\e").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }
}
