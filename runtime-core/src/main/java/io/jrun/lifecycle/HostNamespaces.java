// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.container.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A network namespace that is joined by path may be the host's own: then what is set or moved there
 * would be the host's.
 */
final class HostNamespaces {
  private static final String SELF = "/proc/self/";

  private HostNamespaces() {}

  /**
   * Refuses what would be done to the host.
   *
   * @param caller the front's pid: a resident core may be in another network namespace
   */
  static void check(ContainerSpec spec, long caller) {
    if (!spec.names().netDevices().isEmpty() && joinsOwn(spec, caller)) {
      throw new ContainerException(
          "/linux/netDevices: unable to move network devices without a NET namespace: the one to"
              + " join is the caller's own");
    }
    for (Sysctl each : spec.names().sysctls()) {
      if (each.isOfNetwork() && joinsOwn(spec, caller)) {
        throw new ContainerException(
            each.pointer()
                + ": sysctl \""
                + each.key()
                + "\" not allowed in host network namespace");
      }
    }
  }

  /** Whether the network namespace to join is the one the caller is in. */
  private static boolean joinsOwn(ContainerSpec spec, long caller) {
    Optional<Namespaces.Entry> network = spec.namespaces().get(NamespaceType.NETWORK);
    if (network.isEmpty() || network.get().isNew()) {
      return false;
    }
    try {
      return Files.isSameFile(
          Path.of("/proc/" + caller + "/ns/net"), Path.of(own(network.get().path(), caller)));
    } catch (IOException e) {
      // A path that cannot be looked at cannot be joined either: the step that tries will say so.
      return false;
    }
  }

  /** What a path through /proc/self means to the caller. */
  private static String own(String path, long caller) {
    return path.startsWith(SELF) ? "/proc/" + caller + "/" + path.substring(SELF.length()) : path;
  }
}
