// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.MemoryLimits;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;

/**
 * checkBeforeUpdate: a limit below what a cgroup has in use is refused, because the kernel would
 * take it and end processes for it. Source: config-linux.md "Memory".
 */
public final class MemoryInUse {
  private MemoryInUse() {}

  /** Refuses limits that are too low; of a cgroup that is not there nothing is in use. */
  public static void check(String cgroup, MemoryLimits wanted) {
    if (!wanted.checked()) {
      return;
    }
    long memory = bytes(cgroup + "/memory.current");
    if (wanted.limit() > 0 && wanted.limit() < memory) {
      throw new ContainerException(
          "rejecting memory limit " + wanted.limit() + ": the cgroup uses " + memory + " bytes");
    }
    long both = memory + bytes(cgroup + "/memory.swap.current");
    if (wanted.swap() > 0 && wanted.swap() < both) {
      throw new ContainerException(
          "rejecting memory+swap limit "
              + wanted.swap()
              + ": the cgroup uses "
              + both
              + " bytes of both");
    }
  }

  private static long bytes(String file) {
    return Procfs.read(file).map(text -> Long.parseLong(text.trim())).orElse(0L);
  }
}
