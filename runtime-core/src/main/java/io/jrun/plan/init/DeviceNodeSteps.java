// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.DefaultDevice;
import io.jrun.container.DeviceNode;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.Linux;
import io.jrun.plan.HostFacts;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.List;

/**
 * The devices of config.json. Made below the root like the targets of mounts, before the default
 * ones, so that a default that is listed is made as it is listed. What is there already is left as
 * it is, but must be that very device. A user namespace lets nobody make any but FIFOs: there they
 * are the host's at the same path or where it has that device, bound while the host's tree can be
 * seen, with the owner and the mode they have.
 */
final class DeviceNodeSteps {
  private DeviceNodeSteps() {}

  /**
   * Makes them.
   *
   * @param devIsBound whose /dev is bound from elsewhere wants nothing made in it
   * @param bindsHosts the host's are bound: only FIFOs are to be made
   */
  static void record(
      Recorder recorder, List<DeviceNode> nodes, boolean devIsBound, boolean bindsHosts, Fd root) {
    for (DeviceNode node : nodes) {
      if (isWanted(node, devIsBound) && (!bindsHosts || node.type() == Linux.S_IFIFO)) {
        make(recorder, node, root);
      }
    }
  }

  /** Binds the host's; the default ones among them are bound with the others of their kind. */
  static void bind(
      Recorder recorder,
      List<DeviceNode> nodes,
      boolean devIsBound,
      HostFacts.Devices found,
      Fd root) {
    for (DeviceNode node : nodes) {
      boolean made = node.type() == Linux.S_IFIFO || DefaultDevice.is(node);
      if (isWanted(node, devIsBound) && !made) {
        bind(recorder, node, found.node(node.path()), root);
      }
    }
  }

  private static boolean isWanted(DeviceNode node, boolean devIsBound) {
    boolean bound = devIsBound && node.path().startsWith("/dev/");
    return !bound && !node.path().equals(DeviceNode.PTMX);
  }

  /** {@code path}: where the host has it. */
  private static void bind(Recorder recorder, DeviceNode node, String path, Fd root) {
    String at = path.equals(node.path()) ? "" : " at " + node.path();
    recorder.step("bind the host's device " + path + at, node.pointer());
    Fd host =
        recorder
            .failing(
                FailureText.field()
                    .and(": a user namespace lets nobody make a device, so " + path)
                    .and(" is the host's: ")
                    .andErrno())
            .openTree(Fd.CWD, path, Linux.OPEN_TREE_CLONE);
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(host, "", Linux.AT_EMPTY_PATH, stat);
    prove(
        recorder,
        stat,
        node,
        FailureText.field().and(": the host's " + path + " is another device"));
    Fd parent = parent(recorder, node, root);
    Fd target =
        recorder.resolve(
            parent, name(node), Recorder.Missing.BECOMES_FILE, null, Linux.RESOLVE_NO_SYMLINKS);
    MountPointSteps.refuseProc(recorder, Block.room(Linux.STATFS_SIZE), node.path(), target);
    recorder.moveMount(host, target);
    recorder.close(target);
    recorder.close(parent);
    recorder.close(host);
  }

  private static String name(DeviceNode node) {
    return node.path().substring(node.path().lastIndexOf('/') + 1);
  }

  private static Fd parent(Recorder recorder, DeviceNode node, Fd root) {
    int slash = node.path().lastIndexOf('/');
    return recorder.resolve(
        root,
        slash == 0 ? "/" : node.path().substring(0, slash),
        Recorder.Missing.BECOMES_DIRECTORY,
        null,
        0);
  }

  private static void make(Recorder recorder, DeviceNode node, Fd root) {
    recorder.step("make the device " + node.path(), node.pointer());
    String name = name(node);
    Fd parent = parent(recorder, node, root);
    Label exists = new Label();
    Label done = new Label();
    recorder
        .on(Errno.EEXIST, exists)
        .mknodat(
            parent, name, node.type() | node.mode(), Kernel.device(node.major(), node.minor()));
    if (node.uid() != 0 || node.gid() != 0) {
      recorder.fchownat(parent, name, node.uid(), node.gid());
    }
    recorder.jump(done);
    recorder.place(exists);
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(parent, name, Linux.AT_SYMLINK_NOFOLLOW, stat);
    prove(
        recorder,
        stat,
        node,
        FailureText.field()
            .and(": " + node.path() + " exists in the root file system and is another file"));
    recorder.place(done);
    recorder.close(parent);
  }

  private static void prove(Recorder recorder, Block stat, DeviceNode node, FailureText wrong) {
    recorder
        .failing(wrong)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, node.type(), Errno.EEXIST);
    if (node.type() != Linux.S_IFIFO) {
      recorder
          .failing(wrong)
          .check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, node.major(), Errno.EEXIST);
      recorder
          .failing(wrong)
          .check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, node.minor(), Errno.EEXIST);
    }
  }
}
