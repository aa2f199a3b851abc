// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

/** How init comes into the container's cgroup: ADR 0012. */
public enum CgroupEntry {
  /** It is cloned there. */
  BORN,
  /** A service manager makes the cgroup with init in it, before init has done anything. */
  MOVED,
  /** A service manager makes the cgroup, and the front moves init there: a slice. */
  PUT;

  /** Whether init waits until it is there: the front's program comes in two parts. */
  public boolean waits() {
    return this != BORN;
  }
}
