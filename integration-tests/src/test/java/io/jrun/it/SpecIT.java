// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The template of a configuration: where it goes, how it looks, and that it is a safe one to begin
 * with.
 */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class SpecIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  @Tag("smoke")
  void specWritesTheTemplateIntoTheCurrentDirectory(Workbench bench) throws IOException {
    bench.command("spec").in(bench.directory()).run().succeedsSilently();
    Path config = bench.directory().resolve("config.json");
    String text = Files.readString(config);
    assertTrue(text.startsWith("{\n\t\"ociVersion\": \""), text.substring(0, 40));
    assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(config)));
    JsonNode spec = JSON.readTree(text);
    assertEquals("[\"sh\"]", spec.at("/process/args").toString());
    assertTrue(spec.at("/root/readonly").asBoolean());
  }

  @Test
  void specWritesIntoTheBundleItIsGiven(Workbench bench) throws IOException {
    Path bundle = Files.createDirectory(bench.directory().resolve("b"));
    bench.jrun("spec", "--bundle", bundle.toString()).succeedsSilently();
    assertTrue(Files.exists(bundle.resolve("config.json")));
  }

  @Test
  void specNeverOverwrites(Workbench bench) throws IOException {
    Path config = bench.directory().resolve("config.json");
    Files.writeString(config, "mine");
    bench
        .command("spec")
        .in(bench.directory())
        .run()
        .failsWith("File config.json exists. Remove it first");
    assertEquals("mine", Files.readString(config));
  }

  @Test
  void specTakesNoArguments(Workbench bench) {
    Outcome outcome = bench.command("spec", "extra").in(bench.directory()).run().exits(1);
    assertEquals(Jrun.binary() + ": \"spec\" requires exactly 0 argument(s)", outcome.message());
    assertFalse(Files.exists(bench.directory().resolve("config.json")));
  }

  // SEC-01
  @Test
  void theTemplateHidesWhatAContainerMustNotSee(Workbench bench) throws IOException {
    JsonNode spec = template(bench);
    List<String> masked = texts(spec.at("/linux/maskedPaths"));
    for (String path :
        List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap",
            "/sys/devices/virtual/tpm")) {
      assertTrue(masked.contains(path), path + " is not masked");
    }
    List<String> readonly = texts(spec.at("/linux/readonlyPaths"));
    for (String path :
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")) {
      assertTrue(readonly.contains(path), path + " is not read-only");
    }
  }

  // SEC-13: R13
  @Test
  void theTemplateHasNoInheritableCapabilities(Workbench bench) throws IOException {
    assertEquals(0, template(bench).at("/process/capabilities/inheritable").size());
  }

  @Test
  void theTemplateDeniesAllDevicesAndHasNamespacesOfItsOwn(Workbench bench) throws IOException {
    JsonNode spec = template(bench);
    assertFalse(spec.at("/linux/resources/devices/0/allow").asBoolean(true));
    assertEquals("rwm", spec.at("/linux/resources/devices/0/access").asText());
    List<String> types =
        StreamSupport.stream(spec.at("/linux/namespaces").spliterator(), false)
            .map(namespace -> namespace.get("type").asText())
            .toList();
    assertTrue(
        types.containsAll(List.of("pid", "network", "ipc", "uts", "mount", "cgroup")),
        types::toString);
  }

  @Test
  void theRootlessTemplateHasAUserNamespaceAndNeitherNetworkNamespaceNorResources(Workbench bench)
      throws IOException {
    bench.command("spec", "--rootless").in(bench.directory()).run().succeedsSilently();
    JsonNode spec = JSON.readTree(Files.readString(bench.directory().resolve("config.json")));
    List<String> types =
        StreamSupport.stream(spec.at("/linux/namespaces").spliterator(), false)
            .map(namespace -> namespace.get("type").asText())
            .toList();
    assertTrue(types.contains("user"), types::toString);
    assertFalse(types.contains("network"), types::toString);
    assertTrue(spec.at("/linux/resources").isMissingNode());
    for (String mappings : List.of("uidMappings", "gidMappings")) {
      JsonNode mapping = spec.at("/linux/" + mappings + "/0");
      assertEquals(0, mapping.get("containerID").asInt(), mappings);
      assertEquals(0, mapping.get("hostID").asInt(), mappings);
      assertEquals(1, mapping.get("size").asInt(), mappings);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0022", "0077"})
  void theTemplatesModeFollowsTheUmask(String umask, Workbench bench) throws IOException {
    bench
        .command("spec")
        .in(bench.directory())
        .through("umask " + umask + "; exec \"$@\"")
        .run()
        .succeedsSilently();
    assertEquals(
        umask.equals("0022") ? "rw-r--r--" : "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(bench.directory().resolve("config.json"))));
  }

  private static JsonNode template(Workbench bench) throws IOException {
    bench.command("spec").in(bench.directory()).run().succeedsSilently();
    return JSON.readTree(Files.readString(bench.directory().resolve("config.json")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
