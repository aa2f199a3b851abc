// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Man pages and completions of the installation, with real readers: man, bash, zsh, fish. */
@ExtendWith(ResidueExtension.class)
class ManualIT {
  private static final Path SHARE = Jrun.prefix().resolve("share");
  private static final Path MAN = SHARE.resolve("man/man8");

  private static final String BASH = SHARE.resolve("bash-completion/completions/jrun").toString();
  private static final String FISH =
      SHARE.resolve("fish/vendor_completions.d/jrun.fish").toString();

  /**
   * Has a zsh at a terminal of its own complete a line ($3), with functions from $1 and programs
   * from $2: what it proposes is told between angle brackets, by who adds it to what is shown.
   */
  private static final String ZSH =
      """
      zmodload zsh/zpty
      heard() { local piece; seen=''; while zpty -r shell piece; do seen+=$piece; [[ $seen != *$1* ]] || return 0; done }
      zpty shell zsh -f -i
      zpty -w shell "PS1=; fpath=($1 \\$fpath); path=($2 \\$path); autoload -Uz compinit; compinit -u -D
      compadd() {
        local -a hits
        [[ \\" \\${(j: :)argv[1,(i)--]} \\" == *' -'[OAD]' '* ]] || { builtin compadd -A hits \\"\\$@\\"; print -rn -- \\${(j::)\\${hits/#/<}/%/>}; }
        builtin compadd \\"\\$@\\"
      }
      over() { print -n -- OV''ER; zle send-break }; zle -N over; bindkey '^X' over; bindkey '^I' complete-word; print REA''DY"
      heard READY
      zpty -w -n shell "$3"$'\\t\\x18'
      heard OVER
      print -r -- $seen | grep -o '<[^<>]*>' | tr -d '<>' | sort -u
      """;

  // Man pages

  @Test
  void thereIsAPageForTheProgramAndForEachCommand(Workbench bench) throws IOException {
    TreeSet<String> expected = new TreeSet<>();
    expected.add("jrun.8");
    commands(bench).forEach(name -> expected.add("jrun-" + name + ".8"));
    assertEquals(
        expected,
        new TreeSet<>(pages().stream().map(Path::getFileName).map(Path::toString).toList()));
  }

  @Test
  void eachPageIsFormattedWithoutAWarning(Workbench bench) throws IOException {
    for (Path page : pages()) {
      Ran groff = ran(bench, "groff", "-man", "-ww", "-z", "-Tutf8", page.toString());
      assertEquals(new Ran(0, "", ""), groff, page.toString());
      Ran man =
          ran(
              bench,
              "env",
              "MANWIDTH=80",
              "LC_ALL=C.UTF-8",
              "MANROFFSEQ=",
              "man",
              "--warnings",
              "-E",
              "UTF-8",
              "-l",
              page.toString());
      assertEquals("", man.err(), page.toString());
      assertEquals(0, man.code(), man::toString);
      assertTrue(man.out().contains("SYNOPSIS"), man::toString);
    }
  }

  @Test
  void aPageHasEveryOptionThatHelpHas(Workbench bench) throws IOException {
    for (String command : commands(bench)) {
      String page = Files.readString(MAN.resolve("jrun-" + command + ".8")).replace("\\-", "-");
      Outcome help = bench.bareCommand("help", command).run().succeedsSilently();
      List<String> options = help.lines().stream().filter(each -> each.startsWith("   -")).toList();
      assertTrue(!options.isEmpty(), help::toString);
      for (String option : options) {
        String name = option.strip().split("[ ,\\[]")[0];
        assertTrue(page.contains("\\fB" + name + "\\fR"), command + " " + name);
      }
    }
  }

  // Completion

  @Test
  void bashCompletesCommandsOptionsAndTheirValues(Workbench bench) {
    assertEquals(List.of("daemon", "delete", "doctor"), bash(bench, "jrun", "d"));
    assertEquals(List.of("--pid-file", "--pidfd-socket"), bash(bench, "jrun", "create", "--pid"));
    assertEquals(List.of("json"), bash(bench, "jrun", "list", "--format", "j"));
    assertEquals(List.of("pause", "plan", "ps"), bash(bench, "jrun", "help", "p"));
    assertEquals(List.of("KILL"), bash(bench, "jrun", "kill", "--signal", "K"));
  }

  @Test
  void bashCompletesIdsOfTheRootThatIsNamed(Workbench bench) {
    String id = bench.created(bench.bundle());
    String root = bench.root().toString();
    assertEquals(List.of(id), bash(bench, "jrun", "--root", root, "start", ""));
    assertEquals(List.of(id), bash(bench, "jrun", "--root", root, "delete", "--force", id, ""));
    assertEquals(List.of("TERM"), bash(bench, "jrun", "--root", root, "kill", id, "TE"));
    assertEquals(List.of(), bash(bench, "jrun", "--root", root, "state", "no"));
  }

  @Test
  void fishCompletesTheSame(Workbench bench) {
    String id = bench.created(bench.bundle());
    String root = bench.root().toString();
    assertEquals(List.of("daemon", "delete", "doctor"), fish(bench, "jrun d"));
    assertEquals(List.of("--pid-file", "--pidfd-socket"), fish(bench, "jrun create --pid"));
    assertEquals(List.of("json"), fish(bench, "jrun list --format j"));
    assertEquals(List.of(id), fish(bench, "jrun --root " + root + " start "));
    assertEquals(List.of("TERM"), fish(bench, "jrun --root " + root + " kill " + id + " TE"));
  }

  @Test
  void zshCompletesTheSame(Workbench bench) {
    String id = bench.created(bench.bundle());
    String root = bench.root().toString();
    assertEquals(List.of("daemon", "delete", "doctor"), zsh(bench, "jrun d"));
    assertEquals(List.of("--pid-file", "--pidfd-socket"), zsh(bench, "jrun create --pid"));
    assertEquals(List.of("json"), zsh(bench, "jrun list --format j"));
    assertEquals(List.of(id), zsh(bench, "jrun --root " + root + " start "));
    assertEquals(List.of("TERM"), zsh(bench, "jrun --root " + root + " kill " + id + " TE"));
  }

  // Readers

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(MAN)) {
      return files.sorted().toList();
    }
  }

  /** All there are, as the program tells them. */
  private static List<String> commands(Workbench bench) {
    List<String> out = new ArrayList<>();
    boolean inside = false;
    for (String line : bench.bareCommand("help").run().succeedsSilently().lines()) {
      inside = line.equals("COMMANDS:") || inside && !line.isEmpty();
      if (inside && line.startsWith("   ")) {
        out.add(line.strip().split(" ")[0]);
      }
    }
    return out;
  }

  /** Has bash complete the last word, as it would at a tab. */
  private static List<String> bash(Workbench bench, String... words) {
    List<String> argv = new ArrayList<>(List.of("bash", "-c"));
    argv.add(
        "source "
            + BASH
            + "; PATH="
            + Jrun.binary().getParent()
            + ":$PATH; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\"; _jrun 2>/dev/null;"
            + " printf '%s\\n' \"${COMPREPLY[@]}\" | sort");
    argv.add("bash");
    argv.addAll(Arrays.asList(words));
    return proposals(ran(bench, argv.toArray(String[]::new)));
  }

  private static List<String> fish(Workbench bench, String line) {
    String script =
        "source "
            + FISH
            + "; set PATH "
            + Jrun.binary().getParent()
            + " $PATH; complete -C '"
            + line
            + "'";
    return proposals(
        ran(bench, "env", "HOME=" + bench.directory(), "fish", "--no-config", "-c", script));
  }

  private static List<String> zsh(Workbench bench, String line) {
    String functions = SHARE.resolve("zsh/site-functions").toString();
    String programs = Jrun.binary().getParent().toString();
    return proposals(ran(bench, "zsh", "-f", "-c", ZSH, "zsh", functions, programs, line));
  }

  private static List<String> proposals(Ran ran) {
    assertEquals("", ran.err(), ran::toString);
    return ran.out()
        .lines()
        .map(each -> each.split("\t")[0])
        .filter(each -> !each.isEmpty())
        .sorted()
        .toList();
  }

  private record Ran(int code, String out, String err) {}

  private static Ran ran(Workbench bench, String... command) {
    Path out = bench.directory().resolve("outputs/manual.out");
    Path err = bench.directory().resolve("outputs/manual.err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      return new Ran(process.waitFor(), Files.readString(out), Files.readString(err));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
