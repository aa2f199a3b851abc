// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

/**
 * Where the process of an exec goes.
 *
 * @param pid of the container's init, as the front sees it
 * @param startTime of that process, in clock ticks since boot
 * @param directory absolute path of the cgroup; empty if the container has none of its own
 * @param below a clean path below it, beginning with "/"; empty for the cgroup itself
 */
public record ExecTarget(long pid, long startTime, String directory, String below) {
  /** How messages name the cgroup. */
  public String cgroup() {
    return directory + below;
  }
}
