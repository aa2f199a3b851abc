// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.ContainerSpec;
import io.jrun.container.IdMappings;
import io.jrun.container.NamespaceType;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Remedies;
import io.jrun.linux.Capability;
import io.jrun.linux.Procfs;
import io.jrun.plan.Rights;
import io.jrun.wire.CallerContext;
import java.util.List;
import java.util.Optional;

/**
 * What a caller without root's rights has to do without, or to ask others for: its own namespace,
 * maps of ids that are not its own, a cgroup. Looks at the host and changes nothing.
 */
public final class Rootless {
  /** Where programs that may map ids are believed: nothing of the caller's is searched. */
  private static final List<String> DIRECTORIES =
      List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin");

  public static final String NOT_MOUNTED =
      "cgroup v2 is not mounted: mount it at /sys/fs/cgroup (mount -t cgroup2 none"
          + " /sys/fs/cgroup), boot with systemd.unified_cgroup_hierarchy=1, or do without limits"
          + " and pause: --cgroup-manager=disabled";

  private Rootless() {}

  /** What the caller may do on this host. */
  public static Rights rights(CallerContext caller) {
    if (caller.euid() != 0) {
      return Rights.USER;
    }
    return caller.isInFirstUserNamespace() ? Rights.ROOT : Rights.NAMESPACE_ROOT;
  }

  /**
   * The same for a container: root without CAP_SYS_ADMIN, which is root in most containers of
   * engines, may do no more than an ordinary user, and can do as much in a new user namespace.
   */
  public static Rights rights(CallerContext caller, ContainerSpec spec) {
    Rights rights = rights(caller);
    if (rights == Rights.USER || !spec.namespaces().isNew(NamespaceType.USER)) {
      return rights;
    }
    long may = Procfs.grantableCapabilities(caller.pid());
    return (may & Capability.CAP_SYS_ADMIN.bit()) == 0 ? Rights.USER : rights;
  }

  /** Refuses what only root can have. */
  public static void check(ContainerSpec spec, Rights rights) {
    if (rights != Rights.USER) {
      return;
    }
    if (!spec.namespaces().hasUser()) {
      throw new ContainerException(
          "/linux/namespaces: rootless container requires user namespaces: add {\"type\": \"user\"}"
              + " and mappings, as jrun spec --rootless writes them, or run jrun as root");
    }
    for (int i = 0; i < spec.mounts().size(); i++) {
      if (spec.mounts().get(i).idmap().isPresent()) {
        throw new ContainerException(
            spec.mounts().get(i).pointer() + ": only root can map the ids of a mount");
      }
    }
  }

  /**
   * newuidmap and newgidmap, where they are needed: for more than the caller's own user and group.
   */
  public static List<String> mappers(ContainerSpec spec, CallerContext caller, Rights rights) {
    IdMappings mappings = spec.namespaces().mappings();
    if (rights != Rights.USER || !spec.namespaces().isNew(NamespaceType.USER)) {
      return List.of();
    }
    if (isOwn(mappings.uids(), caller.euid()) && isOwn(mappings.gids(), caller.egid())) {
      if (!spec.process().additionalGids().isEmpty()) {
        throw new ContainerException(
            "/process/user/additionalGids: a user namespace with the caller's own group alone has"
                + " no others");
      }
      return List.of();
    }
    return List.of(
        find("newuidmap", "/linux/uidMappings", "/etc/subuid"),
        find("newgidmap", "/linux/gidMappings", "/etc/subgid"));
  }

  private static boolean isOwn(List<IdMappings.Extent> extents, long id) {
    return extents.size() == 1 && extents.get(0).size() == 1 && extents.get(0).outside() == id;
  }

  private static String find(String program, String field, String ranges) {
    Optional<String> found = Programs.find(program, DIRECTORIES);
    if (found.isPresent()) {
      return found.get();
    }
    throw new ContainerException(
        field
            + ": "
            + program
            + " is not installed: install it (package uidmap or shadow-utils) and give the user a"
            + " range in "
            + ranges
            + ", or map the caller's own id alone");
  }

  /**
   * Where the container's cgroup is made, or "" if it stays in the caller's: beside the caller's
   * own, where all containers' are; else in that, where it alone was delegated; else nowhere,
   * unless one was asked for.
   *
   * @param mount where cgroup2 is mounted, if it is
   * @param beside where it belongs, by the document or by default
   * @param rootless "true", "false" or "auto": whether one that cannot be made is done without
   */
  public static String cgroup(
      Optional<String> mount,
      String beside,
      ContainerSpec spec,
      String id,
      String rootless,
      CallerContext caller) {
    boolean mayDoWithout =
        rootless.equals("true") || rootless.equals("auto") && rights(caller, spec) != Rights.ROOT;
    if (mount.isEmpty() && !mayDoWithout) {
      throw new ContainerException(NOT_MOUNTED);
    }
    if (!mayDoWithout
        || mount.isPresent() && Delegation.permits(mount.get(), beside, caller.cgroup())) {
      return beside;
    }
    if (!spec.cgroup().path().isEmpty()) {
      throw new ContainerException(
          "/linux/cgroupsPath: rootless needs no limits + no cgrouppath when no permission is"
              + " granted for cgroups: remove it, or "
              + Remedies.DELEGATION);
    }
    String inside = CgroupMount.own(caller.cgroup()).replaceFirst("/$", "") + "/" + id;
    return mount.isPresent() && Delegation.permits(mount.get(), inside, caller.cgroup())
        ? inside
        : "";
  }
}
