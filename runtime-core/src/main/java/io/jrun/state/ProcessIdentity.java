// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

/**
 * Which process: a pid alone may be another's by now.
 *
 * @param pid 0 for none
 * @param startTime clock ticks since boot, field 22 of /proc/PID/stat
 */
public record ProcessIdentity(long pid, long startTime) {
  public static final ProcessIdentity NONE = new ProcessIdentity(0, 0);
}
