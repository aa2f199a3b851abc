// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.container.Sysctl;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A namespace that is joined by path may be the host's own: then what is set or moved there would
 * be the host's. So would what namespaces have for themselves from a later kernel on only.
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
    if (!spec.names().netDevices().isEmpty() && joinsOwn(spec, NamespaceType.NETWORK, caller)) {
      throw new ContainerException(
          "/linux/netDevices: unable to move network devices without a NET namespace: the one to"
              + " join is the caller's own");
    }
    for (Sysctl each : spec.names().sysctls()) {
      String named = each.pointer() + ": sysctl \"" + each.key() + "\" ";
      if (joinsOwn(spec, each.namespace(), caller)) {
        throw new ContainerException(
            named
                + (each.isOfNetwork()
                    ? "not allowed in host network namespace"
                    : "is not in a separate kernel namespace: the one to join is the caller's"
                        + " own"));
      }
      Optional<Sysctl.Since> since = each.since();
      if (since.isPresent() && !Procfs.isKernelAtLeast(since.get().major(), since.get().minor())) {
        throw new ContainerException(
            named
                + "is not in a separate kernel namespace: a pid namespace has its own from Linux "
                + since.get().major()
                + "."
                + since.get().minor()
                + " on, and this is "
                + Procfs.kernelRelease());
      }
    }
  }

  /** Whether the namespace to join is the one the caller is in. */
  private static boolean joinsOwn(ContainerSpec spec, NamespaceType type, long caller) {
    Optional<Namespaces.Entry> joined = spec.namespaces().get(type);
    if (joined.isEmpty() || joined.get().isNew()) {
      return false;
    }
    try {
      return Files.isSameFile(
          Path.of("/proc/" + caller + "/ns/" + type.procName()),
          Path.of(own(joined.get().path(), caller)));
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
