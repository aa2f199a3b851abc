// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.ContainerSpec;
import io.jrun.container.Paths;
import io.jrun.container.Resources;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Remedies;
import io.jrun.linux.Procfs;
import io.jrun.plan.CgroupManager;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.wire.CallerContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the cgroup of a new container is to be, and what of the host it needs there. */
final class CgroupPlace {
  /** PATH_MAX of linux/limits.h, without its NUL, a slash and the longest name of a file. */
  private static final int MOST_OF_CGROUP = 4095 - 64;

  private CgroupPlace() {}

  /**
   * Below the mount; empty if the container stays in the caller's.
   *
   * @param unit where systemd will make it, if systemd does
   */
  static String find(
      ContainerSpec spec,
      LaunchRequest request,
      CallerContext caller,
      Optional<String> mount,
      Optional<String> unit) {
    if (request.cgroupManager() == CgroupManager.DISABLED) {
      return "";
    }
    if (unit.isEmpty()) {
      String path = cgroupPath(spec, request.id(), caller);
      checkLength(mount.orElse("") + path);
      return Rootless.cgroup(mount, path, spec, request.id(), request.rootless(), caller);
    }
    if (mount.isEmpty()) {
      throw new ContainerException(Rootless.NOT_MOUNTED);
    }
    return unit.get();
  }

  private static String cgroupPath(ContainerSpec spec, String id, CallerContext caller) {
    String written = spec.cgroup().path();
    String clean = written.isEmpty() ? "" : Paths.clean(written);
    String path =
        CgroupMount.pathFor(
            written.isEmpty() || written.startsWith("/") ? clean : clean.substring(1),
            id,
            caller.cgroup());
    if (path.equals("/")) {
      throw new ContainerException("/linux/cgroupsPath: the root cgroup cannot be a container's");
    }
    return path;
  }

  /** A path that is too long would be found in the middle, and by every command that follows. */
  private static void checkLength(String cgroup) {
    int length = cgroup.getBytes(StandardCharsets.UTF_8).length;
    if (length > MOST_OF_CGROUP) {
      throw new ContainerException(
          "/linux/cgroupsPath: "
              + length
              + " bytes with the mount's, more than the "
              + MOST_OF_CGROUP
              + " that leave room for a file's name: choose a shorter one");
    }
  }

  /**
   * Whether the cgroup is there already. One that is in use is refused, as the specification
   * allows: a limit on one container must not be shared by two.
   */
  static boolean isReused(String directory) {
    if (!Files.exists(Path.of(directory))) {
      return false;
    }
    List<Long> processes = CgroupTree.processes(directory);
    if (!processes.isEmpty()) {
      throw new ContainerException(
          "container's cgroup is not empty: "
              + processes.size()
              + " process(es) found in "
              + directory
              + ": /linux/cgroupsPath: choose another, or end them");
    }
    if (CgroupTree.isFrozen(directory)) {
      throw new ContainerException(
          "container's cgroup unexpectedly frozen: "
              + directory
              + ": /linux/cgroupsPath: choose another, or write 0 to its cgroup.freeze");
    }
    return true;
  }

  /**
   * Refuses limits that this host cannot set; gives what has to be enabled for the others, and for
   * the cgroup to have all that there is. What systemd makes has what systemd gives it.
   */
  static List<Enabling> enabling(
      ContainerSpec spec, String mount, String cgroup, CgroupManager manager) {
    List<Setting> settings =
        spec.cgroup().resources().isPresent()
            ? limits(spec.cgroup().resources().get(), mount, cgroup, manager)
            : List.of();
    if (cgroup.isEmpty()) {
      return List.of();
    }
    return manager == CgroupManager.SYSTEMD
        ? Controllers.enabling(mount, cgroup, settings)
        : Inheritance.of(mount, cgroup, settings);
  }

  private static List<Setting> limits(
      Resources resources, String mount, String cgroup, CgroupManager manager) {
    List<Setting> settings = ResourceSettings.of(resources);
    if (cgroup.isEmpty() && !settings.isEmpty()) {
      throw new ContainerException(
          settings.get(0).pointer()
              + (manager == CgroupManager.DISABLED
                  ? ": limits are a cgroup's, and --cgroup-manager=disabled makes none: remove the"
                      + " field"
                  : ": limits are a cgroup's, and the caller has none: " + Remedies.DELEGATION));
    }
    List<String> missing = Controllers.missing(mount, settings);
    if (!missing.isEmpty()) {
      throw new ContainerException(String.join("; ", missing));
    }
    MemoryInUse.check(mount + cgroup, resources.memory());
    return settings;
  }

  /** What of a cgroup goes with it to another owner: cgroup-v2.rst "Delegation". */
  static List<String> delegatedFiles(ContainerSpec spec) {
    if (CgroupSteps.owner(spec).isEmpty()) {
      return List.of();
    }
    return Procfs.read("/sys/kernel/cgroup/delegate")
        .map(text -> List.of(text.trim().split("\n")))
        .orElse(List.of("cgroup.procs", "cgroup.subtree_control", "cgroup.threads"));
  }
}
