// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.MountAttr;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Masked and read-only paths. What a masked file is covered with is the host's null device, opened
 * and verified before the container's tree is looked at; directories are covered with one empty,
 * read-only tmpfs. Every mask is looked up again at once and compared.
 */
final class RestrictionSteps {
  /** As a path of the container's. */
  static final String ROOT = "/";

  private static final FailureText PROOF =
      FailureText.step()
          .and(": the mask does not cover the path: what is there was exchanged meanwhile");

  private final Recorder recorder;
  private final ContainerSpec.Restrictions paths;
  private final String label;
  private Fd nothing;
  private Fd emptiness;
  private final Block emptyStat = Block.room(Linux.STATX_SIZE);

  private final Block rootStat = Block.room(Linux.STATX_SIZE);

  /** What was looked at last. */
  private final Block stat = Block.room(Linux.STATX_SIZE);

  /** {@code label}: SELinux context of what masks directories; empty if there is none. */
  RestrictionSteps(Recorder recorder, ContainerSpec.Restrictions paths, String label) {
    this.label = label;
    this.recorder = recorder;
    this.paths = paths;
  }

  /**
   * Opens what masks are made of; on the host's tree.
   *
   * @param isHosts it is the host's own, of which a copy is a peer
   */
  void openSources(boolean isHosts) {
    if (paths.masked().isEmpty()) {
      return;
    }
    recorder.step("open what masks are made of", "/linux/maskedPaths");
    nothing =
        recorder.openTree(Fd.CWD, "/dev/null", Linux.OPEN_TREE_CLONE | Linux.AT_SYMLINK_NOFOLLOW);
    if (isHosts) {
      recorder.mountSetattr(nothing, false, MountAttr.ofPropagation(Linux.MS_SLAVE));
    }
    recorder.statx(nothing, "", Linux.AT_EMPTY_PATH, stat);
    FailureText wrong = FailureText.step().and(": the host's /dev/null is not the null device");
    recorder
        .failing(wrong)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.ENODEV);
    recorder.failing(wrong).check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, 1, Errno.ENODEV);
    recorder.failing(wrong).check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, 3, Errno.ENODEV);
    Fd fs = recorder.fsopen("tmpfs");
    recorder.fsconfigString(fs, "nr_inodes", "2");
    recorder.fsconfigString(fs, "mode", "755");
    if (!label.isEmpty()) {
      recorder.fsconfigString(fs, "context", label);
    }
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    emptiness =
        recorder.fsmount(
            fs,
            Linux.MOUNT_ATTR_RDONLY
                | Linux.MOUNT_ATTR_NOSUID
                | Linux.MOUNT_ATTR_NODEV
                | Linux.MOUNT_ATTR_NOEXEC);
    recorder.close(fs);
    recorder.statx(emptiness, "", Linux.AT_EMPTY_PATH, emptyStat);
  }

  void record(Fd root) {
    List<String> masked = paths.masked();
    Set<String> done = new HashSet<>();
    for (int i = 0; i < masked.size(); i++) {
      if (done.add(masked.get(i))) {
        mask(root, masked.get(i), "/linux/maskedPaths/" + i);
      }
    }
    done.clear();
    if (!masked.isEmpty()) {
      recorder.close(nothing);
      recorder.close(emptiness);
    }
    // What is mounted on the root covers nothing for whoever is in it: RootfsSteps does that.
    done.add(ROOT);
    for (String path : paths.readonly()) {
      if (mayLeadToRoot(path)) {
        recorder.statx(root, "", Linux.AT_EMPTY_PATH, rootStat);
        break;
      }
    }
    for (int i = 0; i < paths.readonly().size(); i++) {
      if (done.add(paths.readonly().get(i))) {
        makeReadonly(root, paths.readonly().get(i), "/linux/readonlyPaths/" + i);
      }
    }
  }

  private void mask(Fd root, String path, String pointer) {
    recorder.step("mask " + path, pointer);
    Label missing = new Label();
    Label file = new Label();
    Label done = new Label();
    Fd target = lookUp(root, path, missing);
    recorder.statx(target, "", Linux.AT_EMPTY_PATH, stat);
    isDirectory(file);
    cover(target, emptiness);
    recorder.jump(done);
    recorder.place(file);
    cover(target, nothing);
    recorder.place(done);
    recorder.close(target);
    prove(root, path);
    recorder.place(missing);
  }

  private void isDirectory(Label otherwise) {
    recorder
        .on(Errno.ENOTDIR, otherwise)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFDIR, Errno.ENOTDIR);
  }

  /** Only a path that is not there may be passed over. */
  private Fd lookUp(Fd root, String path, Label missing) {
    recorder.on(Errno.ENOENT, missing);
    return recorder.resolve(root, path, Recorder.Missing.FAILS, null, 0);
  }

  /**
   * Attaches a copy of the cover. Kernels before 6.15 do not copy a mount that was never attached,
   * and no kernel one that was made in another mount namespace: there the cover itself is attached
   * first, and the copies are made of that.
   */
  private void cover(Fd target, Fd cover) {
    Label original = new Label();
    Label done = new Label();
    recorder.on(Errno.EINVAL, original);
    Fd copy = recorder.openTree(cover, "", Linux.OPEN_TREE_CLONE | Linux.AT_EMPTY_PATH);
    recorder.moveMount(copy, target);
    recorder.close(copy);
    recorder.jump(done);
    recorder.place(original);
    recorder.moveMount(cover, target);
    recorder.place(done);
  }

  /** Looks the path up again: it must be the null device, or lie on the empty file system. */
  private void prove(Fd root, String path) {
    Label file = new Label();
    Label done = new Label();
    Fd found = recorder.resolve(root, path, Recorder.Missing.FAILS, null, 0);
    recorder.statx(found, "", Linux.AT_EMPTY_PATH, stat);
    isDirectory(file);
    same(Linux.STATX_DEV_MAJOR_OFFSET);
    same(Linux.STATX_DEV_MINOR_OFFSET);
    recorder.jump(done);
    recorder.place(file);
    recorder
        .failing(PROOF)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.EPERM);
    recorder.failing(PROOF).check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, 1, Errno.EPERM);
    recorder.failing(PROOF).check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, 3, Errno.EPERM);
    recorder.place(done);
    recorder.close(found);
  }

  private void same(int offset) {
    Value wanted = recorder.load(emptyStat, offset, 4);
    Value actual = recorder.load(stat, offset, 4);
    recorder.failing(PROOF).testSame(actual, wanted, Errno.EPERM);
    recorder.free(actual);
    recorder.free(wanted);
  }

  /** Mounts below the path stay as they are: a volume there says itself whether it is read-only. */
  private void makeReadonly(Fd root, String path, String pointer) {
    recorder.step("make " + path + " read-only", pointer);
    MountAttr readonly = new MountAttr(Linux.MOUNT_ATTR_RDONLY, 0, 0);
    Label missing = new Label();
    Label other = new Label();
    Label done = new Label();
    Fd target = lookUp(root, path, missing);
    if (mayLeadToRoot(path)) {
      recorder.statx(target, "", Linux.AT_EMPTY_PATH, stat);
      same(rootStat, Linux.STATX_MNT_ID_OFFSET, other);
      same(rootStat, Linux.STATX_INO_OFFSET, other);
      recorder.mountSetattr(root, false, readonly);
      recorder.jump(done);
      recorder.place(other);
    }
    Fd copy =
        recorder.openTree(
            target, "", Linux.OPEN_TREE_CLONE | Linux.AT_EMPTY_PATH | Linux.AT_RECURSIVE);
    recorder.mountSetattr(copy, false, readonly);
    recorder.moveMount(copy, target);
    recorder.close(copy);
    recorder.place(done);
    recorder.close(target);
    recorder.place(missing);
  }

  /** A link of the image may; of procfs none does that a look-up follows. */
  private static boolean mayLeadToRoot(String path) {
    return !path.equals(ROOT) && !path.startsWith("/proc/");
  }

  private void same(Block wantedStat, int offset, Label otherwise) {
    Value wanted = recorder.load(wantedStat, offset, 8);
    Value actual = recorder.load(stat, offset, 8);
    recorder.on(Errno.EPERM, otherwise).testSame(actual, wanted, Errno.EPERM);
    recorder.free(actual);
    recorder.free(wanted);
  }
}
