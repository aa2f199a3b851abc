// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import io.jrun.container.BlockIoLimits;
import io.jrun.container.CpuLimits;
import io.jrun.container.MemoryLimits;
import io.jrun.container.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Limits as what is written to the files of a cgroup, in order. Source: cgroup-v2.rst for the
 * files, config-linux.md for the fields.
 */
public final class ResourceSettings {
  private static final String UNLIMITED = "max";

  /** The kernel's own: cgroup-v2.rst, cpu.max. */
  private static final String DEFAULT_PERIOD = "100000";

  private final Resources resources;
  private final boolean isChange;
  private final String currentQuota;
  private final List<Setting> out = new ArrayList<>();

  private ResourceSettings(Resources resources, boolean isChange, String currentQuota) {
    this.resources = resources;
    this.isChange = isChange;
    this.currentQuota = currentQuota;
  }

  /** Those of a cgroup that is new. */
  public static List<Setting> of(Resources resources) {
    return new ResourceSettings(resources, false, UNLIMITED).all();
  }

  /**
   * Those that change a cgroup which has had some.
   *
   * @param cpuMax what cpu.max holds now; empty if there is none
   */
  public static List<Setting> changing(Resources resources, String cpuMax) {
    String quota = cpuMax.isBlank() ? UNLIMITED : cpuMax.trim().split(" ")[0];
    return new ResourceSettings(resources, true, quota).all();
  }

  private List<Setting> all() {
    resources
        .pids()
        .ifPresent(limit -> must("pids.max", limit == -1 ? UNLIMITED : "" + limit, "/pids/limit"));
    memory(resources.memory());
    blockIo(resources.blockIo());
    cpu(resources.cpu());
    hugepages();
    rdma();
    unified();
    return List.copyOf(out);
  }

  private void must(String file, String value, String field) {
    out.add(Setting.must(file, value, resources.pointer() + field));
  }

  /** Swap first: what is to be smaller never is larger in between. */
  private void memory(MemoryLimits memory) {
    String swap = memory.swapAlone();
    if (!swap.isEmpty()) {
      // A kernel that counts no swap has no such file: any amount, and none, are what it gives.
      boolean plain = swap.equals(UNLIMITED) || swap.equals("0");
      String field = resources.pointer() + (memory.swap() == 0 ? "/memory/limit" : "/memory/swap");
      out.add(
          plain
              ? Setting.ifThere("memory.swap.max", swap, field)
              : Setting.must("memory.swap.max", swap, field));
    }
    bytes("memory.max", memory.limit(), "/memory/limit");
    bytes("memory.low", memory.reservation(), "/memory/reservation");
  }

  private void bytes(String file, long limit, String field) {
    if (limit != 0) {
      must(file, limit == -1 ? UNLIMITED : Long.toString(limit), field);
    }
  }

  private void cpu(CpuLimits cpu) {
    // A weight means nothing in an idle cgroup, and the kernel refuses it there.
    boolean idle = cpu.idle().orElse(0) == 1;
    boolean weighed = cpu.weight() != 0 && !idle;
    if (cpu.idle().isPresent() && (isChange || idle)) {
      must("cpu.idle", Long.toString(cpu.idle().getAsLong()), "/cpu/idle");
    } else if (isChange && weighed) {
      out.add(Setting.ifThere("cpu.idle", "0", resources.pointer() + "/cpu/shares"));
    }
    if (weighed) {
      must("cpu.weight", Integer.toString(cpu.weight()), "/cpu/shares");
    }
    bandwidth(cpu);
    if (!cpu.cpus().isEmpty()) {
      must("cpuset.cpus", cpu.cpus(), "/cpu/cpus");
    }
    if (!cpu.mems().isEmpty()) {
      must("cpuset.mems", cpu.mems(), "/cpu/mems");
    }
  }

  /** A burst is never more than the quota: which of the two comes first depends on both. */
  private void bandwidth(CpuLimits cpu) {
    boolean bursts = cpu.burst().isPresent() && (isChange || cpu.burst().getAsLong() != 0);
    String burst = bursts ? Long.toUnsignedString(cpu.burst().getAsLong()) : "";
    boolean limits = cpu.quota() != 0 || cpu.period() != 0;
    if (bursts && limits && isChange) {
      out.add(Setting.attempt("cpu.max.burst", burst, resources.pointer() + "/cpu/burst"));
    }
    if (limits) {
      String field = cpu.quota() != 0 ? "/cpu/quota" : "/cpu/period";
      must("cpu.max", quota(cpu) + period(cpu), field);
    }
    if (bursts) {
      must("cpu.max.burst", burst, "/cpu/burst");
    }
  }

  private String quota(CpuLimits cpu) {
    if (cpu.quota() == 0) {
      return currentQuota;
    }
    return cpu.quota() < 0 ? UNLIMITED : Long.toString(cpu.quota());
  }

  /** Without one the kernel leaves what there is. */
  private String period(CpuLimits cpu) {
    if (cpu.period() != 0) {
      return " " + Long.toUnsignedString(cpu.period());
    }
    return isChange ? "" : " " + DEFAULT_PERIOD;
  }

  /** The BFQ scheduler's own file, where the kernel has it, has the specification's scale. */
  private void blockIo(BlockIoLimits blockIo) {
    if (blockIo.weight() != 0) {
      weight("", blockIo.weight(), resources.pointer() + "/blockIO/weight");
    }
    for (BlockIoLimits.DeviceWeight each : blockIo.weights()) {
      weight(each.major() + ":" + each.minor() + " ", each.weight(), each.pointer());
    }
    for (BlockIoLimits.Throttle each : blockIo.throttles()) {
      String rate = each.rate() == 0 ? UNLIMITED : Long.toUnsignedString(each.rate());
      String device = each.major() + ":" + each.minor();
      out.add(Setting.must("io.max", device + " " + each.key() + "=" + rate, each.pointer()));
    }
  }

  private void weight(String device, int weight, String pointer) {
    int converted = BlockIoLimits.ioWeight(weight);
    out.add(
        Setting.must("io.bfq.weight", device + weight, pointer)
            .orElse(Setting.must("io.weight", device + converted, pointer)));
  }

  /** Pages that are reserved and not used yet count too, where the kernel can tell. */
  private void hugepages() {
    for (Resources.HugepageLimit each : resources.hugepages()) {
      String value = Long.toUnsignedString(each.limit());
      String file = "hugetlb." + each.pageSize();
      out.add(Setting.must(file + ".max", value, each.pointer()));
      out.add(Setting.ifThere(file + ".rsvd.max", value, each.pointer()));
    }
  }

  private void rdma() {
    for (Resources.RdmaLimit each : resources.rdma()) {
      StringBuilder value = new StringBuilder(each.device());
      each.handles().ifPresent(number -> value.append(" hca_handle=").append(number));
      each.objects().ifPresent(number -> value.append(" hca_object=").append(number));
      out.add(Setting.must("rdma.max", value.toString(), each.pointer()));
    }
  }

  /** As it is written; a file of several lines takes one at a time. */
  private void unified() {
    for (Map.Entry<String, String> each : resources.unified().entrySet()) {
      String field = "/unified/" + Resources.escaped(each.getKey());
      String value = each.getValue();
      String text = value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
      for (String line : text.split("\n", -1)) {
        must(each.getKey(), line, field);
      }
    }
  }
}
