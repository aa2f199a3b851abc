// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxMemory;

/**
 * Limits on memory, in bytes; -1: none, 0: not asked for. Source: config-linux.md "Memory".
 *
 * @param swap memory and swap together, as the specification counts
 * @param checked whether a limit below what is in use is refused
 */
public record MemoryLimits(long limit, long reservation, long swap, boolean checked) {
  static final MemoryLimits NONE = new MemoryLimits(0, 0, 0, false);
  private static final long UNLIMITED = -1;

  static MemoryLimits parse(LinuxMemory memory, String pointer, Problems problems) {
    if (memory == null) {
      return NONE;
    }
    MemoryLimits out =
        new MemoryLimits(
            bytes(memory.limit(), pointer + "/limit", problems),
            bytes(memory.reservation(), pointer + "/reservation", problems),
            bytes(memory.swap(), pointer + "/swap", problems),
            Boolean.TRUE.equals(memory.checkBeforeUpdate()));
    out.checkSwap(pointer + "/swap", problems);
    refuse(isSet(memory.kernel()), pointer + "/kernel", problems);
    refuse(isSet(memory.kernelTCP()), pointer + "/kernelTCP", problems);
    refuse(isSet(memory.swappiness()), pointer + "/swappiness", problems);
    refuse(Boolean.TRUE.equals(memory.disableOOMKiller()), pointer + "/disableOOMKiller", problems);
    return out;
  }

  private void checkSwap(String pointer, Problems problems) {
    if (swap > 0) {
      problems.require(limit != 0, pointer, "unable to set swap limit without memory limit");
      problems.require(swap >= limit, pointer, "memory+swap limit should be >= memory limit");
    }
  }

  /** What is to be had of swap alone: -1: any amount, and empty text where it is left alone. */
  public String swapAlone() {
    if (swap == UNLIMITED || limit == UNLIMITED && swap == 0) {
      return "max";
    }
    return swap == 0 ? "" : Long.toString(limit == UNLIMITED ? swap : swap - limit);
  }

  private static long bytes(Long value, String pointer, Problems problems) {
    long bytes = value == null ? 0 : value;
    problems.require(bytes >= UNLIMITED, pointer, "must be a number of bytes, or -1 for no limit");
    return bytes;
  }

  /** No limit is what there is. */
  private static boolean isSet(Long value) {
    return value != null && value != 0 && value != UNLIMITED;
  }

  private static void refuse(boolean asked, String pointer, Problems problems) {
    problems.require(!asked, pointer, CgroupV1.NOT_IN_V2);
  }
}
