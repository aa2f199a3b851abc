// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import java.util.Optional;

/** Who makes the cgroups of new containers: {@code --cgroup-manager}, as crun has it. */
public enum CgroupManager {
  /** jrun itself, by the files of the hierarchy. */
  CGROUPFS,
  /** systemd: a cgroup is a unit. */
  SYSTEMD,
  /** Nobody: a container stays in the caller's. */
  DISABLED;

  /** The option's word. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  public static Optional<CgroupManager> of(String word) {
    for (CgroupManager each : values()) {
      if (each.word().equals(word)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
