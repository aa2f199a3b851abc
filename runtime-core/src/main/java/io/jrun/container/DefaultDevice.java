// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;

/**
 * A device every container has: all of them character devices, mode 0666. Source: config-linux.md
 * "Default Devices".
 *
 * @param name in /dev
 */
public record DefaultDevice(String name, int major, int minor) {
  private static final DefaultDevice[] ALL = {
    new DefaultDevice("null", 1, 3),
    new DefaultDevice("zero", 1, 5),
    new DefaultDevice("full", 1, 7),
    new DefaultDevice("random", 1, 8),
    new DefaultDevice("urandom", 1, 9),
    new DefaultDevice("tty", 5, 0)
  };

  /** All of them, in the order in which they are made. */
  public static DefaultDevice[] all() {
    return ALL.clone();
  }

  public String path() {
    return "/dev/" + name;
  }

  /** Whether a listed device is one that every container has. */
  public static boolean is(DeviceNode device) {
    for (DefaultDevice each : ALL) {
      boolean same = device.major() == each.major && device.minor() == each.minor;
      if (same && device.path().equals(each.path())) {
        return device.type() == Linux.S_IFCHR;
      }
    }
    return false;
  }
}
