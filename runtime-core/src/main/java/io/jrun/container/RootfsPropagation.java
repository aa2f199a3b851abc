// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;

/**
 * Propagation of the container's root mount. Source: config-linux.md "Rootfs Mount Propagation".
 *
 * @param type MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE; 0 where the document says nothing
 */
public record RootfsPropagation(long type, boolean recursive) {
  static RootfsPropagation parse(String word, Problems problems) {
    if (word == null || word.isEmpty()) {
      return new RootfsPropagation(0, false);
    }
    boolean recursive = word.startsWith("r");
    long type = Propagations.named(recursive ? word.substring(1) : word);
    problems.require(
        type != 0,
        "/linux/rootfsPropagation",
        "must be shared, slave, private or unbindable, not \"" + word + "\"");
    return new RootfsPropagation(type, recursive);
  }

  /**
   * Whether what is mounted on the host below the root's path, by a hook or later, appears in the
   * container: where the document says nothing it is {@code rslave}, as with runc.
   */
  public boolean keepsSlave() {
    return type == 0 || type == Linux.MS_SLAVE && recursive;
  }

  /** Whether mounts are to be seen by the host's peers. */
  public boolean isShared() {
    return type == Linux.MS_SHARED;
  }
}
