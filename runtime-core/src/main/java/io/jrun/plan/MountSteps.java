// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

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
import java.util.List;

/**
 * The mounts of config.json, in their order, each made detached, given all its attributes, and
 * attached from descriptor to descriptor. There is no other way a mount comes about.
 */
final class MountSteps {
  private final Recorder k;
  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final boolean cgroupNamespace;
  private final Fd root;
  private final Block statfs = Block.room(Linux.STATFS_SIZE);
  private final SourceSteps sources;
  private final boolean taken;
  private final String label;

  MountSteps(Recorder k, ContainerSpec spec, LaunchOptions options, Fd root, SourceSteps sources) {
    this.sources = sources;
    this.spec = spec;
    this.taken = SourceSteps.takes(spec, options);
    this.k = k;
    this.options = options;
    this.cgroupNamespace = spec.namespaces().isPrivate(NamespaceType.CGROUP);
    this.root = root;
    this.label = spec.rootfs().label();
  }

  void record(MountSpec mount) {
    k.step(mount.title(), mount.pointer());
    if (mount.isRemount()) {
      remount(mount);
    } else if (mount.isBind()) {
      bind(mount, mount.source(), mount.options().recursive(), 0);
    } else if (hostSource(spec, options, mount) != null) {
      bind(mount, hostSource(spec, options, mount), true, readonly(mount));
    } else if (isCgroup(mount) && !cgroupNamespace) {
      // Without a cgroup namespace cgroup2 would show the host's whole tree: only the container's
      // own part of it is bound, and never to be written: its limits would be the container's to
      // set.
      bind(mount, cgroupSource(options), false, Linux.MOUNT_ATTR_RDONLY);
    } else {
      fileSystem(mount);
    }
  }

  /**
   * Without a cgroup of its own the container has no part of the tree: it sees all, and changes
   * none.
   */
  static String cgroupSource(LaunchOptions options) {
    return options.cgroup().isEmpty() ? options.cgroupMount() : options.cgroupDirectory();
  }

  /**
   * What the host has in place of a file system that the container's root may not mount, because
   * the namespace it shows is not the container's own; null for all others.
   */
  static String hostSource(ContainerSpec spec, LaunchOptions options, MountSpec mount) {
    if (!spec.namespaces().hasUser() && options.host().rights() == Rights.ROOT) {
      return null;
    }
    return switch (mount.type()) {
      case "sysfs" -> spec.namespaces().isPrivate(NamespaceType.NETWORK) ? null : "/sys";
      case "mqueue" -> spec.namespaces().isPrivate(NamespaceType.IPC) ? null : "/dev/mqueue";
      case "proc" -> spec.namespaces().isPrivate(NamespaceType.PID) ? null : "/proc";
      default -> null;
    };
  }

  /** The host's /sys has its cgroup tree below it. */
  private static long readonly(MountSpec mount) {
    return mount.type().equals("sysfs") ? Linux.MOUNT_ATTR_RDONLY : 0;
  }

  static boolean isCgroup(MountSpec mount) {
    return mount.type().equals("cgroup") || mount.type().equals("cgroup2");
  }

  private void fileSystem(MountSpec mount) {
    String type = type(mount);
    Fd made = sources.of(mount);
    if (made == null) {
      made = make(k, mount, sources, label);
    }
    if (!label.isEmpty() && type.equals("mqueue")) {
      relabel(made);
    }
    MountOptions rest = mount.options();
    change(made, true, new MountAttr(rest.recursiveSet(), rest.recursiveClear(), 0));
    propagate(made, rest);
    boolean keepsMode = type.equals("tmpfs") && !contains(rest.data(), "mode=");
    Fd target = keepsMode ? targetWithMode(mount, made) : target(mount, type);
    if (mount.copiesUp()) {
      copyUp(mount, target, made);
    }
    attach(mount, made, target);
  }

  /** Whether one of them begins so. */
  private static boolean contains(List<String> data, String beginning) {
    for (String each : data) {
      if (each.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  private static String type(MountSpec mount) {
    return isCgroup(mount) ? "cgroup2" : mount.type();
  }

  /** A new file system, not attached yet. */
  static Fd make(Recorder k, MountSpec mount, SourceSteps sources, String label) {
    Fd fs = k.fsopen(type(mount));
    if (!mount.source().isEmpty()) {
      k.fsconfigString(fs, "source", mount.source());
    }
    configure(k, fs, mount.options(), mount.copiesUp());
    if (!label.isEmpty()) {
      context(k, fs, type(mount), label);
    }
    k.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    long readOnlyLater = mount.copiesUp() ? Linux.MOUNT_ATTR_RDONLY : 0;
    Fd made = k.fsmount(fs, mount.options().set() & ~readOnlyLater);
    k.close(fs);
    sources.map(mount, made);
    return made;
  }

  /** Before it is attached, so that nobody sees half of it; read-only only now. */
  private void copyUp(MountSpec mount, Fd covered, Fd made) {
    k.copy(covered, made);
    boolean owned =
        contains(mount.options().data(), "uid=") || contains(mount.options().data(), "gid=");
    if (!owned) {
      Block stat = Block.room(Linux.STATX_SIZE);
      k.statx(covered, "", Linux.AT_EMPTY_PATH, stat);
      Value uid = k.load(stat, Linux.STATX_UID_OFFSET, 4);
      Value gid = k.load(stat, Linux.STATX_GID_OFFSET, 4);
      // In a user namespace, an owner who is nobody there stays root.
      k.ignoring(Errno.EINVAL, Errno.EPERM).fchown(made, uid, gid);
      k.free(uid);
      k.free(gid);
    }
    if ((mount.options().set() & Linux.MOUNT_ATTR_RDONLY) != 0) {
      k.mountSetattr(made, false, new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0));
    }
  }

  /** The kernel's own trees have labels from the policy. */
  private static void context(Recorder k, Fd fs, String type, String label) {
    switch (type) {
      case "proc", "sysfs", "cgroup2", "mqueue" -> {}
      default -> k.fsconfigString(fs, "context", label);
    }
  }

  /** mqueue takes no context: its root directory is labelled. */
  private void relabel(Fd mount) {
    Fd directory = k.openat(mount, ".", Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    k.fsetxattr(directory, "security.selinux", label);
    k.close(directory);
  }

  private static void configure(Recorder k, Fd fs, MountOptions options, boolean writableAtFirst) {
    for (String word : options.superblock()) {
      if (!writableAtFirst || !word.equals("ro")) {
        k.fsconfigFlag(fs, word);
      }
    }
    for (String datum : options.data()) {
      int equals = datum.indexOf('=');
      if (equals < 0) {
        k.fsconfigFlag(fs, datum);
      } else {
        k.fsconfigString(fs, datum.substring(0, equals), datum.substring(equals + 1));
      }
    }
  }

  /** A link where /proc or /sys should be would let an image choose what is covered. */
  private Fd target(MountSpec mount, String type) {
    boolean kernelTree = type.equals("proc") || type.equals("sysfs");
    if (kernelTree) {
      String words = "filesystem \"" + type + "\" must be mounted on ordinary directory";
      // The mapped root may be kept from making it, too.
      k.failing(taken ? words + ": %e" : words);
    }
    return k.resolve(
        root,
        mount.destination(),
        Recorder.Missing.BECOMES_DIRECTORY,
        null,
        kernelTree ? Linux.RESOLVE_NO_SYMLINKS : 0);
  }

  /** A tmpfs takes the mode of the directory it covers, if there was one. */
  private Fd targetWithMode(MountSpec mount, Fd made) {
    Label missing = new Label();
    Label done = new Label();
    Fd target = k.fdRegister("target");
    k.on(Errno.ENOENT, missing);
    k.resolve(target, root, mount.destination(), Recorder.Missing.FAILS, null, 0);
    Block stat = Block.room(Linux.STATX_SIZE);
    k.statx(target, "", Linux.AT_EMPTY_PATH, stat);
    Value mode = k.load(stat, Linux.STATX_MODE_OFFSET, 2);
    Fd directory = k.openat(made, ".", Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    // On the mount itself, which may be read-only: the file system behind it is not.
    k.ignoring(Errno.EROFS).fchmod(directory, mode);
    k.free(mode);
    k.close(directory);
    k.jump(done);
    k.place(missing);
    k.resolve(target, root, mount.destination(), Recorder.Missing.BECOMES_DIRECTORY, null, 0);
    k.place(done);
    return target;
  }

  private void bind(MountSpec mount, String source, boolean recursive, long more) {
    MountOptions options = mount.options();
    Fd copy = sources.of(mount);
    if (copy == null) {
      copy = open(mount, source, recursive);
    }
    change(copy, false, new MountAttr(options.set() | more, options.clear() & ~more, 0));
    change(copy, true, new MountAttr(options.recursiveSet(), options.recursiveClear(), 0));
    boolean readonly = ((options.set() | more) & Linux.MOUNT_ATTR_RDONLY) != 0;
    if (readonly && (mount.destination().equals("/sys") || source.equals("/sys"))) {
      // "ro" is about one mount; the cgroup tree below the host's /sys is another.
      k.mountSetattr(copy, true, new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0));
    }
    propagate(copy, options);
    if (mount.destination().equals("/proc")) {
      requireWholeProc(copy);
    }
    boolean kernelTree = mount.destination().equals("/proc") || mount.destination().equals("/sys");
    Fd target =
        k.resolve(
            root,
            mount.destination(),
            Recorder.Missing.BECOMES_LIKE,
            copy,
            kernelTree ? Linux.RESOLVE_NO_SYMLINKS : 0);
    attach(mount, copy, target);
  }

  private Fd open(MountSpec mount, String source, boolean recursive) {
    long flags = Linux.OPEN_TREE_CLONE | (recursive ? Linux.AT_RECURSIVE : 0);
    Fd copy;
    if (taken) {
      // What is left to be opened lies below the root file system: in it, it is looked up.
      Fd file = k.resolve(root, sources.belowRootfs(source), Recorder.Missing.FAILS, null, 0);
      copy = k.openTree(file, "", flags | Linux.AT_EMPTY_PATH);
      k.close(file);
    } else {
      copy = k.openTree(Fd.CWD, source, flags);
    }
    sources.map(mount, copy);
    return copy;
  }

  private void remount(MountSpec mount) {
    MountOptions options = mount.options();
    Fd target = k.resolve(root, mount.destination(), Recorder.Missing.FAILS, null, 0);
    if (!options.bind() && !(options.data().isEmpty() && options.superblock().isEmpty())) {
      Fd fs = k.fspick(target);
      configure(k, fs, options, false);
      k.fsconfigCommand(fs, Linux.FSCONFIG_CMD_RECONFIGURE);
      k.close(fs);
    }
    change(target, false, new MountAttr(options.set(), options.clear(), 0));
    change(target, true, new MountAttr(options.recursiveSet(), options.recursiveClear(), 0));
    propagate(target, options);
    k.close(target);
  }

  private void change(Fd mount, boolean recursive, MountAttr attr) {
    if (!attr.isEmpty()) {
      k.mountSetattr(mount, recursive, attr);
    }
  }

  private void propagate(Fd mount, MountOptions options) {
    for (MountOptions.Propagation each : options.propagation()) {
      k.mountSetattr(mount, each.recursive(), MountAttr.ofPropagation(each.type()));
    }
  }

  private void attach(MountSpec mount, Fd made, Fd target) {
    if (!mount.mayBeInProc()) {
      refuseProc(k, statfs, mount.destination(), target);
    }
    k.moveMount(made, target);
    k.close(made);
    k.close(target);
  }

  /** Decided on what was found, not on its name: a link in the image may lead into /proc. */
  static void refuseProc(Recorder k, Block statfs, String destination, Fd target) {
    Label fine = new Label();
    k.fstatfs(target, statfs);
    k.on(Errno.ENODEV, fine).check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.ENODEV);
    k.failing("\"" + destination + "\" cannot be mounted because it is inside /proc")
        .test(Value.of(0), -1L, 1, Errno.EPERM);
    k.place(fine);
  }

  /** What is bound at /proc must be the root of a procfs: its inode is 1. */
  private void requireWholeProc(Fd copy) {
    String wrong =
        "\"/proc\" cannot be mounted because it is inside /proc: only the root of a procfs can be bound there";
    k.fstatfs(copy, statfs);
    k.failing(wrong).check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.EPERM);
    Block stat = Block.room(Linux.STATX_SIZE);
    k.statx(copy, "", Linux.AT_EMPTY_PATH, stat);
    k.failing(wrong).check(stat, Linux.STATX_INO_OFFSET, 8, -1L, 1, Errno.EPERM);
  }
}
