// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.CheckedBundle;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.spec.SpecTemplate;
import io.jrun.spec.SpecWriter;
import io.jrun.state.ContainerState;
import io.jrun.state.LaunchRecord;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.wire.ProgramWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds a launch to its promise to a cold JVM: nothing of it is spun at run time. On Java 17 the
 * first lambda costs 5 ms and each further one half a millisecond; to compare two records costs 20.
 */
class ColdLaunchTest {
  /** Run in a JVM of its own. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
      byte[] document = Files.readAllBytes(Path.of(args[0]));
      System.out.println("begin");
      CheckedBundle bundle =
          new CheckedBundle("/bundle", document, Bundle.parse(document, "/bundle"));
      ContainerState state =
          new ContainerState(
              "demo",
              Phase.CREATED,
              ProcessIdentity.NONE,
              new ProcessIdentity(1, 1),
              "boot",
              new ContainerState.Location("/bundle", "/bundle/rootfs", "/cgroup"),
              "2026-01-01T00:00:00.000000000Z",
              Map.of(),
              LaunchRecord.NONE);
      LaunchOptions options =
          new LaunchOptions(
              "demo",
              "/bundle",
              "/state",
              new LaunchOptions.Switches(true, false, false, 0),
              new HostFacts(Rights.ROOT, -1L, new HostFacts.Cgroup("/cgroup", "/demo")));
      Launch launch = Launch.of(bundle, options, state);
      int size = ProgramWriter.write(LaunchPlan.compile(launch.input()).front(), false).length;
      System.out.println("end");
      System.exit(size > 0 ? 0 : 1);
    }
  }

  @Test
  void aLaunchSpinsNoClasses(@TempDir Path directory) throws Exception {
    Path document =
        Files.write(
            directory.resolve("config.json"), SpecWriter.write(SpecTemplate.withoutTerminal()));
    Path log = directory.resolve("log");
    Process jvm =
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
    assertTrue(loaded.stream().anyMatch(line -> line.contains("io.jrun.plan.init.InitSteps")));
    assertEquals(List.of(), loaded.stream().filter(ColdLaunchTest::isSpun).toList());
  }

  private static boolean isSpun(String line) {
    return line.contains("io.jrun.") && line.contains("$$Lambda")
        || line.contains("java.lang.runtime.ObjectMethods");
  }
}
