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
  private static final Path OWN = Path.of("/proc/self/ns/net");

  private HostNamespaces() {}

  static void check(ContainerSpec spec) {
    for (Sysctl each : spec.names().sysctls()) {
      if (each.isOfNetwork() && joinsOwn(spec)) {
        throw new ContainerException(
            each.pointer()
                + ": sysctl \""
                + each.key()
                + "\" not allowed in host network namespace");
      }
    }
  }

  /** Whether the network namespace to join is the one this process is in. */
  private static boolean joinsOwn(ContainerSpec spec) {
    Optional<Namespaces.Entry> network = spec.namespaces().get(NamespaceType.NETWORK);
    if (network.isEmpty() || network.get().isNew()) {
      return false;
    }
    try {
      return Files.isSameFile(OWN, Path.of(network.get().path()));
    } catch (IOException e) {
      // A path that cannot be looked at cannot be joined either: the step that tries will say so.
      return false;
    }
  }
}
