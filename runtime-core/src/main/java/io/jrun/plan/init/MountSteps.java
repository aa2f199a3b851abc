// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.MountOptions;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.MountAttr;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.List;

/**
 * The mounts of config.json, in their order, each made detached, given all its attributes, and
 * attached from descriptor to descriptor. There is no other way a mount comes about.
 */
final class MountSteps {
  /** Flags that a mount from outside may have locked. Source: mount_namespaces(7). */
  private static final long LOCKABLE =
      Linux.MOUNT_ATTR_RDONLY
          | Linux.MOUNT_ATTR_NOSUID
          | Linux.MOUNT_ATTR_NODEV
          | Linux.MOUNT_ATTR_NOEXEC;

  /** Flags that a bind has if it is given them, and not if it is given others. */
  private static final long OF_A_BIND = LOCKABLE | Linux.MOUNT_ATTR_NOSYMFOLLOW;

  /** Each of them holds a register until the end. */
  private static final int MOST_LATER = 64;

  private final Recorder recorder;
  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final boolean cgroupNamespace;
  private final Fd root;
  private final Block statfs = Block.room(Linux.STATFS_SIZE);
  private final SourceSteps sources;
  private final boolean taken;
  private final String label;
  private final boolean mayBeLocked;
  private final MountPointSteps places;

  /** What is attached and not read-only yet, in the order of the mounts. */
  private final List<ReadOnlyLater> readOnlyLater = new ArrayList<>(2);

  private record ReadOnlyLater(MountSpec mount, Fd made) {}

  MountSteps(Recorder recorder, LaunchInput input, Fd root, SourceSteps sources) {
    this.sources = sources;
    this.spec = input.spec();
    this.taken = input.shape().takes();
    this.recorder = recorder;
    this.options = input.options();
    this.cgroupNamespace = spec.namespaces().isPrivate(NamespaceType.CGROUP);
    this.root = root;
    this.places = new MountPointSteps(recorder, options.mounts(spec), root);
    this.label = spec.rootfs().label();
    this.mayBeLocked =
        spec.namespaces().hasUser()
            || spec.namespaces().isJoined(NamespaceType.MOUNT)
            || options.host().rights() != Rights.ROOT;
  }

  void record(MountSpec mount) {
    recorder.step(mount.title(), mount.pointer());
    if (mount.isRemount()) {
      remount(mount);
    } else if (mount.isBind()) {
      bind(mount, mount.source(), mount.options().recursive(), 0);
    } else if (FileSystemSteps.hostSource(spec, options, mount) != null) {
      bind(mount, FileSystemSteps.hostSource(spec, options, mount), true, readonly(mount));
    } else if (mount.isCgroup() && !cgroupNamespace) {
      // The host's whole tree, as a mount of the host's cgroup namespace shows it: who asks for no
      // cgroup namespace asks for that, to be written unless "ro" says otherwise.
      bind(mount, options.cgroupMount(), false, 0);
    } else {
      fileSystem(mount);
    }
  }

  /** The host's /sys has its cgroup tree below it. */
  private static long readonly(MountSpec mount) {
    return mount.type().equals("sysfs") ? Linux.MOUNT_ATTR_RDONLY : 0;
  }

  private void fileSystem(MountSpec mount) {
    String type = FileSystemSteps.type(mount);
    MountOptions rest = mount.options();
    boolean late = FileSystemSteps.isReadOnlyLate(mount);
    boolean keepsMode = FileSystemSteps.keepsMode(mount);
    Fd made = sources.of(mount);
    Fd target = null;
    if (made == null && sources.described(mount) != null) {
      made = sources.described(mount).make();
      sources.map(mount, made);
    } else if (made == null && keepsMode) {
      Fd fs = FileSystemSteps.open(recorder, mount, label);
      target = targetWithMode(mount, null, fs);
      made = FileSystemSteps.mount(recorder, fs, mount);
      sources.map(mount, made);
    } else if (made == null) {
      made = sources.make(mount);
    } else if (keepsMode) {
      target = targetWithMode(mount, made, null);
    }
    if (!label.isEmpty() && type.equals("mqueue")) {
      relabel(made);
    }
    long now = late ? rest.recursiveSet() & ~Linux.MOUNT_ATTR_RDONLY : rest.recursiveSet();
    change(made, true, new MountAttr(now, rest.recursiveClear(), 0));
    propagate(made, rest);
    if (target == null) {
      target = target(mount, type);
    }
    if (mount.copiesUp()) {
      copyUp(mount, target, made);
    }
    attach(mount, made, target, late);
  }

  /** Before it is attached, so that nobody sees half of it. */
  private void copyUp(MountSpec mount, Fd covered, Fd made) {
    recorder.copy(covered, made);
    boolean owned = mount.options().hasData("uid=") || mount.options().hasData("gid=");
    if (!owned) {
      Block stat = Block.room(Linux.STATX_SIZE);
      recorder.statx(covered, "", Linux.AT_EMPTY_PATH, stat);
      Value uid = recorder.load(stat, Linux.STATX_UID_OFFSET, 4);
      Value gid = recorder.load(stat, Linux.STATX_GID_OFFSET, 4);
      // In a user namespace, an owner who is nobody there stays root.
      recorder.ignoring(Errno.EINVAL, Errno.EPERM).fchown(made, uid, gid);
      recorder.free(uid);
      recorder.free(gid);
    }
  }

  /** mqueue takes no context: its root directory is labelled. */
  private void relabel(Fd mount) {
    Fd directory =
        recorder.openat(mount, ".", Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    recorder.fsetxattr(directory, "security.selinux", label);
    recorder.close(directory);
  }

  /** A link where /proc or /sys should be would let an image choose what is covered. */
  private Fd target(MountSpec mount, String type) {
    boolean kernelTree = type.equals("proc") || type.equals("sysfs");
    if (kernelTree) {
      FailureText words =
          FailureText.words("filesystem \"" + type + "\" must be mounted on ordinary directory (")
              .and(FailureText.Fact.FIELD)
              .and(")");
      recorder.failing(words, Errno.ELOOP, Errno.ENOTDIR);
    }
    return places.find(
        mount,
        Recorder.Missing.BECOMES_DIRECTORY,
        null,
        kernelTree ? Linux.RESOLVE_NO_SYMLINKS : 0);
  }

  /**
   * A tmpfs takes the mode of the directory it covers, if there was one: as it is made from {@code
   * fs}, or, where it was made before the root could be seen, afterwards.
   */
  private Fd targetWithMode(MountSpec mount, Fd made, Fd fs) {
    Label missing = new Label();
    Label done = new Label();
    Fd target = recorder.fdRegister("target");
    recorder.on(Errno.ENOENT, missing);
    recorder.resolve(target, root, mount.destination(), Recorder.Missing.FAILS, null, 0);
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(target, "", Linux.AT_EMPTY_PATH, stat);
    Value mode = recorder.load(stat, Linux.STATX_MODE_OFFSET, 2);
    if (fs != null) {
      FileSystemSteps.mode(recorder, fs, mode);
    } else {
      Fd directory =
          recorder.openat(made, ".", Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
      recorder.fchmod(directory, mode);
      recorder.close(directory);
    }
    recorder.free(mode);
    recorder.jump(done);
    recorder.place(missing);
    places.find(target, mount, Recorder.Missing.BECOMES_DIRECTORY, null, 0);
    recorder.place(done);
    return target;
  }

  private void bind(MountSpec mount, String source, boolean recursive, long more) {
    MountOptions options = mount.options();
    Fd copy = sources.of(mount);
    if (copy == null) {
      copy = open(mount, source, recursive);
    } else if (sources.sourceOf(mount) != null) {
      places.keep(mount, sources.sourceOf(mount));
    }
    long clear = options.clear() | (mount.isBind() ? unnamed(options) : 0);
    change(copy, false, new MountAttr(options.set() | more, clear & ~more, 0));
    change(copy, true, new MountAttr(options.recursiveSet(), options.recursiveClear(), 0));
    boolean readonly = ((options.set() | more) & Linux.MOUNT_ATTR_RDONLY) != 0;
    if (readonly && (mount.destination().equals("/sys") || source.equals("/sys"))) {
      // "ro" is about one mount; the cgroup tree below the host's /sys is another.
      recorder.mountSetattr(copy, true, new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0));
    }
    propagate(copy, options);
    if (mount.destination().equals("/proc")) {
      requireWholeProc(copy);
    }
    boolean kernelTree = mount.destination().equals("/proc") || mount.destination().equals("/sys");
    Fd target =
        places.find(
            mount, Recorder.Missing.BECOMES_LIKE, copy, kernelTree ? Linux.RESOLVE_NO_SYMLINKS : 0);
    attach(mount, copy, target, false);
  }

  /**
   * A bind that is given any flag has the flags it is given and no others of its source; one that
   * is given none keeps them all. The way files' times of access are kept is its source's unless it
   * is named. See docs/mounts.md.
   */
  private long unnamed(MountOptions options) {
    // In a user namespace the kernel would have locked them, had the source been bound there.
    long cleared = spec.namespaces().hasUser() ? OF_A_BIND & ~LOCKABLE : OF_A_BIND;
    return (options.set() | options.clear()) == 0 ? 0 : cleared & ~options.set();
  }

  private Fd open(MountSpec mount, String source, boolean recursive) {
    long flags = Linux.OPEN_TREE_CLONE | (recursive ? Linux.AT_RECURSIVE : 0);
    Fd copy;
    if (taken) {
      // What is left to be opened lies below the root file system: in it, it is looked up.
      Fd file =
          recorder.resolve(root, sources.belowRootfs(source), Recorder.Missing.FAILS, null, 0);
      copy = recorder.openTree(file, "", flags | Linux.AT_EMPTY_PATH);
      recorder.close(file);
    } else if (places.needsSource(mount)) {
      Fd file = recorder.openat(Fd.CWD, source, Linux.O_PATH | Linux.O_CLOEXEC);
      copy = recorder.openTree(file, "", flags | Linux.AT_EMPTY_PATH);
      places.keep(mount, file);
    } else {
      copy = recorder.openTree(Fd.CWD, source, flags);
    }
    sources.map(mount, copy);
    return copy;
  }

  private void remount(MountSpec mount) {
    MountOptions options = mount.options();
    Fd target = recorder.resolve(root, mount.destination(), Recorder.Missing.FAILS, null, 0);
    if ((options.clear() & Linux.MOUNT_ATTR_RDONLY) != 0) {
      stayWritable(mount.destination());
    }
    boolean late = FileSystemSteps.isReadOnlyLate(mount);
    if (!options.bind() && FileSystemSteps.isReconfigured(mount)) {
      Fd fs = recorder.fspick(target);
      FileSystemSteps.reconfigure(recorder, fs, options, late);
      recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_RECONFIGURE);
      recorder.close(fs);
    }
    long now = FileSystemSteps.attributes(mount);
    change(target, false, new MountAttr(now, options.clear(), 0));
    change(target, true, new MountAttr(options.recursiveSet(), options.recursiveClear(), 0));
    propagate(target, options);
    if (late) {
      later(new ReadOnlyLater(mount, target));
    } else {
      recorder.close(target);
    }
  }

  private void change(Fd mount, boolean recursive, MountAttr attr) {
    if (!recursive && mayBeLocked && (attr.clear() & LOCKABLE) != 0) {
      changeUnlocked(mount, attr);
    } else if (!attr.isEmpty()) {
      recorder.mountSetattr(mount, recursive, attr);
    }
  }

  /**
   * In a mount namespace of a user namespace the flags of what came from outside are locked. They
   * stay where they cannot be cleared: engines ask for "rw" without looking at what there is.
   */
  private void changeUnlocked(Fd mount, MountAttr attr) {
    Label locked = new Label();
    Label done = new Label();
    recorder.on(Errno.EPERM, locked).mountSetattr(mount, false, attr);
    recorder.jump(done);
    recorder.place(locked);
    MountAttr rest = new MountAttr(attr.set(), attr.clear() & ~LOCKABLE, 0);
    if (!rest.isEmpty()) {
      recorder.mountSetattr(mount, false, rest);
    }
    for (long flag = 1; flag <= LOCKABLE; flag <<= 1) {
      if ((attr.clear() & LOCKABLE & flag) != 0) {
        recorder.ignoring(Errno.EPERM).mountSetattr(mount, false, new MountAttr(0, flag, 0));
      }
    }
    recorder.place(done);
  }

  private void propagate(Fd mount, MountOptions options) {
    for (MountOptions.Propagation each : options.propagation()) {
      recorder.mountSetattr(mount, each.recursive(), MountAttr.ofPropagation(each.type()));
    }
  }

  private void attach(MountSpec mount, Fd made, Fd target, boolean late) {
    if (!mount.mayBeInProc()) {
      places.refuseOwnProc(mount, statfs, target);
    }
    recorder.moveMount(made, target);
    if (!late) {
      recorder.close(made);
    }
    recorder.close(target);
    if (late) {
      later(new ReadOnlyLater(mount, made));
    }
  }

  private void later(ReadOnlyLater one) {
    readOnlyLater.add(one);
    if (readOnlyLater.size() > MOST_LATER) {
      // The oldest that is not /dev, which is filled last of all.
      int oldest = readOnlyLater.get(0).mount().destination().equals("/dev") ? 1 : 0;
      makeReadOnly(readOnlyLater.remove(oldest));
    }
  }

  /** Makes read-only what is to be, when all that belongs into it is there. */
  void makeReadOnly() {
    places.close();
    for (ReadOnlyLater each : readOnlyLater) {
      recorder.step("make " + each.mount().destination() + " read-only", each.mount().pointer());
      makeReadOnly(each);
    }
    readOnlyLater.clear();
  }

  /** The last word on it was "rw". */
  private void stayWritable(String destination) {
    for (int i = readOnlyLater.size() - 1; i >= 0; i--) {
      if (readOnlyLater.get(i).mount().destination().equals(destination)) {
        recorder.close(readOnlyLater.remove(i).made());
        return;
      }
    }
  }

  private void makeReadOnly(ReadOnlyLater each) {
    recorder.mountSetattr(each.made(), false, new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0));
    recorder.close(each.made());
  }

  /** What is bound at /proc must be the root of a procfs: its inode is 1. */
  private void requireWholeProc(Fd copy) {
    String wrong =
        "\"/proc\" cannot be mounted because it is inside /proc: only the root of a procfs can be"
            + " bound there";
    recorder.fstatfs(copy, statfs);
    recorder.failing(wrong).check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.EPERM);
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(copy, "", Linux.AT_EMPTY_PATH, stat);
    recorder.failing(wrong).check(stat, Linux.STATX_INO_OFFSET, 8, -1L, 1, Errno.EPERM);
  }
}
