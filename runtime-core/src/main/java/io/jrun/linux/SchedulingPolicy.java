// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * Scheduling policies: linux/sched.h, by the names of config.md "scheduler". The kernel has a
 * number for SCHED_ISO and nothing behind it.
 */
public enum SchedulingPolicy {
  SCHED_OTHER(0),
  SCHED_FIFO(1),
  SCHED_RR(2),
  SCHED_BATCH(3),
  SCHED_ISO(4),
  SCHED_IDLE(5),
  SCHED_DEADLINE(6);

  private final int number;

  SchedulingPolicy(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
