// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.DefaultDevice;
import io.jrun.container.DeviceNode;
import io.jrun.container.MountSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.Linux;
import io.jrun.plan.LaunchInput;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.List;

/**
 * The default devices and links. Source: config-linux.md "Default Devices", runtime-linux.md "Dev
 * symbolic links". Done before the root changes, so that hooks find them; in one directory, which
 * is looked up below the container's root like any target of a mount, by names without a slash: no
 * link in the image leads out.
 */
public final class DevSteps {
  private static final DefaultDevice[] NODES = DefaultDevice.all();
  private static final DefaultDevice NULL = NODES[0];

  private static final String[][] LINKS = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}
  };

  private static final FailureText NO_LINK =
      FailureText.step()
          .and(": /dev/ptmx: ")
          .andErrno()
          .and(": a link to pts/ptmx has to be there, and no mount");

  private DevSteps() {}

  /** Whoever binds a /dev of his own wants that one as it is. */
  private static boolean isBound(ContainerSpec spec) {
    for (MountSpec mount : spec.mounts()) {
      if (mount.isBind() && mount.destination().equals("/dev")) {
        return true;
      }
    }
    return false;
  }

  /** Takes the host's own default devices, each proved. */
  static Fd[] openNodes(Recorder recorder, ContainerSpec spec) {
    if (isBound(spec)) {
      return null;
    }
    recorder.step("take the host's default devices");
    Fd[] out = new Fd[NODES.length];
    Block stat = Block.room(Linux.STATX_SIZE);
    for (int i = 0; i < NODES.length; i++) {
      DefaultDevice node = NODES[i];
      String path = node.path();
      out[i] = recorder.openTree(Fd.CWD, path, Linux.OPEN_TREE_CLONE | Linux.AT_SYMLINK_NOFOLLOW);
      recorder.statx(out[i], "", Linux.AT_EMPTY_PATH, stat);
      prove(recorder, stat, node, "the host's " + path + " is another file", Errno.ENODEV);
    }
    return out;
  }

  /**
   * Whether the configuration mounts something of its own there, as /dev/urandom at /dev/random.
   * The null device is what others rely on, and has to be one.
   */
  private static boolean isMounted(ContainerSpec spec, DefaultDevice node) {
    if (node == NULL) {
      return false;
    }
    for (MountSpec mount : spec.mounts()) {
      if (mount.destination().equals(node.path())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isListed(ContainerSpec spec, DefaultDevice node) {
    for (DeviceNode each : spec.rootfs().devices()) {
      if (each.path().equals(node.path())) {
        return true;
      }
    }
    return false;
  }

  /** Whether another device is listed under its name, and bound there already. */
  private static boolean isReplaced(ContainerSpec spec, DefaultDevice node) {
    for (DeviceNode each : spec.rootfs().devices()) {
      if (each.path().equals(node.path()) && !DefaultDevice.is(each)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Makes or binds all of them, the listed ones first.
   *
   * @param nodes the host's default devices; null where there is nothing to bind
   */
  static void record(Recorder recorder, LaunchInput input, Fd root, Fd[] nodes) {
    ContainerSpec spec = input.spec();
    boolean bound = isBound(spec);
    boolean bindsHosts = input.shape().bindsDevices();
    if (!spec.rootfs().devices().isEmpty()) {
      if (bindsHosts) {
        DeviceNodeSteps.bind(
            recorder, spec.rootfs().devices(), bound, input.options().host().devices(), root);
      }
      DeviceNodeSteps.record(recorder, spec.rootfs().devices(), bound, bindsHosts, root);
    }
    if (bound) {
      return;
    }
    recorder.step("make the default devices");
    Fd dev = recorder.resolve(root, "/dev", Recorder.Missing.BECOMES_DIRECTORY, null, 0);
    for (int i = 0; i < NODES.length; i++) {
      boolean mounted = isMounted(spec, NODES[i]);
      if (nodes != null && (mounted || isReplaced(spec, NODES[i]))) {
        recorder.close(nodes[i]);
      } else if (nodes != null) {
        bind(recorder, dev, NODES[i].name(), nodes[i]);
      } else if (!mounted && !isListed(spec, NODES[i])) {
        node(recorder, dev, NODES[i]);
      }
    }
    recorder.step("make the default links in /dev");
    for (String[] link : LINKS) {
      recorder.ignoring(Errno.EEXIST).symlinkat(link[1], dev, link[0]);
    }
    Label noCore = new Label();
    recorder.on(Errno.ENOENT, noCore).on(Errno.ENOTDIR, noCore).on(Errno.ELOOP, noCore);
    recorder.close(recorder.resolve(root, "/proc/kcore", Recorder.Missing.FAILS, null, 0));
    recorder.ignoring(Errno.EEXIST).symlinkat("/proc/kcore", dev, "core");
    recorder.place(noCore);
    recorder
        .failing(NO_LINK, Errno.EBUSY, Errno.EISDIR)
        .ignoring(Errno.ENOENT)
        .unlinkat(dev, "ptmx", 0);
    recorder.symlinkat("pts/ptmx", dev, "ptmx");
    recorder.close(dev);
  }

  /**
   * A standard descriptor that is a null device becomes one of the container's own, as with runc:
   * that of the host lies on no mount that the container has, where a checkpoint, of whichever
   * runtime, could find it again. One that cannot be opened is done without.
   */
  static void takeNull(Recorder recorder, ContainerSpec spec) {
    if (isBound(spec) || spec.process().terminal().isPresent()) {
      return;
    }
    recorder.step("take the container's own null device for the host's");
    Label done = new Label();
    Fd own =
        recorder
            .on(Errno.ENOENT, done)
            .on(Errno.EACCES, done)
            .on(Errno.EPERM, done)
            .on(Errno.ENXIO, done)
            .openat(
                Fd.CWD,
                NULL.path(),
                Linux.O_RDWR | Linux.O_NOFOLLOW | Linux.O_NOCTTY | Linux.O_CLOEXEC);
    Block stat = Block.room(Linux.STATX_SIZE);
    Label other = new Label();
    unlessNull(recorder, own, stat, other);
    for (Fd fd : List.of(Fd.STDIN, Fd.STDOUT, Fd.STDERR)) {
      Label kept = new Label();
      unlessNull(recorder, fd, stat, kept);
      recorder.dup2(own, fd);
      recorder.place(kept);
    }
    recorder.place(other);
    recorder.close(own);
    recorder.place(done);
  }

  private static void unlessNull(Recorder recorder, Fd fd, Block stat, Label otherwise) {
    recorder.statx(fd, "", Linux.AT_EMPTY_PATH, stat);
    recorder
        .on(Errno.ENODEV, otherwise)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.ENODEV);
    // Both numbers at once: the major comes first.
    recorder
        .on(Errno.ENODEV, otherwise)
        .check(
            stat,
            Linux.STATX_RDEV_MAJOR_OFFSET,
            8,
            -1L,
            NULL.major() | (long) NULL.minor() << 32,
            Errno.ENODEV);
  }

  /** What is there already must be that very device. */
  private static void node(Recorder recorder, Fd dev, DefaultDevice node) {
    Label exists = new Label();
    Label done = new Label();
    recorder
        .on(Errno.EEXIST, exists)
        .mknodat(dev, node.name(), Linux.S_IFCHR | 0666, Kernel.device(node.major(), node.minor()));
    recorder.jump(done);
    recorder.place(exists);
    String wrong = node.path() + " exists in the root file system and is another file";
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(dev, node.name(), Linux.AT_SYMLINK_NOFOLLOW, stat);
    prove(recorder, stat, node, wrong, Errno.EEXIST);
    recorder.place(done);
  }

  private static void prove(
      Recorder recorder, Block stat, DefaultDevice node, String wrong, Errno errno) {
    recorder
        .failing(wrong)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, errno);
    recorder.failing(wrong).check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, node.major(), errno);
    recorder.failing(wrong).check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, node.minor(), errno);
  }

  /** Covers the file of that name, which is made if it is missing. */
  private static void bind(Recorder recorder, Fd dev, String name, Fd node) {
    Fd target =
        recorder.resolve(dev, name, Recorder.Missing.BECOMES_FILE, null, Linux.RESOLVE_NO_SYMLINKS);
    recorder.moveMount(node, target);
    recorder.close(target);
    recorder.close(node);
  }
}
