// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** Classes of I/O priority: linux/ioprio.h. */
public enum IoPriorityClass {
  IOPRIO_CLASS_RT(1),
  IOPRIO_CLASS_BE(2),
  IOPRIO_CLASS_IDLE(3);

  private static final int SHIFT = 13;

  private final int number;

  IoPriorityClass(int number) {
    this.number = number;
  }

  /** What ioprio_set(2) takes: IOPRIO_PRIO_VALUE(class, priority). */
  public int with(int priority) {
    return number << SHIFT | priority;
  }
}
