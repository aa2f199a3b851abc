// SPDX-License-Identifier: Apache-2.0
package io.jrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages for readers point at is there: files, scripts, options of scripts, targets. */
class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#: ]+)(#[^)]*)?\\)");
  private static final Pattern SCRIPT = Pattern.compile("scripts/([a-z][a-z-]*)((?: [^\\s`|)]+)*)");
  private static final Pattern OPTION = Pattern.compile(" (--[a-z-]+)");

  /** As comments say it, above the floor: "from Linux 6.12 on", "kernels before 6.5". */
  private static final Pattern KERNEL =
      Pattern.compile("(?:Linux|[Ss]ince|[Ff]rom|[Kk]ernels? before) (5\\.1[5-9]|[6-9]\\.\\d+)\\b");

  private static final Pattern TARGET = Pattern.compile("make -C ([a-z-]+) ([a-z0-9-]+)");

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(SourceTree.TOP);
        Stream<Path> docs = Files.walk(SourceTree.TOP.resolve("docs"))) {
      Stream.concat(top, docs).filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
    }
    assertTrue(pages.size() > 20);
    return pages;
  }

  /** Has {@code look} add to a list what is wrong with each match, and expects nothing. */
  private static void each(Pattern pattern, Look look) throws IOException {
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (Path page : pages()) {
      Matcher matcher = pattern.matcher(Files.readString(page));
      while (matcher.find()) {
        found++;
        String name = SourceTree.TOP.relativize(page).toString();
        look.at(page, matcher, (what, why) -> wrong.add(name + ": " + what + " " + why));
      }
    }
    assertTrue(found > 0);
    assertEquals(List.of(), wrong);
  }

  private interface Look {
    void at(Path page, Matcher match, BiConsumer<String, String> wrong) throws IOException;
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    each(
        LINK,
        (page, match, wrong) -> {
          if (!Files.exists(page.resolveSibling(match.group(1)))) {
            wrong.accept(match.group(1), "is not there");
          }
        });
  }

  /** An option is one of a script's if its own head or usage has it. */
  @Test
  void scriptsHaveTheOptionsTheyAreSaidToHave() throws IOException {
    each(
        SCRIPT,
        (page, match, wrong) -> {
          Path script = SourceTree.TOP.resolve("scripts").resolve(match.group(1));
          if (Files.isDirectory(script)) {
            return;
          }
          if (!Files.isExecutable(script)) {
            wrong.accept("scripts/" + match.group(1), "is not there");
            return;
          }
          String text = Files.readString(script);
          // What a command is run by has options of its own.
          String words = match.group(2).replaceFirst(" (mvn|jrun|sh|bash) .*", "");
          Matcher option = OPTION.matcher(words);
          while (option.find()) {
            if (!text.contains(option.group(1))) {
              wrong.accept(match.group(), "has no " + option.group(1));
            }
          }
        });
  }

  @Test
  void makefilesHaveTheTargets() throws IOException {
    each(
        TARGET,
        (page, match, wrong) -> {
          String makefile = Files.readString(SourceTree.TOP.resolve(match.group(1) + "/Makefile"));
          if (!Pattern.compile("(?m)^" + match.group(2) + ":").matcher(makefile).find()) {
            wrong.accept(match.group(), "is no target");
          }
        });
  }

  /** What is said to have come by a kernel is a row of docs/kernels.md, which is tried on them. */
  @Test
  void kernelsThatSourcesNameAreInThePage() throws IOException {
    String page = Files.readString(SourceTree.TOP.resolve("docs/kernels.md"));
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (String module : List.of("runtime-core", "runtime-cli", "native-shim")) {
      for (Path source : sources(SourceTree.TOP.resolve(module).resolve("src/main"))) {
        Matcher matcher = KERNEL.matcher(Files.readString(source));
        while (matcher.find()) {
          found++;
          Pattern row =
              Pattern.compile("(?m)^\\|[^|]*\\| " + Pattern.quote(matcher.group(1)) + "\\b");
          if (!row.matcher(page).find()) {
            wrong.add(source.getFileName() + ": " + matcher.group());
          }
        }
      }
    }
    assertTrue(found > 5);
    assertEquals(List.of(), wrong);
  }

  private static List<Path> sources(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().matches(".*\\.(java|[ch])")).toList();
    }
  }
}
