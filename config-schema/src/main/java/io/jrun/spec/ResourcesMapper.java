// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps {@code linux.resources} of config-linux.md, "Control groups". */
final class ResourcesMapper {
  private ResourcesMapper() {}

  static LinuxResources resources(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxResources resources =
        new LinuxResources(
            devices(f.objects("devices")),
            memory(f.object("memory")),
            cpu(f.object("cpu")),
            pids(f.object("pids")),
            BlockIoMapper.blockIo(f.object("blockIO")),
            hugepageLimits(f.objects("hugepageLimits")),
            network(f.object("network")),
            rdma(f.objectMap("rdma")),
            f.stringMap("unified"));
    f.end();
    return resources;
  }

  private static List<LinuxDeviceCgroup> devices(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxDeviceCgroup> devices = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("allow");
      devices.add(
          new LinuxDeviceCgroup(
              Boolean.TRUE.equals(f.bool("allow")),
              f.string("type"),
              f.number("major", Range.INT64),
              f.number("minor", Range.INT64),
              f.string("access")));
      f.end();
    }
    return Collections.unmodifiableList(devices);
  }

  private static LinuxMemory memory(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxMemory memory =
        new LinuxMemory(
            f.number("limit", Range.INT64),
            f.number("reservation", Range.INT64),
            f.number("swap", Range.INT64),
            f.number("kernel", Range.INT64),
            f.number("kernelTCP", Range.INT64),
            f.number("swappiness", Range.UINT64),
            f.bool("disableOOMKiller"),
            f.bool("useHierarchy"),
            f.bool("checkBeforeUpdate"));
    f.end();
    return memory;
  }

  private static LinuxCpu cpu(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxCpu cpu =
        new LinuxCpu(
            f.number("shares", Range.UINT64),
            f.number("quota", Range.INT64),
            f.number("burst", Range.UINT64),
            f.number("period", Range.UINT64),
            f.number("realtimeRuntime", Range.INT64),
            f.number("realtimePeriod", Range.UINT64),
            f.string("cpus"),
            f.string("mems"),
            f.number("idle", Range.INT64));
    f.end();
    return cpu;
  }

  private static LinuxPids pids(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxPids pids = new LinuxPids(f.number("limit", Range.INT64));
    f.end();
    return pids;
  }

  private static List<LinuxHugepageLimit> hugepageLimits(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxHugepageLimit> limits = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("pageSize", "limit");
      limits.add(
          new LinuxHugepageLimit(f.string("pageSize"), f.requiredNumber("limit", Range.UINT64)));
      f.end();
    }
    return Collections.unmodifiableList(limits);
  }

  private static LinuxNetwork network(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxNetwork network =
        new LinuxNetwork(f.number("classID", Range.UINT32), priorities(f.objects("priorities")));
    f.end();
    return network;
  }

  private static List<LinuxInterfacePriority> priorities(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxInterfacePriority> priorities = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("name", "priority");
      priorities.add(
          new LinuxInterfacePriority(f.string("name"), f.requiredNumber("priority", Range.UINT32)));
      f.end();
    }
    return Collections.unmodifiableList(priorities);
  }

  private static Map<String, LinuxRdma> rdma(Map<String, Fields> values) {
    if (values == null) {
      return null;
    }
    Map<String, LinuxRdma> limits = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> entry : values.entrySet()) {
      Fields f = entry.getValue();
      limits.put(
          entry.getKey(),
          new LinuxRdma(
              f.number("hcaHandles", Range.UINT32), f.number("hcaObjects", Range.UINT32)));
      f.end();
    }
    return Collections.unmodifiableMap(limits);
  }
}
