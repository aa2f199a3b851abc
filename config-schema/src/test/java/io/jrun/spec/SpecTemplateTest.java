// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares with what runc 1.1.5 wrote on a host with cgroup v2. */
class SpecTemplateTest {
  private static String asRuncWrites(Spec template) {
    return Documents.text(SpecWriter.write(template))
        .replace("\"ociVersion\": \"1.3.0\"", "\"ociVersion\": \"1.0.2-dev\"")
        .replace("\"terminal\": false", "\"terminal\": true")
        .replace("\"hostname\": \"jrun\"", "\"hostname\": \"runc\"")
        .replace("\t\t\t\"/sys/devices/virtual/powercap\",\n", "");
  }

  @Test
  void defaultSpecIsThatOfRuncButForWhatIsDocumented() {
    String golden = Documents.text(Documents.load("runc-1.1-spec.json"));
    assertEquals(golden, asRuncWrites(SpecTemplate.defaultSpec()));
  }

  @Test
  void rootlessSpecIsThatOfRuncButForWhatIsDocumented() {
    String golden = Documents.text(Documents.load("runc-1.1-spec-rootless.json"));
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
            "/sys/devices/virtual/powercap")) {
      assertTrue(linux.maskedPaths().contains(name), name);
    }
    assertEquals(
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
        linux.readonlyPaths());
  }

  @Test
  void noCapabilityIsInheritable() {
    assertNull(SpecTemplate.defaultSpec().process().capabilities().inheritable());
    assertNull(SpecTemplate.rootless(1, 2).process().capabilities().inheritable());
  }
}
