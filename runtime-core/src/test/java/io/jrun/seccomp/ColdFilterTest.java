// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.SeccompSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cold process with a known profile loads neither jnr nor libseccomp. */
class ColdFilterTest {
  /** Run in a JVM of its own: finds a filter twice, as two processes would. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      SeccompSpec profile = Profiles.parse(args[1]);
      System.out.println("begin");
      int length =
          new FilterCache(args[0], "v", Long.parseLong(args[2])).find(profile).program().length;
      boolean mapped = Files.readString(Path.of("/proc/self/maps")).contains("libseccomp");
      System.out.println("end " + length + " " + mapped);
    }
  }

  private static final String PROFILE =
      "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['read'],'action':'SCMP_ACT_ALLOW'}]}";

  private static List<String> run(Path root) throws Exception {
    Path log = root.resolve("log");
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                root.toString(),
                PROFILE,
                Files.getAttribute(root, "unix:uid").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertEquals(0, jvm.waitFor());
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return lines.subList(lines.indexOf("begin"), lines.size());
  }

  private static long jnr(List<String> lines) {
    return lines.stream()
        .filter(line -> line.contains(" jnr.") || line.contains(" com.kenai."))
        .count();
  }

  private static String end(List<String> lines) {
    return lines.stream().filter(line -> line.startsWith("end ")).findFirst().orElseThrow();
  }

  @Test
  void aKnownProfileTakesNeitherJnrNorTheLibrary(@TempDir Path root) throws Exception {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    List<String> first = run(root);
    assertTrue(jnr(first) > 50, "the first time both are needed");
    assertTrue(end(first).endsWith(" true"), end(first));
    // This process does what the front would have been told to.
    FilterCache.Entry entry =
        new FilterCache(root.toString(), "v", -1)
            .find(Profiles.parse(PROFILE))
            .fresh()
            .orElseThrow();
    Path directory = Files.createDirectory(root.resolve(FilterCache.DIRECTORY));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Path file = Files.write(directory.resolve(entry.name()), entry.content());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    List<String> second = run(root);
    assertEquals(0, jnr(second));
    assertEquals(end(first).replace(" true", " false"), end(second));
  }
}
