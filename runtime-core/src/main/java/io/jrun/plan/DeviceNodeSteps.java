// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.DeviceNode;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.Linux;
import java.util.List;

/**
 * The devices of config.json. Done after the root has changed, before the default ones, so that a
 * default that is listed is made as it is listed. What is there already is left as it is, but must
 * be that very device.
 */
final class DeviceNodeSteps {
  private DeviceNodeSteps() {}

  /**
   * Makes them.
   *
   * @param devIsBound whose /dev is bound from elsewhere wants nothing made in it
   * @param bindsDefaults the default ones are the host's, bound, listed or not
   */
  static void record(
      Recorder k, List<DeviceNode> nodes, boolean devIsBound, boolean bindsDefaults, Fd root) {
    for (DeviceNode node : nodes) {
      if (bindsDefaults && DevSteps.isDefault(node)) {
        continue;
      }
      boolean bound = devIsBound && node.path().startsWith("/dev/");
      if (!bound && !node.path().equals(DeviceNode.PTMX)) {
        make(k, node, root);
      }
    }
  }

  private static void make(Recorder k, DeviceNode node, Fd root) {
    k.step("make the device " + node.path(), node.pointer());
    int slash = node.path().lastIndexOf('/');
    String name = node.path().substring(slash + 1);
    Fd parent =
        k.resolve(
            root,
            slash == 0 ? "/" : node.path().substring(0, slash),
            Recorder.Missing.BECOMES_DIRECTORY,
            null,
            0);
    Label exists = new Label();
    Label done = new Label();
    k.on(Errno.EEXIST, exists)
        .mknodat(
            parent, name, node.type() | node.mode(), Kernel.device(node.major(), node.minor()));
    if (node.uid() != 0 || node.gid() != 0) {
      k.fchownat(parent, name, node.uid(), node.gid());
    }
    k.jump(done);
    k.place(exists);
    prove(k, parent, name, node);
    k.place(done);
    k.close(parent);
  }

  private static void prove(Recorder k, Fd parent, String name, DeviceNode node) {
    String wrong = node.path() + " exists in the root file system and is another file";
    Block stat = Block.room(Linux.STATX_SIZE);
    k.statx(parent, name, Linux.AT_SYMLINK_NOFOLLOW, stat);
    k.failing(wrong)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, node.type(), Errno.EEXIST);
    if (node.type() != Linux.S_IFIFO) {
      k.failing(wrong)
          .check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, node.major(), Errno.EEXIST);
      k.failing(wrong)
          .check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, node.minor(), Errno.EEXIST);
    }
  }
}
