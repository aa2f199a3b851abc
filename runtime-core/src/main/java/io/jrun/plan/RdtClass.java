// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.IntelRdt;

/**
 * A class of service that the container gets, as the host has it.
 *
 * @param mount absolute path of resctrl
 * @param isThere whether the class is there already
 */
public record RdtClass(IntelRdt wanted, String mount, boolean isThere) {
  /** Absolute path of the class's directory. */
  public String directory(String containerId) {
    return wanted.directory(mount, containerId);
  }

  /** Whether a launch makes the class. */
  public boolean isMade() {
    return !wanted.isRoots() && !isThere;
  }

  /**
   * What goes with the container: a class of its own, or the monitoring group in another; empty if
   * nothing does. A class that was named belongs to whoever named it.
   */
  public String removed(String containerId) {
    return wanted.closId().isEmpty()
        ? directory(containerId)
        : wanted.monitoring() ? monitoringGroup(containerId) : "";
  }

  /** Absolute path of the container's monitoring group. */
  public String monitoringGroup(String containerId) {
    return directory(containerId) + "/mon_groups/" + containerId;
  }
}
