// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.cgroup.Enabling;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a launch needs to know beside the container's own description: where things are on this
 * host, and what the command line said.
 *
 * @param bundle absolute path
 * @param stateDirectory absolute path of the container's state directory
 * @param cgroupMount where cgroup2 is mounted
 * @param cgroup path of the container's cgroup below that mount, beginning with "/"; empty if it
 *     stays in the caller's
 * @param availableCapabilities bit mask of those the caller can give
 * @param sharedParent mount point of the mount that holds the rootfs, where rootfsPropagation is
 *     shared; empty otherwise
 * @param sockets who waits for a terminal or a pidfd
 */
public record LaunchOptions(
    String id,
    String bundle,
    String stateDirectory,
    String cgroupMount,
    String cgroup,
    long availableCapabilities,
    String sharedParent,
    Switches switches,
    Host host,
    Sockets sockets) {

  public LaunchOptions(
      String id,
      String bundle,
      String stateDirectory,
      String cgroupMount,
      String cgroup,
      long availableCapabilities,
      String sharedParent,
      Switches switches) {
    this(
        id,
        bundle,
        stateDirectory,
        cgroupMount,
        cgroup,
        availableCapabilities,
        sharedParent,
        switches,
        Host.ROOT);
  }

  /** Of a launch that nobody waits for. */
  public LaunchOptions(
      String id,
      String bundle,
      String stateDirectory,
      String cgroupMount,
      String cgroup,
      long availableCapabilities,
      String sharedParent,
      Switches switches,
      Host host) {
    this(
        id,
        bundle,
        stateDirectory,
        cgroupMount,
        cgroup,
        availableCapabilities,
        sharedParent,
        switches,
        host,
        Sockets.NONE);
  }

  /**
   * What the caller may do on this host, and what there is of it.
   *
   * @param delegatedFiles files of a cgroup that go with it to another owner
   * @param mappers absolute paths of newuidmap and newgidmap, where they have to be asked; else
   *     empty
   * @param enabling controllers that the container's limits need and its cgroup would not have
   * @param loadedDevices the kernel's id of the container's device program; empty if it has yet to
   *     be loaded
   * @param entry how init comes into its cgroup
   * @param reused whether the cgroup was there before, and may have a device program
   * @param found what was looked for on this host because the container needs it
   */
  public record Host(
      Rights rights,
      List<String> delegatedFiles,
      List<String> mappers,
      List<Enabling> enabling,
      OptionalLong loadedDevices,
      CgroupEntry entry,
      boolean reused,
      Found found) {
    public static final Host ROOT = new Host(Rights.ROOT, List.of());

    public Host(
        Rights rights, List<String> delegatedFiles, List<String> mappers, List<Enabling> enabling) {
      this(
          rights,
          delegatedFiles,
          mappers,
          enabling,
          OptionalLong.empty(),
          CgroupEntry.BORN,
          false,
          Found.NOTHING);
    }

    public Host(Rights rights, List<String> delegatedFiles) {
      this(rights, delegatedFiles, List.of(), List.of());
    }

    /** The kernel lets nobody map a group without rights who could then drop one of their own. */
    public boolean deniesSetgroups() {
      return rights == Rights.USER && mappers.isEmpty();
    }
  }

  /**
   * What was looked for on this host.
   *
   * @param kernelTrees absolute mount points of every procfs and sysfs there is, in the order in
   *     which they can be taken away; where there is no pivot_root, else empty
   * @param devices where the host has a listed device under another path than the container: by the
   *     container's
   */
  public record Found(List<String> kernelTrees, Map<String, String> devices) {
    public static final Found NOTHING = new Found(List.of(), Map.of());

    public Found(List<String> kernelTrees) {
      this(kernelTrees, Map.of());
    }

    /** The host's path of a device that the container has at this one. */
    public String device(String path) {
      String found = devices.get(path);
      return found == null ? path : found;
    }
  }

  /**
   * Switches of the command line.
   *
   * @param waits init waits for a start (create does)
   * @param preserveFds how many descriptors from 3 up are handed on
   * @param holes those of them that are not open, ascending: nothing else may lie there either
   */
  public record Switches(
      boolean waits, boolean noPivot, boolean noNewKeyring, int preserveFds, List<Integer> holes) {
    public Switches(boolean waits, boolean noPivot, boolean noNewKeyring, int preserveFds) {
      this(waits, noPivot, noNewKeyring, preserveFds, List.of());
    }
  }

  /** Absolute path of the container's cgroup on this host; empty if it has none of its own. */
  public String cgroupDirectory() {
    return cgroup.isEmpty() ? "" : cgroupMount + cgroup;
  }
}
