// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.ContainerSpec;
import io.jrun.container.MountSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.Linux;

/**
 * The default devices and links. Source: config-linux.md "Default Devices", runtime-linux.md "Dev
 * symbolic links". Done after the root has changed, in one directory, by names without a slash.
 */
final class DevSteps {
  /** A device every container has: all of them character devices, mode 0666. */
  private record Node(String name, int major, int minor) {}

  private static final Node[] NODES = {
    new Node("null", 1, 3),
    new Node("zero", 1, 5),
    new Node("full", 1, 7),
    new Node("random", 1, 8),
    new Node("urandom", 1, 9),
    new Node("tty", 5, 0)
  };
  private static final String[][] LINKS = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}
  };

  private DevSteps() {}

  static void record(Recorder k, ContainerSpec spec, Fd root) {
    // Whoever binds a /dev of his own wants that one as it is.
    for (MountSpec mount : spec.mounts()) {
      if (mount.isBind() && mount.destination().equals("/dev")) {
        return;
      }
    }
    k.step("make the default devices");
    Fd dev = k.resolve(root, "/dev", Recorder.Missing.BECOMES_DIRECTORY, null, 0);
    for (Node node : NODES) {
      node(k, dev, node);
    }
    k.step("make the default links in /dev");
    for (String[] link : LINKS) {
      k.ignoring(Errno.EEXIST).symlinkat(link[1], dev, link[0]);
    }
    Label noCore = new Label();
    k.on(Errno.ENOENT, noCore).faccessat(Fd.CWD, "/proc/kcore", 0);
    k.ignoring(Errno.EEXIST).symlinkat("/proc/kcore", dev, "core");
    k.place(noCore);
    k.ignoring(Errno.ENOENT).unlinkat(dev, "ptmx", 0);
    k.symlinkat("pts/ptmx", dev, "ptmx");
    k.close(dev);
  }

  /** What is there already must be that very device. */
  private static void node(Recorder k, Fd dev, Node node) {
    Label exists = new Label();
    Label done = new Label();
    k.on(Errno.EEXIST, exists)
        .mknodat(dev, node.name, Linux.S_IFCHR | 0666, Kernel.device(node.major, node.minor));
    k.jump(done);
    k.place(exists);
    String wrong = "/dev/" + node.name + " exists in the root file system and is another file";
    Block stat = Block.room(Linux.STATX_SIZE);
    k.statx(dev, node.name, Linux.AT_SYMLINK_NOFOLLOW, stat);
    k.failing(wrong)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.EEXIST);
    k.failing(wrong).check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, node.major, Errno.EEXIST);
    k.failing(wrong).check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, node.minor, Errno.EEXIST);
    k.place(done);
  }
}
