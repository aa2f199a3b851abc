// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.RootfsPropagation;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.MountAttr;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.List;

/**
 * The root file system: a copy of its mount tree, attached in the container's mount namespace, made
 * the root, and restricted. One descriptor of it serves every look-up below it; its path is used
 * once.
 *
 * <p>Where the kernel makes mount namespaces of one tree it is the root from the beginning, of a
 * namespace that never had anything of the host's: docs/adr/0036.
 */
public final class RootfsSteps {
  private static final long DIRECTORY = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC;

  private final Recorder recorder;
  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final RestrictionSteps restrictions;
  private final boolean ownNamespace;
  private final boolean bindsDevices;
  private final boolean entersTree;
  private final SourceSteps sources;
  private Fd root;
  private Fd[] deviceNodes;

  RootfsSteps(Recorder recorder, LaunchInput input, SourceSteps sources) {
    this.sources = sources;
    this.recorder = recorder;
    this.spec = input.spec();
    this.options = input.options();
    this.entersTree = input.shape().entersTree();
    this.bindsDevices = input.shape().bindsDevices();
    this.restrictions = new RestrictionSteps(recorder, spec.restrictions(), spec.rootfs().label());
    this.ownNamespace = spec.namespaces().isNew(NamespaceType.MOUNT);
  }

  Fd root() {
    return root;
  }

  /** The host's device nodes, where the container cannot have its own; else null. */
  Fd[] deviceNodes() {
    return deviceNodes;
  }

  void prepare() {
    RootfsPropagation propagation = spec.rootfs().propagation();
    if (entersTree) {
      enterTree();
      return;
    }
    // A mount namespace of another user namespace gets nothing but slaves from the kernel.
    boolean sharable = ownNamespace && !spec.namespaces().hasUser();
    if (sharable && propagation.isShared()) {
      // The container's mounts are to reach the host's peers: only the mount that holds the rootfs
      // must not be shared, or pivot_root is refused.
      recorder.step(
          "make " + options.host().mounts().sharedParent() + " private",
          "/linux/rootfsPropagation");
      recorder.mountSetattr(
          options.host().mounts().sharedParent(), false, MountAttr.ofPropagation(Linux.MS_PRIVATE));
    } else if (ownNamespace) {
      recorder.step("keep mounts from the host");
      recorder.propagation("/", Linux.MS_SLAVE | Linux.MS_REC);
    }
    recorder.step("take the root file system " + spec.rootfs().path(), "/root/path");
    root = sources.rootfs();
    if (root == null) {
      root =
          recorder.openTree(
              Fd.CWD, spec.rootfs().path(), Linux.OPEN_TREE_CLONE | Linux.AT_RECURSIVE);
    }
    if (!ownNamespace || !propagation.keepsSlave()) {
      recorder.mountSetattr(root, false, MountAttr.ofPropagation(Linux.MS_PRIVATE));
    }
    attach();
    if (bindsDevices) {
      deviceNodes = DevSteps.openNodes(recorder, spec);
    }
    restrictions.openSources(false);
  }

  /**
   * Enters a mount namespace that has the root file system and nothing else, with all that is to be
   * mounted there in hand.
   */
  private void enterTree() {
    Label none = new Label();
    Label refused = new Label();
    Label copied = new Label();
    Label entered = new Label();
    Block isMade = Block.struct(8, "{is there a namespace of the tree}");
    root = recorder.fdRegister("root");
    recorder.step("take the root file system " + spec.rootfs().path(), "/root/path");
    recorder.on(Errno.EPERM, none).on(Errno.ENOSYS, none).on(Errno.EINVAL, none);
    Fd tree =
        recorder.openTree(
            Fd.CWD, spec.rootfs().path(), Linux.OPEN_TREE_NAMESPACE | Linux.AT_RECURSIVE);
    recorder.store(isMade, 1);
    recorder.place(none);
    sources.takeForTree();
    restrictions.openSources(true);
    recorder.step("enter the root file system", "/root/path");
    recorder.on(Errno.EALREADY, copied).check(isMade, 0, 1, 0xff, 1, Errno.EALREADY);
    recorder.on(Errno.EPERM, refused).on(Errno.ENOSYS, refused);
    recorder.setns(tree, Linux.CLONE_NEWNS);
    recorder.closeOnly(tree);
    recorder.into(root).openat(Fd.CWD, "/", DIRECTORY);
    recorder.step("keep mounts from the host");
    // A mount in there is the peer of the one that it was copied from.
    recorder.mountSetattr(root, true, MountAttr.ofPropagation(Linux.MS_SLAVE));
    recorder.jump(entered);
    recorder.place(refused);
    recorder.close(tree);
    recorder.place(copied);
    copyMounts();
    recorder.place(entered);
    if (!spec.rootfs().propagation().keepsSlave()) {
      recorder.mountSetattr(root, false, MountAttr.ofPropagation(Linux.MS_PRIVATE));
    }
  }

  /**
   * For who may not have such a namespace (a filter around us may know nothing of it): the copy of
   * all mounts, in which the root changes at once. From there on both are alike.
   */
  private void copyMounts() {
    recorder.step(
        "make the mount namespace",
        spec.namespaces().get(NamespaceType.MOUNT).orElseThrow().pointer());
    recorder.unshare(Linux.CLONE_NEWNS);
    recorder.step("keep mounts from the host");
    recorder.propagation("/", Linux.MS_SLAVE | Linux.MS_REC);
    recorder.step("take the root file system " + spec.rootfs().path(), "/root/path");
    recorder.into(root);
    recorder.openTree(Fd.CWD, spec.rootfs().path(), Linux.OPEN_TREE_CLONE | Linux.AT_RECURSIVE);
    attach();
    changeRoot();
  }

  /**
   * At its own place, where hooks look for it. The container's root may not be able to get there:
   * then init is there already, or the root file system lies on the root there is.
   */
  private void attach() {
    Label elsewhere = new Label();
    Label done = new Label();
    boolean taken = sources.rootfs() != null;
    if (taken && ownNamespace) {
      recorder.moveMount(root, Fd.CWD);
      return;
    }
    if (taken) {
      recorder.on(Errno.EACCES, elsewhere);
    }
    Fd target = recorder.openat(Fd.CWD, spec.rootfs().path(), DIRECTORY);
    recorder.moveMount(root, target);
    recorder.close(target);
    if (taken) {
      recorder.jump(done);
      recorder.place(elsewhere);
      Fd top = recorder.openat(Fd.CWD, "/", DIRECTORY);
      recorder.moveMount(root, top);
      recorder.close(top);
      recorder.place(done);
    }
  }

  /** Makes the root file system the root, if it is not. */
  void enter() {
    if (!entersTree) {
      changeRoot();
    }
    RootfsPropagation propagation = spec.rootfs().propagation();
    if (propagation.type() != 0) {
      recorder.step("set the propagation of the root", "/linux/rootfsPropagation");
      recorder.mountSetattr(
          root, propagation.recursive(), MountAttr.ofPropagation(propagation.type()));
    }
  }

  private void changeRoot() {
    recorder.step("enter the root file system", "/root/path");
    Fd old = recorder.openat(Fd.CWD, "/", DIRECTORY);
    recorder.fchdir(root);
    if (!ownNamespace) {
      // pivot_root would change the root of every process of a namespace that is not ours.
      recorder.chroot(".");
    } else if (options.switches().noPivot()) {
      moveRoot(old);
    } else {
      recorder.pivotRoot(".", ".");
      // The old root lies on the new one now. Its unmounting must not reach the host; and it is
      // named by its descriptor, for "." is the new root still where propagation is changed.
      recorder.fchdir(old);
      recorder.propagation(".", Linux.MS_SLAVE | Linux.MS_REC);
      recorder.umount2(".", Linux.MNT_DETACH);
    }
    recorder.close(old);
    recorder.chdir("/");
  }

  /**
   * For a host whose root pivot_root refuses (an initial ramdisk): the new root is moved on top of
   * the old one, which stays below with all that is mounted there. In a user namespace below the
   * container's the kernel permits a new procfs or sysfs only as long as no other of the mount
   * namespace shows more (fs/namespace.c, mnt_already_visible): one without the container's masks
   * must not be there, wherever it is.
   */
  private void moveRoot(Fd old) {
    // On the root there is already, where its own place could not be reached.
    recorder.ignoring(Errno.ELOOP).moveMount(root, old);
    List<String> trees = options.host().mounts().kernelTrees();
    if (!trees.isEmpty()) {
      recorder.step("take the host's procfs and sysfs away");
      recorder.fchdir(old);
      for (String point : trees) {
        // From the old root on: what is absolute may lead to the new one.
        takeAway(old, point.substring(1));
      }
      recorder.fchdir(root);
    }
    recorder.chroot(".");
  }

  /**
   * Whether they are covered: a user namespace locks what is mounted, and of what is shared with
   * the host the host would lose its own. All others are unmounted.
   */
  public static boolean coversTrees(ContainerSpec spec, Rights rights) {
    return spec.rootfs().propagation().isShared()
        || spec.namespaces().hasUser()
        || rights != Rights.ROOT;
  }

  private void takeAway(Fd old, String path) {
    Label cover = new Label();
    Label done = new Label();
    if (!coversTrees(spec, options.host().rights())) {
      recorder.on(Errno.EINVAL, cover).on(Errno.ENOENT, done);
      recorder.umount2(path, Linux.MNT_DETACH);
      recorder.jump(done);
      recorder.place(cover);
    }
    recorder.on(Errno.ENOENT, done);
    Fd tree = recorder.openat(old, path, DIRECTORY);
    recorder.mountSetattr(tree, false, MountAttr.ofPropagation(Linux.MS_PRIVATE));
    Fd fs = recorder.fsopen("tmpfs");
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    Fd emptiness = recorder.fsmount(fs, Linux.MOUNT_ATTR_RDONLY);
    recorder.close(fs);
    recorder.moveMount(emptiness, tree);
    recorder.close(emptiness);
    recorder.close(tree);
    recorder.place(done);
  }

  /** Makes the working directory where it is missing, below the root whatever the image holds. */
  void makeWorkingDirectory(String cwd) {
    recorder.step("make sure of the working directory " + cwd, "/process/cwd");
    Fd directory = recorder.resolve(root, cwd, Recorder.Missing.BECOMES_DIRECTORY, null, 0);
    recorder.close(directory);
  }

  /** Masks, read-only paths, and last a read-only root. */
  void restrict() {
    restrictions.record(root);
    int named = spec.restrictions().readonly().indexOf(RestrictionSteps.ROOT);
    if (spec.rootfs().readonly() || named >= 0) {
      recorder.step(
          "make the root read-only",
          spec.rootfs().readonly() ? "/root/readonly" : "/linux/readonlyPaths/" + named);
      recorder.mountSetattr(root, false, new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0));
    }
    recorder.close(root);
  }
}
