// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.cgroup.Enabling;
import io.jrun.container.ProcessSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a launch has found of the host, as far as its container needs it: a plan is made of these
 * and never looks. {@code host.HostSurvey} asks for them.
 *
 * @param rights what the caller may do
 * @param capabilities bit mask of those the caller can give
 * @param mappers absolute paths of newuidmap and newgidmap, where they have to be asked; else empty
 */
public record HostFacts(
    Rights rights,
    long capabilities,
    Cgroup cgroup,
    List<String> mappers,
    Mounts mounts,
    Devices devices) {
  /** Of a container that needs no more than its cgroup. */
  public HostFacts(Rights rights, long capabilities, Cgroup cgroup) {
    this(rights, capabilities, cgroup, List.of(), Mounts.NONE, Devices.NONE);
  }

  /**
   * Where the container's cgroup is to be, and what there is of it.
   *
   * @param mount where cgroup2 is mounted
   * @param path below that mount, beginning with "/"; empty if the container stays in the caller's
   * @param entry how init comes into it
   * @param enabling controllers that the container's limits need and it would not have
   * @param delegatedFiles those that go with it to another owner
   * @param reused whether it was there before, and may have a device program
   * @param loadedDevices the kernel's id of the container's device program; empty if it has yet to
   *     be loaded
   */
  public record Cgroup(
      String mount,
      String path,
      CgroupEntry entry,
      List<Enabling> enabling,
      List<String> delegatedFiles,
      boolean reused,
      OptionalLong loadedDevices) {
    /** One that has yet to be made, by whoever clones init into it. */
    public Cgroup(String mount, String path) {
      this(mount, path, CgroupEntry.BORN, List.of(), List.of(), false, OptionalLong.empty());
    }

    /** Absolute path of its directory; empty if the container has none of its own. */
    public String directory() {
      return path.isEmpty() ? "" : mount + path;
    }
  }

  /**
   * Mounts of the caller's.
   *
   * @param sharedParent mount point of the mount that holds the rootfs, where rootfsPropagation is
   *     shared; empty otherwise
   * @param kernelTrees absolute mount points of every procfs and sysfs there is, in the order in
   *     which they can be taken away; where there is no pivot_root, else empty
   * @param treeNamespaces whether the kernel makes mount namespaces of one tree
   */
  public record Mounts(String sharedParent, List<String> kernelTrees, boolean treeNamespaces) {
    public static final Mounts NONE = new Mounts("", List.of(), false);
  }

  /**
   * Devices of the host that the container gets.
   *
   * @param nodes where the host has a listed device under another path than the container: by the
   *     container's
   * @param net in the order of the description
   * @param rdt the class of service, if one is asked for
   */
  public record Devices(
      Map<String, String> nodes, List<FoundNetDevice> net, Optional<RdtClass> rdt) {
    public static final Devices NONE = new Devices(Map.of(), List.of(), Optional.empty());

    /** The host's path of a device that the container has at this one. */
    public String node(String path) {
      String found = nodes.get(path);
      return found == null ? path : found;
    }
  }

  /**
   * Whether a process has the caller's groups. Those of the host's root are kept for nobody: they
   * open what is nobody's in a container.
   */
  public boolean keepsGroups(ProcessSpec process) {
    return process.keepsGroups() && rights != Rights.ROOT;
  }

  /** The kernel lets nobody map a group without rights who could then drop one of their own. */
  public boolean deniesSetgroups() {
    return rights == Rights.USER && mappers.isEmpty();
  }
}
