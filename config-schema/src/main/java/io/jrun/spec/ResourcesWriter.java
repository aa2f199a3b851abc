// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes {@code linux.resources} of config-linux.md, "Control groups". */
final class ResourcesWriter {
  private ResourcesWriter() {}

  static void resources(FieldWriter f, LinuxResources resources) throws IOException {
    if (f.startObject("resources", resources)) {
      fields(f, resources);
      f.endObject();
    }
  }

  static void fields(FieldWriter f, LinuxResources resources) throws IOException {
    devices(f, resources.devices());
    memory(f, resources.memory());
    cpu(f, resources.cpu());
    LinuxPids pids = resources.pids();
    if (f.startObject("pids", pids)) {
      f.number("limit", pids.limit());
      f.endObject();
    }
    BlockIoWriter.blockIo(f, resources.blockIO());
    hugepageLimits(f, resources.hugepageLimits());
    network(f, resources.network());
    rdma(f, resources.rdma());
    f.stringMap("unified", resources.unified());
  }

  private static void devices(FieldWriter f, List<LinuxDeviceCgroup> devices) throws IOException {
    if (!f.startArray("devices", devices)) {
      return;
    }
    for (LinuxDeviceCgroup device : devices) {
      f.startElement();
      f.bool("allow", device.allow());
      f.string("type", device.type());
      f.number("major", device.major());
      f.number("minor", device.minor());
      f.string("access", device.access());
      f.endObject();
    }
    f.endArray();
  }

  private static void memory(FieldWriter f, LinuxMemory memory) throws IOException {
    if (!f.startObject("memory", memory)) {
      return;
    }
    f.number("limit", memory.limit());
    f.number("reservation", memory.reservation());
    f.number("swap", memory.swap());
    f.number("kernel", memory.kernel());
    f.number("kernelTCP", memory.kernelTCP());
    f.unsigned("swappiness", memory.swappiness());
    f.bool("disableOOMKiller", memory.disableOOMKiller());
    f.bool("useHierarchy", memory.useHierarchy());
    f.bool("checkBeforeUpdate", memory.checkBeforeUpdate());
    f.endObject();
  }

  private static void cpu(FieldWriter f, LinuxCpu cpu) throws IOException {
    if (!f.startObject("cpu", cpu)) {
      return;
    }
    f.unsigned("shares", cpu.shares());
    f.number("quota", cpu.quota());
    f.unsigned("burst", cpu.burst());
    f.unsigned("period", cpu.period());
    f.number("realtimeRuntime", cpu.realtimeRuntime());
    f.unsigned("realtimePeriod", cpu.realtimePeriod());
    f.string("cpus", cpu.cpus());
    f.string("mems", cpu.mems());
    f.number("idle", cpu.idle());
    f.endObject();
  }

  private static void hugepageLimits(FieldWriter f, List<LinuxHugepageLimit> limits)
      throws IOException {
    if (!f.startArray("hugepageLimits", limits)) {
      return;
    }
    for (LinuxHugepageLimit limit : limits) {
      f.startElement();
      f.string("pageSize", limit.pageSize());
      f.unsigned("limit", limit.limit());
      f.endObject();
    }
    f.endArray();
  }

  private static void network(FieldWriter f, LinuxNetwork network) throws IOException {
    if (!f.startObject("network", network)) {
      return;
    }
    f.number("classID", network.classID());
    if (f.startArray("priorities", network.priorities())) {
      for (LinuxInterfacePriority priority : network.priorities()) {
        f.startElement();
        f.string("name", priority.name());
        f.number("priority", priority.priority());
        f.endObject();
      }
      f.endArray();
    }
    f.endObject();
  }

  private static void rdma(FieldWriter f, Map<String, LinuxRdma> limits) throws IOException {
    if (!f.startObject("rdma", limits)) {
      return;
    }
    for (Map.Entry<String, LinuxRdma> entry : limits.entrySet()) {
      f.startObject(entry.getKey(), entry.getValue());
      f.number("hcaHandles", entry.getValue().hcaHandles());
      f.number("hcaObjects", entry.getValue().hcaObjects());
      f.endObject();
    }
    f.endObject();
  }
}
