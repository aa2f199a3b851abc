// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;

/**
 * What the programs of the front and of init both ask of a launch, each for its own part: here both
 * get the same answer.
 */
public final class LaunchShape {
  private LaunchShape() {}

  /** Whether init begins outside the container's namespaces and goes on in a clone. */
  public static boolean goesOnInClone(ContainerSpec spec) {
    Namespaces namespaces = spec.namespaces();
    return namespaces.hasUser()
        || namespaces.isNew(NamespaceType.TIME)
        || namespaces.isJoined(NamespaceType.PID)
        || mapsIds(spec);
  }

  /**
   * Whether the front sets init's limits: in a user namespace nobody may raise one, and the front
   * may still.
   */
  public static boolean frontSetsLimits(ContainerSpec spec, LaunchOptions options) {
    return takesAsRoot(spec, options);
  }

  /** Whether init and the front meet once more, for what needs the mounts or the pid. */
  public static boolean meetsWhenMounted(ContainerSpec spec) {
    HooksSpec hooks = spec.hooks();
    return !spec.names().netDevices().isEmpty()
        || !hooks.prestart().isEmpty()
        || !hooks.createRuntime().isEmpty()
        || !hooks.createContainer().isEmpty()
        || !hooks.startContainer().isEmpty();
  }

  /** Whether any mount's ids are mapped. */
  public static boolean mapsIds(ContainerSpec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.idmap().isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Whether what {@code SourceSteps} takes is more than what the container's root could reach. */
  public static boolean takes(ContainerSpec spec, LaunchOptions options) {
    return takesAsRoot(spec, options)
        || spec.namespaces().hasUser()
            && spec.namespaces().isNew(NamespaceType.USER)
            && spec.namespaces().isNew(NamespaceType.MOUNT);
  }

  public static boolean takesAsRoot(ContainerSpec spec, LaunchOptions options) {
    return spec.namespaces().hasUser() && options.host().rights() == Rights.ROOT;
  }

  /**
   * Whether init makes the mount namespace itself, in the user namespace, and is not born into it:
   * it takes something there.
   */
  public static boolean makesMountNamespace(ContainerSpec spec, LaunchOptions options) {
    boolean inside =
        options.host().rights() == Rights.ROOT
            ? spec.namespaces().hasUser() && hasOverlay(spec)
            : spec.namespaces().isNew(NamespaceType.USER);
    return inside && spec.namespaces().isNew(NamespaceType.MOUNT);
  }

  private static boolean hasOverlay(ContainerSpec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.type().equals("overlay")) {
        return true;
      }
    }
    return false;
  }

  /** Whether devices are the host's, bound: a user namespace lets nobody make one. */
  public static boolean bindsDevices(ContainerSpec spec, Rights rights) {
    return spec.namespaces().hasUser() || rights != Rights.ROOT;
  }
}
