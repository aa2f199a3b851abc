// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code linux} of config-linux.md, but for the cgroup limits and the system call filter.
 */
final class LinuxWriter {
  private LinuxWriter() {}

  static void linux(FieldWriter f, Linux linux) throws IOException {
    if (!f.startObject("linux", linux)) {
      return;
    }
    idMappings(f, "uidMappings", linux.uidMappings());
    idMappings(f, "gidMappings", linux.gidMappings());
    f.stringMap("sysctl", linux.sysctl());
    ResourcesWriter.resources(f, linux.resources());
    f.string("cgroupsPath", linux.cgroupsPath());
    namespaces(f, linux.namespaces());
    devices(f, linux.devices());
    netDevices(f, linux.netDevices());
    SeccompWriter.seccomp(f, linux.seccomp());
    f.string("rootfsPropagation", linux.rootfsPropagation());
    f.strings("maskedPaths", linux.maskedPaths());
    f.strings("readonlyPaths", linux.readonlyPaths());
    f.string("mountLabel", linux.mountLabel());
    intelRdt(f, linux.intelRdt());
    policies(f, linux);
    timeOffsets(f, linux.timeOffsets());
    f.endObject();
  }

  static void idMappings(FieldWriter f, String key, List<LinuxIdMapping> mappings)
      throws IOException {
    if (!f.startArray(key, mappings)) {
      return;
    }
    for (LinuxIdMapping mapping : mappings) {
      f.startElement();
      f.number("containerID", mapping.containerID());
      f.number("hostID", mapping.hostID());
      f.number("size", mapping.size());
      f.endObject();
    }
    f.endArray();
  }

  private static void namespaces(FieldWriter f, List<LinuxNamespace> namespaces)
      throws IOException {
    if (!f.startArray("namespaces", namespaces)) {
      return;
    }
    for (LinuxNamespace namespace : namespaces) {
      f.startElement();
      f.string("type", namespace.type());
      f.string("path", namespace.path());
      f.endObject();
    }
    f.endArray();
  }

  private static void devices(FieldWriter f, List<LinuxDevice> devices) throws IOException {
    if (!f.startArray("devices", devices)) {
      return;
    }
    for (LinuxDevice device : devices) {
      f.startElement();
      f.string("path", device.path());
      f.string("type", device.type());
      f.number("major", device.major());
      f.number("minor", device.minor());
      f.number("fileMode", device.fileMode());
      f.number("uid", device.uid());
      f.number("gid", device.gid());
      f.endObject();
    }
    f.endArray();
  }

  private static void netDevices(FieldWriter f, Map<String, LinuxNetDevice> devices)
      throws IOException {
    if (!f.startObject("netDevices", devices)) {
      return;
    }
    for (Map.Entry<String, LinuxNetDevice> entry : devices.entrySet()) {
      f.startObject(entry.getKey(), entry.getValue());
      f.string("name", entry.getValue().name());
      f.endObject();
    }
    f.endObject();
  }

  private static void intelRdt(FieldWriter f, LinuxIntelRdt intelRdt) throws IOException {
    if (!f.startObject("intelRdt", intelRdt)) {
      return;
    }
    f.string("closID", intelRdt.closID());
    f.strings("schemata", intelRdt.schemata());
    f.string("l3CacheSchema", intelRdt.l3CacheSchema());
    f.string("memBwSchema", intelRdt.memBwSchema());
    f.bool("enableMonitoring", intelRdt.enableMonitoring());
    f.endObject();
  }

  private static void policies(FieldWriter f, Linux linux) throws IOException {
    LinuxMemoryPolicy memoryPolicy = linux.memoryPolicy();
    if (f.startObject("memoryPolicy", memoryPolicy)) {
      f.string("mode", memoryPolicy.mode());
      f.string("nodes", memoryPolicy.nodes());
      f.strings("flags", memoryPolicy.flags());
      f.endObject();
    }
    LinuxPersonality personality = linux.personality();
    if (f.startObject("personality", personality)) {
      f.string("domain", personality.domain());
      f.strings("flags", personality.flags());
      f.endObject();
    }
  }

  private static void timeOffsets(FieldWriter f, Map<String, LinuxTimeOffset> offsets)
      throws IOException {
    if (!f.startObject("timeOffsets", offsets)) {
      return;
    }
    for (Map.Entry<String, LinuxTimeOffset> entry : offsets.entrySet()) {
      f.startObject(entry.getKey(), entry.getValue());
      f.number("secs", entry.getValue().secs());
      f.number("nanosecs", entry.getValue().nanosecs());
      f.endObject();
    }
    f.endObject();
  }
}
