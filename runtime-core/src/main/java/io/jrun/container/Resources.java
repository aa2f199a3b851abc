// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxHugepageLimit;
import io.jrun.spec.LinuxNetwork;
import io.jrun.spec.LinuxPids;
import io.jrun.spec.LinuxRdma;
import io.jrun.spec.LinuxResources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Limits of a container's cgroup, checked. Engines send zeros for what nobody asked for, so zero
 * asks for nothing where a limit of zero would be nonsense. What only cgroup v1 has is refused.
 * Source: config-linux.md "Control groups".
 *
 * @param pids how many processes there may be, -1 for any number; 0, which the kernel would not let
 *     anything run under, is 1, but nothing in a document from before it was a limit (1.3.0)
 * @param unified files of cgroup v2 and what is to be written to them
 * @param pointer where all this is in its document
 */
public record Resources(
    MemoryLimits memory,
    CpuLimits cpu,
    OptionalLong pids,
    BlockIoLimits blockIo,
    List<HugepageLimit> hugepages,
    List<RdmaLimit> rdma,
    Map<String, String> unified,
    String pointer) {
  /** Files that act on processes: what is written there is no limit. */
  private static final Set<String> NO_RESOURCES =
      Set.of("cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze", "cgroup.type");

  /**
   * Page size as the kernel spells it in file names, and how many bytes of such pages, unsigned.
   */
  public record HugepageLimit(String pageSize, long limit, String pointer) {}

  /** Handles and objects of an RDMA device; empty ones are left as they are. */
  public record RdmaLimit(
      String device, OptionalLong handles, OptionalLong objects, String pointer) {}

  /** Parses; {@code pointer}: where it is in its document, empty if it is all of it. */
  public static Resources parse(LinuxResources declared, String pointer, Problems problems) {
    return parse(declared, true, pointer, problems);
  }

  /**
   * Parses.
   *
   * @param zeroIsALimit of processes: in documents of the specification's version 1.3.0 and later
   */
  static Resources parse(
      LinuxResources declared, boolean zeroIsALimit, String pointer, Problems problems) {
    checkNetwork(declared.network(), pointer + "/network", problems);
    return new Resources(
        MemoryLimits.parse(declared.memory(), pointer + "/memory", problems),
        CpuLimits.parse(declared.cpu(), pointer + "/cpu", problems),
        pids(declared.pids(), zeroIsALimit, pointer + "/pids/limit", problems),
        BlockIoLimits.parse(declared.blockIO(), pointer + "/blockIO", problems),
        hugepages(declared.hugepageLimits(), pointer + "/hugepageLimits/", problems),
        rdma(declared.rdma(), pointer + "/rdma/", problems),
        unified(declared.unified(), pointer + "/unified/", problems),
        pointer);
  }

  private static void checkNetwork(LinuxNetwork network, String pointer, Problems problems) {
    if (network != null) {
      problems.require(
          CgroupV1.isZero(network.classID()), pointer + "/classID", CgroupV1.NOT_IN_V2);
      boolean none = network.priorities() == null || network.priorities().isEmpty();
      problems.require(none, pointer + "/priorities", CgroupV1.NOT_IN_V2);
    }
  }

  /** Podman sends 0 for what a client of Docker's API has not asked for, in a 1.2.0 document. */
  private static OptionalLong pids(
      LinuxPids pids, boolean zeroIsALimit, String pointer, Problems problems) {
    if (pids == null || pids.limit() == null || (pids.limit() == 0 && !zeroIsALimit)) {
      return OptionalLong.empty();
    }
    problems.require(pids.limit() >= -1, pointer, "must be a number of processes, or -1 for any");
    return OptionalLong.of(pids.limit() == 0 ? 1 : pids.limit());
  }

  private static List<HugepageLimit> hugepages(
      List<LinuxHugepageLimit> declared, String pointer, Problems problems) {
    List<HugepageLimit> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      String size = declared.get(i).pageSize() == null ? "" : declared.get(i).pageSize();
      problems.require(
          isPageSize(size),
          pointer + i + "/pageSize",
          "\"" + size + "\" is not a size of pages like \"64KB\", \"2MB\" or \"1GB\"");
      out.add(new HugepageLimit(size, declared.get(i).limit(), pointer + i));
    }
    return List.copyOf(out);
  }

  /** The name goes into the name of a file. Source: config-linux.md "Huge page limits". */
  private static boolean isPageSize(String text) {
    int digits = text.length() - 2;
    boolean unit = text.endsWith("KB") || text.endsWith("MB") || text.endsWith("GB");
    for (int i = 0; i < digits; i++) {
      unit &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return unit && digits > 0 && digits < 8 && text.charAt(0) != '0';
  }

  private static List<RdmaLimit> rdma(
      Map<String, LinuxRdma> declared, String pointer, Problems problems) {
    List<RdmaLimit> out = new ArrayList<>();
    if (declared == null) {
      return out;
    }
    for (Map.Entry<String, LinuxRdma> each : declared.entrySet()) {
      Long handles = each.getValue().hcaHandles();
      Long objects = each.getValue().hcaObjects();
      String at = pointer + escaped(each.getKey());
      boolean one = !each.getKey().isEmpty() && each.getKey().chars().noneMatch(c -> c <= ' ');
      problems.require(one, at, "is not the name of a device");
      problems.require(
          handles != null || objects != null,
          at,
          "must have at least one of hcaHandles, hcaObjects");
      out.add(new RdmaLimit(each.getKey(), optional(handles), optional(objects), at));
    }
    return List.copyOf(out);
  }

  private static OptionalLong optional(Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static Map<String, String> unified(
      Map<String, String> declared, String pointer, Problems problems) {
    if (declared == null) {
      return Map.of();
    }
    for (String name : declared.keySet()) {
      String at = pointer + escaped(name);
      boolean plain = !name.isEmpty() && !name.equals(".") && !name.equals("..");
      problems.require(
          plain && name.indexOf('/') < 0,
          at,
          "unified resource \"" + name + "\" must be a file name (no slashes)");
      problems.require(
          !NO_RESOURCES.contains(name), at, name + " acts on processes and is no resource");
    }
    return new LinkedHashMap<>(declared);
  }

  /** A key as a token of a JSON pointer: RFC 6901, section 3. */
  public static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
