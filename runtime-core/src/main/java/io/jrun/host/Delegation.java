// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What of the hierarchy is the caller's to use. Source: cgroup-v2.rst, "Delegation Containment".
 */
public final class Delegation {
  private Delegation() {}

  /**
   * Whether the caller may make a cgroup and move a process of its own there: the nearest directory
   * above must be its to write, and so must the common ancestor's cgroup.procs.
   *
   * @param mount where the hierarchy is
   * @param path of the cgroup, below the mount
   * @param ownCgroup contents of the caller's /proc/self/cgroup
   */
  public static boolean permits(String mount, String path, String ownCgroup) {
    Path existing = Path.of(mount + path);
    while (!Files.isDirectory(existing)) {
      existing = existing.getParent();
    }
    String own = CgroupMount.own(ownCgroup);
    Path common = Path.of(mount + path).getParent();
    while (!Path.of(mount + own).startsWith(common)) {
      common = common.getParent();
    }
    return Files.isWritable(existing)
        && common.startsWith(mount)
        && Files.isWritable(common.resolve("cgroup.procs"));
  }
}
