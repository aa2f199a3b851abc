// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.IdMappings;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.MountAttr;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchShape;
import io.jrun.plan.process.PrivateProcfs;
import io.jrun.plan.process.ProcessSteps;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What init takes while it has the caller's rights still, for a container whose own root would not
 * be let near it: the root file system, the sources of bind mounts, the directories of overlays,
 * the maps of idmapped mounts. It is descriptors of detached mounts, and of file systems that are
 * not made yet, which the clone that is born into the container's namespaces inherits and attaches
 * in their order.
 *
 * <p>The same where init leaves the host's tree behind before anything is mounted: {@link
 * #takeForTree}.
 *
 * <p>Root takes them before there is a user namespace. Who is no root of the host may copy no mount
 * there: it takes them in the container's user namespace, in a mount namespace of that one, before
 * it becomes root there: by then it may mount, and is still who it was to the host's files. See
 * docs/adr/0011.
 */
final class SourceSteps {
  /** More than these are moved out of the registers, to descriptors of known numbers. */
  private static final int IN_REGISTERS = 64;

  private static final int FIRST_NUMBER = 200;

  private final Recorder recorder;
  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final LaunchShape shape;
  private final Map<String, Fd> mounts = new HashMap<>();
  private final Map<String, OverlaySteps> overlays = new HashMap<>();
  private final Map<IdMappings, Fd> userNamespaces = new HashMap<>();
  private Fd rootfs;
  private Fd procfs;

  /** Binds in whose source mount points may have to be made, by their pointers, and the sources. */
  private final Set<String> written = new HashSet<>();

  private final Map<String, Fd> files = new HashMap<>();

  private SourceSteps(Recorder recorder, LaunchInput input) {
    this.recorder = recorder;
    this.spec = input.spec();
    this.options = input.options();
    this.shape = input.shape();
  }

  static SourceSteps record(Recorder recorder, LaunchInput input) {
    SourceSteps sources = new SourceSteps(recorder, input);
    ContainerSpec spec = input.spec();
    LaunchShape shape = input.shape();
    if (shape.takes() || shape.entersTree()) {
      List<MountSpec> mounts = input.options().mounts(spec);
      for (MountSpec bind : MountPointSteps.readOnlyBinds(mounts).values()) {
        sources.written.add(bind.pointer());
      }
    }
    if (shape.mapsIds()) {
      sources.makeUserNamespaces();
    }
    if (shape.takesAsRoot()) {
      sources.take();
    } else if (shape.takes()) {
      sources.takeMapped();
    }
    boolean labels = spec.process().labels().isPresent();
    boolean writes = labels || !spec.names().sysctls().isEmpty();
    if (writes && shape.bindsDevices()) {
      recorder.step(
          "open the host's /proc for " + (labels ? "labels" : "sysctls"),
          labels ? "/process" : "/linux/sysctl");
      sources.procfs = PrivateProcfs.openHosts(recorder);
    }
    return sources;
  }

  /** In the container's user namespace, before init becomes root there. */
  void recordInside() {
    if (!shape.makesMountNamespace()) {
      return;
    }
    recorder.step(
        "make the mount namespace",
        spec.namespaces().get(NamespaceType.MOUNT).orElseThrow().pointer());
    recorder.unshare(Linux.CLONE_NEWNS);
    if (!shape.takesAsRoot()) {
      take();
    }
    takeOverlays();
  }

  private void takeOverlays() {
    Block early = null;
    long number = FIRST_NUMBER + Math.max(IN_REGISTERS, mounts.size());
    for (MountSpec mount : options.mounts(spec)) {
      if (isDescribedHere(mount) && overlays.size() < IN_REGISTERS) {
        recorder.step(
            "take the directories of the overlay for " + mount.destination(), mount.pointer());
        early = early == null ? OverlaySteps.findWhen(recorder) : early;
        OverlaySteps overlay =
            OverlaySteps.take(recorder, mount, spec.rootfs().label(), early, number);
        overlays.put(mount.pointer(), overlay);
        number += overlay.count();
      }
    }
  }

  /** The root file system, or null if it is not taken yet. */
  Fd rootfs() {
    return rootfs;
  }

  /** The detached mount for an entry of /mounts, or null if it is not taken yet. */
  Fd of(MountSpec mount) {
    return mounts.get(mount.pointer());
  }

  /** The source of a bind in which mount points may have to be made, or null. */
  Fd sourceOf(MountSpec mount) {
    return files.get(mount.pointer());
  }

  /** Directories below the root file system may be covered by the mounts before it. */
  private boolean isDescribedHere(MountSpec mount) {
    if (!mount.type().equals("overlay") || mount.isRemount()) {
      return false;
    }
    for (String datum : mount.options().data()) {
      if (datum.contains(spec.rootfs().path() + "/")) {
        return false;
      }
    }
    return true;
  }

  /** The host's procfs, for where no other may be mounted; null if it is not needed. */
  Fd procfs() {
    return procfs;
  }

  /** The file system of an entry of /mounts that is described and not made yet, or null. */
  OverlaySteps described(MountSpec mount) {
    return overlays.get(mount.pointer());
  }

  /** The ids of a mount are mapped by who owns its file system: outside. */
  private void takeMapped() {
    for (MountSpec mount : options.mounts(spec)) {
      if (mount.isBind() && mount.idmap().isPresent()) {
        bind(mount, mount.source(), mount.options().recursive());
      }
    }
  }

  private void take() {
    recorder.step("take the root file system " + spec.rootfs().path(), "/root/path");
    rootfs =
        recorder.openTree(Fd.CWD, spec.rootfs().path(), Linux.OPEN_TREE_CLONE | Linux.AT_RECURSIVE);
    keepFromHost(rootfs);
    if (spec.namespaces().isNew(NamespaceType.MOUNT)) {
      // The clone is born at the same place in the container's mount namespace, and can attach the
      // root file system there without having to get there.
      recorder.chdir(spec.rootfs().path());
    }
    boolean cgroupNamespace = spec.namespaces().isPrivate(NamespaceType.CGROUP);
    for (MountSpec mount : options.mounts(spec)) {
      if (mount.isRemount() || mounts.containsKey(mount.pointer())) {
        continue;
      }
      boolean mapped = mount.idmap().isPresent();
      if (mount.isBind() && (mapped || !isBelowRootfs(mount.source()))) {
        bind(mount, mount.source(), mount.options().recursive());
      } else if (FileSystemSteps.hostSource(spec, options, mount) != null) {
        bind(mount, FileSystemSteps.hostSource(spec, options, mount), true);
      } else if (mount.isCgroup() && !cgroupNamespace) {
        bind(mount, options.cgroupMount(), false);
      } else if (mapped && shape.takesAsRoot()) {
        recorder.step("make " + mount.type() + " for " + mount.destination(), mount.pointer());
        hold(mount, make(mount));
      }
    }
  }

  /**
   * All that is mounted, before the host's tree is left behind. Also what needs nothing of it: the
   * kernel numbers mounts as they are made and lists them by their numbers, so that each comes
   * after what it lies on. A failure has the words that it has where each is made in its turn.
   */
  void takeForTree() {
    boolean cgroupNamespace = spec.namespaces().isPrivate(NamespaceType.CGROUP);
    for (MountSpec mount : options.mounts(spec)) {
      if (mount.isRemount() || !mount.isBind() && FileSystemSteps.keepsMode(mount)) {
        continue;
      }
      recorder.step(mount.title(), mount.pointer());
      if (mount.isBind()) {
        copy(mount, mount.source(), mount.options().recursive());
      } else if (mount.isCgroup() && !cgroupNamespace) {
        copy(mount, options.cgroupMount(), false);
      } else {
        hold(mount, make(mount));
      }
    }
  }

  private void bind(MountSpec mount, String source, boolean recursive) {
    recorder.step("take " + source + " for " + mount.destination(), mount.pointer());
    copy(mount, source, recursive);
  }

  private void copy(MountSpec mount, String source, boolean recursive) {
    long flags = Linux.OPEN_TREE_CLONE | (recursive ? Linux.AT_RECURSIVE : 0);
    Fd copy;
    if (written.contains(mount.pointer())) {
      Fd file = recorder.openat(Fd.CWD, source, Linux.O_PATH | Linux.O_CLOEXEC);
      copy = recorder.openTree(file, "", flags | Linux.AT_EMPTY_PATH);
      files.put(mount.pointer(), file);
    } else {
      copy = recorder.openTree(Fd.CWD, source, flags);
    }
    keepFromHost(copy);
    map(mount, copy);
    hold(mount, copy);
  }

  /** A new file system with its ids mapped, not attached yet. */
  Fd make(MountSpec mount) {
    String label = spec.rootfs().label();
    Fd made =
        OverlaySteps.needsCare(mount)
            ? OverlaySteps.make(recorder, mount, label)
            : FileSystemSteps.mount(recorder, FileSystemSteps.open(recorder, mount, label), mount);
    map(mount, made);
    return made;
  }

  /** As in a mount namespace whose root is a slave, only earlier. */
  private void keepFromHost(Fd mount) {
    recorder.mountSetattr(mount, true, MountAttr.ofPropagation(Linux.MS_SLAVE));
  }

  private void hold(MountSpec mount, Fd fd) {
    Fd held = fd;
    if (mounts.size() >= IN_REGISTERS) {
      long number = FIRST_NUMBER + mounts.size();
      recorder.dup3(fd, number);
      recorder.close(fd);
      held = Fd.of(number);
    }
    mounts.put(mount.pointer(), held);
  }

  /**
   * Whether a source lies in what is to be the container's root: then it is the container's to look
   * up, once the mounts before it are in place.
   */
  boolean isBelowRootfs(String source) {
    return io.jrun.container.Paths.clean(source).startsWith(spec.rootfs().path() + "/");
  }

  /** Such a source, as a path from there. */
  String belowRootfs(String source) {
    return io.jrun.container.Paths.clean(source).substring(spec.rootfs().path().length());
  }

  // Idmapped mounts

  /** Maps the ids of a mount that is not attached yet, if they are to be. */
  void map(MountSpec mount, Fd made) {
    if (mount.idmap().isPresent()) {
      MountSpec.Idmap idmap = mount.idmap().get();
      recorder.mountSetIdmap(made, idmap.recursive(), userNamespaces.get(mappings(idmap)));
    }
  }

  private IdMappings mappings(MountSpec.Idmap idmap) {
    return idmap.mappings().isEmpty() ? spec.namespaces().mappings() : idmap.mappings();
  }

  private void makeUserNamespaces() {
    for (MountSpec mount : options.mounts(spec)) {
      if (mount.idmap().isPresent()) {
        MountSpec.Idmap idmap = mount.idmap().get();
        IdMappings mappings = mappings(idmap);
        if (!userNamespaces.containsKey(mappings)) {
          userNamespaces.put(
              mappings,
              mappings.isEmpty() ? openJoined(mount) : makeUserNamespace(mount, mappings));
        }
      }
    }
  }

  /** The mappings of a namespace that is joined are whatever they are. */
  private Fd openJoined(MountSpec mount) {
    recorder.step("open the user namespace for the ids of " + mount.destination(), mount.pointer());
    String path = spec.namespaces().get(NamespaceType.USER).orElseThrow().path();
    return recorder.openat(Fd.CWD, path, Linux.O_RDONLY | Linux.O_CLOEXEC);
  }

  /**
   * The kernel takes the map of a mount from a user namespace, and a namespace begins with a
   * process: a child that does nothing but live until the pipe to it ends.
   */
  private Fd makeUserNamespace(MountSpec mount, IdMappings mappings) {
    recorder.step(
        "make the map of ids for " + mount.destination(), mount.pointer() + "/uidMappings");
    Block ends = Block.room(8);
    recorder.pipe2(ends);
    Fd reading = asFd(recorder.load(ends, 0, 4));
    Fd writing = asFd(recorder.load(ends, 4, 4));
    Pid child = recorder.cloneChild(Linux.CLONE_NEWUSER);
    Label parent = new Label();
    recorder.on(Errno.ECHILD, parent).test(child, -1L, 0, Errno.ECHILD);
    recorder.dup3(reading, 0);
    recorder.closeRange(3);
    recorder.read(Fd.STDIN, Block.room(2));
    recorder.exitGroup(0);
    recorder.place(parent);
    Fd proc = recorder.openProc(child);
    UserNamespaceSteps.write(recorder, proc, "uid_map", mappings.uidMap());
    UserNamespaceSteps.write(recorder, proc, "gid_map", mappings.gidMap());
    Fd made = recorder.openat(proc, "ns/user", Linux.O_RDONLY | Linux.O_CLOEXEC);
    recorder.close(proc);
    recorder.close(reading);
    recorder.close(writing);
    recorder.waitid(child);
    recorder.free(child);
    return made;
  }

  private static Fd asFd(Value value) {
    return Fd.register((int) value.number(), "pipe");
  }

  /** Closes what is not needed once all mounts are made. */
  void close() {
    for (Fd each : userNamespaces.values()) {
      recorder.close(each);
    }
  }

  /**
   * The standard descriptors become the user's while that is allowed: in its own namespace nobody
   * may give away what belongs to the host's users.
   *
   * @return whether that is done
   */
  static boolean giveStdio(Recorder recorder, LaunchInput input) {
    ContainerSpec spec = input.spec();
    // With a terminal they are the caller's alone.
    if (!input.shape().takesAsRoot()
        || spec.namespaces().mappings().isEmpty()
        || spec.process().terminal().isPresent()) {
      return false;
    }
    long uid = spec.namespaces().mappings().hostUid(spec.process().uid()).orElseThrow();
    ProcessSteps.chownStdio(recorder, uid);
    return true;
  }
}
