// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import java.util.Optional;

/**
 * What the command line asked of create or run.
 *
 * @param bundle absolute path
 * @param pidFile absolute path
 * @param sockets who waits for the terminal and for a pidfd
 * @param rootless "true", "false" or "auto": whether a cgroup that cannot be made is done without
 * @param listenFds descriptors of socket activation, the first of those that are preserved
 * @param cgroupManager who makes the cgroup
 */
public record LaunchRequest(
    String id,
    String bundle,
    Optional<String> pidFile,
    Sockets sockets,
    boolean noPivot,
    boolean noNewKeyring,
    int preserveFds,
    int listenFds,
    String rootless,
    CgroupManager cgroupManager) {
  /** With the flags' defaults. */
  public LaunchRequest(
      String id,
      String bundle,
      Optional<String> pidFile,
      Sockets sockets,
      boolean noPivot,
      boolean noNewKeyring,
      int preserveFds,
      int listenFds) {
    this(
        id,
        bundle,
        pidFile,
        sockets,
        noPivot,
        noNewKeyring,
        preserveFds,
        listenFds,
        "auto",
        CgroupManager.CGROUPFS);
  }
}
