// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares with what runc 1.1.5 wrote on a host with cgroup v2. */
class SpecTemplateTest {
  private static final String AMBIENT =
      ",\n\t\t\t\"ambient\": [\n\t\t\t\t\"CAP_AUDIT_WRITE\",\n\t\t\t\t\"CAP_KILL\",\n"
          + "\t\t\t\t\"CAP_NET_BIND_SERVICE\"\n\t\t\t]";

  private static String asRuncWrites(Spec template) {
    return Documents.text(SpecWriter.write(template))
        .replace("\"ociVersion\": \"1.3.0\"", "\"ociVersion\": \"1.0.2-dev\"")
        .replace("\"hostname\": \"jrun\"", "\"hostname\": \"runc\"")
        .replace(
            "\t\t\t\"/proc/scsi\",\n\t\t\t\"/sys/devices/virtual/tpm\",\n"
                + "\t\t\t\"/sys/devices/virtual/powercap\"\n",
            "\t\t\t\"/proc/scsi\"\n");
  }

  private static String golden(String name) {
    String text = Documents.text(Documents.load(name));
    assertTrue(text.contains(AMBIENT), text);
    return text.replace(AMBIENT, "");
  }

  @Test
  void defaultSpecIsThatOfRuncButForWhatIsDocumented() {
    String golden = golden("runc-1.1-spec.json");
    assertEquals(golden, asRuncWrites(SpecTemplate.defaultSpec()));
  }

  @Test
  void rootlessSpecIsThatOfRuncButForWhatIsDocumented() {
    String golden = golden("runc-1.1-spec-rootless.json");
    assertEquals(golden, asRuncWrites(SpecTemplate.rootless(0, 0)));
  }

  @Test
  void rootlessSpecMapsTheCaller() {
    Linux linux = SpecTemplate.rootless(1000, 1001).linux();
    assertEquals(List.of(new LinuxIdMapping(0, 1000, 1)), linux.uidMappings());
    assertEquals(List.of(new LinuxIdMapping(0, 1001, 1)), linux.gidMappings());
  }

  @Test
  void templatesCanBeReadBack() {
    for (Spec template : List.of(SpecTemplate.defaultSpec(), SpecTemplate.rootless(1, 2))) {
      assertEquals(template, SpecReader.read(SpecWriter.write(template), "config.json"));
    }
  }

  @Test
  void leakyFilesAreMaskedAndDangerousOnesReadOnly() {
    Linux linux = SpecTemplate.defaultSpec().linux();
    for (String name :
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
      assertTrue(linux.maskedPaths().contains(name), name);
    }
    assertEquals(
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
        linux.readonlyPaths());
  }

  @Test
  void theSameWithoutATerminalDiffersInNothingElse() {
    assertTrue(SpecTemplate.defaultSpec().process().terminal());
    assertEquals(
        Documents.text(SpecWriter.write(SpecTemplate.defaultSpec())),
        Documents.text(SpecWriter.write(SpecTemplate.withoutTerminal()))
            .replace("\"terminal\": false", "\"terminal\": true"));
  }

  @Test
  void noCapabilityIsInheritable() {
    assertNull(SpecTemplate.defaultSpec().process().capabilities().inheritable());
    assertNull(SpecTemplate.rootless(1, 2).process().capabilities().inheritable());
  }
}
