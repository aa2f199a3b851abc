// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the reader to its promise to a cold JVM: nothing is loaded that a good document does not
 * need.
 */
class ColdReadingTest {
  /** Beside what reads: the mapper, regular expressions, lambdas and what is spun at run time. */
  private static final List<String> UNWANTED =
      List.of(
          "com.fasterxml.jackson.databind.ObjectMapper",
          "com.fasterxml.jackson.databind.introspect.",
          "com.fasterxml.jackson.databind.deser.",
          "com.fasterxml.jackson.databind.ser.",
          "com.fasterxml.jackson.databind.type.",
          "java.lang.invoke.StringConcatFactory",
          "java.lang.invoke.LambdaMetafactory",
          "java.util.regex.Matcher",
          "java.util.stream.",
          "io.jrun.spec.Locations",
          "$$Lambda");

  /** Run in a JVM of its own. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
      byte[] document = Files.readAllBytes(Path.of(args[0]));
      System.out.println("begin");
      SpecReader.read(document, "config.json");
      System.out.println("end");
    }
  }

  @Test
  void readingLoadsNoBindingMachinery(@TempDir Path directory) throws Exception {
    Path document = Files.write(directory.resolve("config.json"), Documents.load("maximal.json"));
    Path log = directory.resolve("log");
    java.lang.Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                document.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertEquals(0, jvm.waitFor());
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    List<String> loaded = lines.subList(lines.indexOf("begin"), lines.indexOf("end"));
    assertTrue(loaded.stream().anyMatch(line -> line.contains("io.jrun.spec.LinuxMapper")));
    for (String unwanted : UNWANTED) {
      assertEquals(
          List.of(),
          loaded.stream().filter(line -> line.contains(unwanted) && isOurs(line)).toList(),
          unwanted);
    }
  }

  /** Later JDKs load more of their own, for themselves. */
  private static boolean isOurs(String line) {
    return Runtime.version().feature() == 17
        || line.contains("io.jrun.")
        || line.contains("com.fasterxml.");
  }
}
