// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Optional;

/** Flags of sched_setattr(2): linux/sched.h, by the names of config.md "scheduler". */
public enum SchedulingFlag {
  SCHED_FLAG_RESET_ON_FORK(0x01),
  SCHED_FLAG_RECLAIM(0x02),
  SCHED_FLAG_DL_OVERRUN(0x04),
  SCHED_FLAG_KEEP_POLICY(0x08),
  SCHED_FLAG_KEEP_PARAMS(0x10),
  SCHED_FLAG_UTIL_CLAMP_MIN(0x20),
  SCHED_FLAG_UTIL_CLAMP_MAX(0x40);

  private final int bit;

  SchedulingFlag(int bit) {
    this.bit = bit;
  }

  public int bit() {
    return bit;
  }

  /** The flag of that name. */
  public static Optional<SchedulingFlag> named(String name) {
    for (SchedulingFlag each : values()) {
      if (each.name().equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
