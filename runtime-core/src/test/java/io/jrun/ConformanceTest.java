// SPDX-License-Identifier: Apache-2.0
package io.jrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that name a test in each row, and each test they name is there. */
class ConformanceTest {
  private static final Path TOP =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))#(\\w*)`");
  private static final int FEWEST_ROWS = 60;
  private static final String VULNERABILITIES = "## Published vulnerabilities";
  private static final int FEWEST_VULNERABILITIES = 36;

  private static List<String> rows() throws IOException {
    return Files.readAllLines(TOP.resolve("docs/spec-conformance.md")).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| item |"))
        .toList();
  }

  @Test
  void eachRowHasAStatusAndATest() throws IOException {
    List<String> bare = new ArrayList<>();
    for (String row : rows()) {
      String[] cells = row.split("\\|", -1);
      boolean known = cells[2].trim().matches("(yes|error path|refused)\\b.*");
      if (cells.length != 5 || !known || !NAMED.matcher(cells[3]).find()) {
        bare.add(row);
      }
    }
    assertEquals(List.of(), bare);
    assertTrue(rows().size() >= FEWEST_ROWS);
  }

  /** A vulnerability that was found once is found again in another runtime, or in a later one. */
  @Test
  void eachPublishedVulnerabilityHasATest() throws IOException {
    String page = Files.readString(TOP.resolve("docs/security.md"));
    List<String> rows =
        page.substring(page.indexOf(VULNERABILITIES))
            .lines()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| vulnerability |"))
            .toList();
    assertEquals(List.of(), rows.stream().filter(row -> !NAMED.matcher(row).find()).toList());
    Matcher number =
        Pattern.compile("CVE-\\d{4}-\\d+|, \\d{4}\\b").matcher(String.join("\n", rows));
    assertTrue(number.results().count() >= FEWEST_VULNERABILITIES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"spec-conformance.md", "security.md"})
  void eachTestThatIsNamedIsThere(String page) throws IOException {
    List<String> missing = new ArrayList<>();
    Matcher named = NAMED.matcher(Files.readString(TOP.resolve("docs").resolve(page)));
    while (named.find()) {
      if (!has(named.group(1), named.group(2))) {
        missing.add(named.group());
      }
    }
    assertEquals(List.of(), missing);
  }

  private static boolean has(String type, String method) throws IOException {
    for (String module :
        List.of("config-schema", "runtime-core", "runtime-cli", "integration-tests")) {
      try (Stream<Path> files = Files.walk(TOP.resolve(module + "/src/test/java"))) {
        List<Path> found =
            files.filter(file -> file.getFileName().toString().equals(type + ".java")).toList();
        for (Path file : found) {
          if (Pattern.compile("\\b" + method + "\\(").matcher(Files.readString(file)).find()) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
