// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.linux.Capability;
import io.jrun.linux.Linux;
import io.jrun.program.SyncCode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the programs of the front and of init both ask of a launch, decided once: each does its own
 * part of it, and {@link #meetings} says where they wait for each other.
 *
 * @param waitsForCgroup a service manager makes the cgroup: init waits until it is in it, and the
 *     front runs two programs
 * @param spawnFlags of the clone by which the front makes the first process
 * @param goesOnInClone init begins outside the container's namespaces and goes on in a clone
 * @param forkFlags of that clone
 * @param meetsUnmapped there is a new user or time namespace that the front has to write to
 * @param makesMountNamespace init makes the mount namespace itself, in the user namespace, and is
 *     not born into it: it takes something there
 * @param entersTree init is born into the host's mount namespace, and goes into one that has
 *     nothing but the container's root file system: what is looked up on the host is taken before
 * @param mapsIds any mount's ids are mapped
 * @param takes what {@code SourceSteps} takes is more than what the container's root could reach
 * @param takesAsRoot init takes it with root's rights, before it gives them up
 * @param bindsDevices devices are the host's, bound: a user namespace lets nobody make one
 * @param meetsWhenMounted the front has to do something that needs the mounts or the pid
 * @param handsTerminalOver init makes a terminal, whose master the front takes
 * @param passesListenerOn the front takes the listener of the filter of system calls
 * @param frontSetsLimits the front sets init's limits, scheduling and I/O priority: in a user
 *     namespace nobody may raise one, and the front may still
 */
public record LaunchShape(
    boolean waitsForCgroup,
    long spawnFlags,
    boolean goesOnInClone,
    long forkFlags,
    boolean meetsUnmapped,
    boolean makesMountNamespace,
    boolean entersTree,
    boolean mapsIds,
    boolean takes,
    boolean takesAsRoot,
    boolean bindsDevices,
    boolean meetsWhenMounted,
    boolean handsTerminalOver,
    boolean passesListenerOn,
    boolean frontSetsLimits) {

  /** What is taken of the host is open until it is attached. */
  private static final int MOST_MOUNTS = 64;

  /**
   * A sync point.
   *
   * @param code of {@link SyncCode}
   * @param ofInit init says it and the front waits for it; else the other way round
   */
  public record Meeting(int code, boolean ofInit) {}

  public static LaunchShape of(ContainerSpec spec, LaunchOptions options) {
    Namespaces namespaces = spec.namespaces();
    Rights rights = options.host().rights();
    boolean mapsIds = mapsIds(spec);
    boolean clones =
        namespaces.hasUser()
            || namespaces.isNew(NamespaceType.TIME)
            || namespaces.isJoined(NamespaceType.PID)
            || mapsIds;
    boolean takesAsRoot = namespaces.hasUser() && rights == Rights.ROOT;
    boolean newMounts = namespaces.isNew(NamespaceType.MOUNT);
    boolean ownsMounts = namespaces.isNew(NamespaceType.USER) && newMounts;
    boolean makesMounts = rights == Rights.ROOT ? takesAsRoot && hasOverlay(spec) : ownsMounts;
    boolean entersTree = !clones && entersTree(spec, options);
    long made = makesMounts && newMounts ? Linux.CLONE_NEWNS : 0;
    return new LaunchShape(
        options.host().cgroup().entry().waits(),
        clones ? 0 : namespaces.cloneFlags() & ~(entersTree ? Linux.CLONE_NEWNS : 0),
        clones,
        Linux.CLONE_PARENT | namespaces.cloneFlags() & ~made,
        namespaces.isNew(NamespaceType.USER) || !namespaces.timeOffsets().isEmpty(),
        made != 0,
        entersTree,
        mapsIds,
        takesAsRoot || namespaces.hasUser() && ownsMounts,
        takesAsRoot,
        bindsDevices(spec, rights),
        meetsWhenMounted(spec),
        spec.process().terminal().isPresent(),
        spec.restrictions().seccomp().isPresent()
            && spec.restrictions().seccomp().get().listener().isPresent(),
        takesAsRoot);
  }

  /** The sync points of this launch, in the order in which both programs come to them. */
  public List<Meeting> meetings() {
    List<Meeting> out = new ArrayList<>();
    if (waitsForCgroup) {
      out.add(new Meeting(SyncCode.BORN, true));
      out.add(new Meeting(SyncCode.PLACED, false));
    }
    if (meetsUnmapped) {
      out.add(new Meeting(SyncCode.UNMAPPED, true));
      out.add(new Meeting(SyncCode.MAPPED, false));
    }
    if (goesOnInClone) {
      out.add(new Meeting(SyncCode.CLONED, true));
    }
    if (meetsWhenMounted) {
      out.add(new Meeting(SyncCode.MOUNTED, true));
      out.add(new Meeting(SyncCode.HOOKED, false));
    }
    if (handsTerminalOver) {
      out.add(new Meeting(SyncCode.TERMINAL, true));
    }
    if (passesListenerOn) {
      out.add(new Meeting(SyncCode.LISTENER, true));
      out.add(new Meeting(SyncCode.LISTENED, false));
    }
    out.add(new Meeting(SyncCode.READY, true));
    out.add(new Meeting(SyncCode.COMMITTED, false));
    return out;
  }

  private static boolean meetsWhenMounted(ContainerSpec spec) {
    HooksSpec hooks = spec.hooks();
    return !spec.names().netDevices().isEmpty()
        || !hooks.prestart().isEmpty()
        || !hooks.createRuntime().isEmpty()
        || !hooks.createContainer().isEmpty()
        || !hooks.startContainer().isEmpty();
  }

  /**
   * Not where somebody is to see the host's files from within the container's mount namespace, or
   * its mounts are to be the host's; nor where what is mounted may be a file of the container's
   * root, with what is mounted there before.
   */
  private static boolean entersTree(ContainerSpec spec, LaunchOptions options) {
    HostFacts host = options.host();
    HooksSpec hooks = spec.hooks();
    return host.mounts().treeNamespaces()
        && host.rights() == Rights.ROOT
        && (host.capabilities() & Capability.CAP_SYS_CHROOT.bit()) != 0
        && spec.namespaces().isNew(NamespaceType.MOUNT)
        && hooks.prestart().isEmpty()
        && hooks.createRuntime().isEmpty()
        && hooks.createContainer().isEmpty()
        && !options.switches().noPivot()
        && !spec.rootfs().propagation().isShared()
        && spec.mounts().size() <= MOST_MOUNTS
        && spec.mounts().stream().noneMatch(mount -> mount.isOf(spec.rootfs().path()));
  }

  private static boolean mapsIds(ContainerSpec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.idmap().isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasOverlay(ContainerSpec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.type().equals("overlay")) {
        return true;
      }
    }
    return false;
  }

  /** The same as {@link #bindsDevices()}, before it is known where the devices are. */
  public static boolean bindsDevices(ContainerSpec spec, Rights rights) {
    return spec.namespaces().hasUser() || rights != Rights.ROOT;
  }
}
