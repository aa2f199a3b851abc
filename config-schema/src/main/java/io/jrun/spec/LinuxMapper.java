// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps {@code linux} of config-linux.md, but for the cgroup limits and the system call filter. */
final class LinuxMapper {
  private LinuxMapper() {}

  static Linux linux(Fields f) {
    if (f == null) {
      return null;
    }
    Linux linux =
        new Linux(
            idMappings(f.objects("uidMappings")),
            idMappings(f.objects("gidMappings")),
            f.stringMap("sysctl"),
            ResourcesMapper.resources(f.object("resources")),
            f.string("cgroupsPath"),
            namespaces(f.objects("namespaces")),
            devices(f.objects("devices")),
            netDevices(f.objectMap("netDevices")),
            SeccompMapper.seccomp(f.object("seccomp")),
            f.string("rootfsPropagation"),
            f.strings("maskedPaths"),
            f.strings("readonlyPaths"),
            f.string("mountLabel"),
            intelRdt(f.object("intelRdt")),
            memoryPolicy(f.object("memoryPolicy")),
            personality(f.object("personality")),
            timeOffsets(f.objectMap("timeOffsets")));
    f.end();
    return linux;
  }

  /** Those of a mount look the same. */
  static List<LinuxIdMapping> idMappings(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxIdMapping> mappings = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("containerID", "hostID", "size");
      mappings.add(
          new LinuxIdMapping(
              f.requiredNumber("containerID", Range.ID),
              f.requiredNumber("hostID", Range.ID),
              f.requiredNumber("size", Range.UINT32)));
      f.end();
    }
    return Collections.unmodifiableList(mappings);
  }

  private static List<LinuxNamespace> namespaces(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxNamespace> namespaces = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("type");
      namespaces.add(new LinuxNamespace(f.string("type"), f.string("path")));
      f.end();
    }
    return Collections.unmodifiableList(namespaces);
  }

  private static List<LinuxDevice> devices(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxDevice> devices = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("type", "path");
      devices.add(
          new LinuxDevice(
              f.string("type"),
              f.string("path"),
              f.number("major", Range.INT64),
              f.number("minor", Range.INT64),
              f.number("fileMode", Range.UINT32),
              f.number("uid", Range.ID),
              f.number("gid", Range.ID)));
      f.end();
    }
    return Collections.unmodifiableList(devices);
  }

  private static Map<String, LinuxNetDevice> netDevices(Map<String, Fields> values) {
    if (values == null) {
      return null;
    }
    Map<String, LinuxNetDevice> devices = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> entry : values.entrySet()) {
      Fields f = entry.getValue();
      devices.put(entry.getKey(), new LinuxNetDevice(f.string("name")));
      f.end();
    }
    return Collections.unmodifiableMap(devices);
  }

  private static LinuxIntelRdt intelRdt(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxIntelRdt intelRdt =
        new LinuxIntelRdt(
            f.string("closID"),
            f.strings("schemata"),
            f.string("l3CacheSchema"),
            f.string("memBwSchema"),
            f.bool("enableMonitoring"));
    f.ignore("enableCMT", "enableMBM");
    f.end();
    return intelRdt;
  }

  private static LinuxMemoryPolicy memoryPolicy(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxMemoryPolicy policy =
        new LinuxMemoryPolicy(f.string("mode"), f.string("nodes"), f.strings("flags"));
    f.end();
    return policy;
  }

  private static LinuxPersonality personality(Fields f) {
    if (f == null) {
      return null;
    }
    f.require("domain");
    LinuxPersonality personality = new LinuxPersonality(f.string("domain"), f.strings("flags"));
    f.end();
    return personality;
  }

  private static Map<String, LinuxTimeOffset> timeOffsets(Map<String, Fields> values) {
    if (values == null) {
      return null;
    }
    Map<String, LinuxTimeOffset> offsets = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> entry : values.entrySet()) {
      Fields f = entry.getValue();
      offsets.put(
          entry.getKey(),
          new LinuxTimeOffset(f.number("secs", Range.INT64), f.number("nanosecs", Range.UINT32)));
      f.end();
    }
    return Collections.unmodifiableMap(offsets);
  }
}
