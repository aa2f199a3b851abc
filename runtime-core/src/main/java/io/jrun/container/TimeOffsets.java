// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxTimeOffset;
import java.util.Map;

/**
 * Offsets of a new time namespace's clocks, as lines for /proc/PID/timens_offsets. Source:
 * config-linux.md "Time offsets", time_namespaces(7).
 */
final class TimeOffsets {
  private static final long NANOSECONDS = 1_000_000_000L;

  private TimeOffsets() {}

  /** The lines; empty if there are none. */
  static String parse(Map<String, LinuxTimeOffset> declared, Problems problems) {
    StringBuilder out = new StringBuilder();
    for (Map.Entry<String, LinuxTimeOffset> each :
        declared == null ? Map.<String, LinuxTimeOffset>of().entrySet() : declared.entrySet()) {
      String clock = each.getKey();
      String pointer = "/linux/timeOffsets/" + clock.replace("~", "~0").replace("/", "~1");
      problems.require(
          clock.equals("monotonic") || clock.equals("boottime"),
          pointer,
          "the kernel knows offsets of \"monotonic\" and \"boottime\" only");
      long seconds = each.getValue().secs() == null ? 0 : each.getValue().secs();
      long nanoseconds = each.getValue().nanosecs() == null ? 0 : each.getValue().nanosecs();
      problems.require(
          nanoseconds < NANOSECONDS, pointer + "/nanosecs", "must be less than " + NANOSECONDS);
      out.append(clock).append(' ').append(seconds).append(' ').append(nanoseconds).append('\n');
    }
    return out.toString();
  }
}
