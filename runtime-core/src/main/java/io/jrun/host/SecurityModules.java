// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.SecurityLabels;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;

/**
 * Which security modules the host's kernel has switched on. A label that no module would enforce is
 * refused before anything is done, in the words runc has for it.
 */
public final class SecurityModules {
  private static final String APPARMOR_ENABLED = "/sys/module/apparmor/parameters/enabled";

  private SecurityModules() {}

  /**
   * Refuses labels of a module that is off.
   *
   * @throws ContainerException naming the field
   */
  public static void require(SecurityLabels labels) {
    if (!labels.apparmor().isEmpty() && !hasApparmor()) {
      throw new ContainerException(
          "/process/apparmorProfile: apparmor: config provided but apparmor not supported:"
              + " remove the field, or boot with apparmor=1");
    }
    if (!labels.selinux().isEmpty()) {
      requireSelinux("/process/selinuxLabel");
    }
  }

  /** Refuses the field if SELinux is off. */
  static void requireSelinux(String pointer) {
    if (!hasSelinux()) {
      throw new ContainerException(
          pointer
              + ": selinux label is specified in config, but selinux is disabled or not supported:"
              + " remove the field, or enable SELinux");
    }
  }

  /**
   * As the module itself says. Its file system is for who loads profiles: Podman takes all that is
   * mounted in /sys/kernel away before it runs a runtime for a container with ids of its own.
   */
  private static boolean hasApparmor() {
    return Procfs.read(APPARMOR_ENABLED).filter(text -> text.startsWith("Y")).isPresent();
  }

  /** Where it is on, its file system is mounted: policies are loaded through it. */
  private static boolean hasSelinux() {
    return Procfs.mounts().stream().anyMatch(mount -> mount.type().equals("selinuxfs"));
  }
}
