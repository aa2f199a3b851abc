// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes what an installation has beside the program: man pages and completions of three shells.
 * All of them are made of the model that reads the command line, so that they cannot differ from
 * it. Run by the build, and no part of a core.
 */
final class Manual {
  private Manual() {}

  /**
   * Writes all of it below a directory, as it is laid out in {@code share}.
   *
   * @param arguments that directory
   * @throws IOException if it cannot be written
   */
  public static void main(String[] arguments) throws IOException {
    for (Map.Entry<String, String> each : files().entrySet()) {
      Path file = Path.of(arguments[0], each.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, each.getValue());
    }
  }

  /** Contents by their paths below {@code share}. */
  static Map<String, String> files() {
    Map<String, String> out = new TreeMap<>();
    out.put("man/man8/jrun.8", ManPage.program());
    for (String name : Verbs.NAMES) {
      out.put("man/man8/jrun-" + name + ".8", ManPage.of(Verbs.named(name)));
    }
    out.put("bash-completion/completions/jrun", BashCompletion.script());
    out.put("zsh/site-functions/_jrun", ZshCompletion.script());
    out.put("fish/vendor_completions.d/jrun.fish", FishCompletion.script());
    return out;
  }
}
