// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.MountSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where mounts go: places below the root, which are made if they are missing.
 *
 * <p>One that is missing below a bind that is read-only is made in its source, through a descriptor
 * of that, if its name says that it lies there and no link is on the way: nobody but the
 * configuration has a say in what is made in a directory that the container may only read.
 */
final class MountPointSteps {
  private static final FailureText IN_THE_WAY =
      FailureText.step().and(": not a directory: the source is none, and what is there is one");

  private final Recorder recorder;
  private final Fd root;

  /** Binds that are read-only, by the pointer of each mount that lies on one by its name. */
  private final Map<String, MountSpec> above;

  /** The pointers of those binds. */
  private final Set<String> needed = new HashSet<>();

  /** The sources of such binds, by the bind's pointer. */
  private final Map<String, Fd> sources = new HashMap<>();

  /** Destinations of mounts that may have a procfs, or be one, in the order of the mounts. */
  private final List<String> trees = new ArrayList<>();

  MountPointSteps(Recorder recorder, List<MountSpec> mounts, Fd root) {
    this.recorder = recorder;
    this.root = root;
    this.above = readOnlyBinds(mounts);
    for (MountSpec bind : above.values()) {
      needed.add(bind.pointer());
    }
  }

  /** For each mount that lies on a bind which is read-only, that bind. */
  static Map<String, MountSpec> readOnlyBinds(List<MountSpec> mounts) {
    boolean any = false;
    for (MountSpec each : mounts) {
      any |= isReadOnlyBind(each);
    }
    if (!any) {
      return Map.of();
    }
    Map<String, MountSpec> binds = new HashMap<>();
    Map<String, MountSpec> earlier = new HashMap<>();
    for (MountSpec each : mounts) {
      if (!each.isRemount()) {
        MountSpec nearest = nearest(earlier, each.destination());
        if (nearest != null && isReadOnlyBind(nearest)) {
          binds.put(each.pointer(), nearest);
        }
        earlier.put(each.destination(), each);
      }
    }
    return binds;
  }

  private static boolean isReadOnlyBind(MountSpec mount) {
    long set = mount.options().set() | mount.options().recursiveSet();
    return mount.isBind() && !mount.isRemount() && (set & Linux.MOUNT_ATTR_RDONLY) != 0;
  }

  private static MountSpec nearest(Map<String, MountSpec> earlier, String destination) {
    for (int end = destination.lastIndexOf('/'); end > 0; ) {
      String parent = destination.substring(0, end);
      MountSpec found = earlier.get(parent);
      if (found != null) {
        return found;
      }
      end = parent.lastIndexOf('/');
    }
    return null;
  }

  /** Whether anything may have to be made in the source of a bind, for later mounts below it. */
  boolean needsSource(MountSpec bind) {
    return needed.contains(bind.pointer());
  }

  /** Keeps the source of a bind in reach. */
  void keep(MountSpec bind, Fd source) {
    sources.put(bind.pointer(), source);
  }

  /** Docker takes "is a directory" for a program that is one, and these words for a mount. */
  private Recorder looking() {
    return recorder.alsoFailing(IN_THE_WAY, Errno.EISDIR);
  }

  /** The place where a mount goes. */
  Fd find(MountSpec mount, Recorder.Missing missing, Fd like, long resolveFlags) {
    return find(recorder.fdRegister("target"), mount, missing, like, resolveFlags);
  }

  /** The same into a register that is there already. */
  Fd find(Fd target, MountSpec mount, Recorder.Missing missing, Fd like, long resolveFlags) {
    String path = mount.destination();
    MountSpec bind = above.get(mount.pointer());
    Fd source = bind == null ? null : sources.get(bind.pointer());
    if (source == null) {
      return looking().resolve(target, root, path, missing, like, resolveFlags);
    }
    Label readOnly = new Label();
    Label done = new Label();
    looking().on(Errno.EROFS, readOnly).resolve(target, root, path, missing, like, resolveFlags);
    recorder.jump(done);
    recorder.place(readOnly);
    String below = path.substring(bind.destination().length());
    recorder.close(recorder.resolve(source, below, missing, like, Linux.RESOLVE_NO_SYMLINKS));
    looking().resolve(target, root, path, missing, like, resolveFlags);
    recorder.place(done);
    return target;
  }

  /** Lets all sources go. */
  void close() {
    for (Fd each : sources.values()) {
      recorder.close(each);
    }
    sources.clear();
  }

  /** Refuses any procfs. Decided on what was found: a link in the image may lead into /proc. */
  static void refuseProc(Recorder recorder, Block statfs, String destination, Fd target) {
    Label fine = new Label();
    passWhatIsNone(recorder, statfs, target, fine);
    refuse(recorder, destination);
    recorder.place(fine);
  }

  /**
   * Refuses a place in the container's own /proc. A procfs that another mount has brought (the
   * host's root, bound with all below it) is not the container's, and is told from it by the number
   * of its mount; that is looked at only where there may be one.
   */
  void refuseOwnProc(MountSpec mount, Block statfs, Fd target) {
    Label fine = new Label();
    passWhatIsNone(recorder, statfs, target, fine);
    if (liesOnTree(mount)) {
      passOthers(target, fine);
    }
    refuse(recorder, mount.destination());
    recorder.place(fine);
    if (mount.isBind() && mount.options().recursive() || mount.type().equals("proc")) {
      trees.add(mount.destination());
    }
  }

  private static void passWhatIsNone(Recorder recorder, Block statfs, Fd target, Label fine) {
    recorder.fstatfs(target, statfs);
    recorder.on(Errno.ENODEV, fine).check(statfs, 0, 8, -1L, Linux.PROC_SUPER_MAGIC, Errno.ENODEV);
  }

  private static void refuse(Recorder recorder, String destination) {
    recorder
        .failing(
            FailureText.words(
                    "\"" + destination + "\" cannot be mounted because it is inside /proc (")
                .and(FailureText.Fact.FIELD)
                .and(")"))
        .test(Value.of(0), -1L, 1, Errno.EPERM);
  }

  /** By its name, on a mount before it that may have a procfs below it. */
  private boolean liesOnTree(MountSpec mount) {
    for (String tree : trees) {
      if (mount.destination().startsWith(tree + "/")) {
        return true;
      }
    }
    return false;
  }

  /** Goes to {@code fine} if there is no /proc of the container's, or the place is none of it. */
  private void passOthers(Fd target, Label fine) {
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.on(Errno.ENOENT, fine).on(Errno.ENOTDIR, fine).on(Errno.ELOOP, fine);
    Fd own =
        recorder.resolve(root, "/proc", Recorder.Missing.FAILS, null, Linux.RESOLVE_NO_SYMLINKS);
    recorder.statx(own, "", Linux.AT_EMPTY_PATH, stat);
    recorder.close(own);
    Value ofProc = recorder.load(stat, Linux.STATX_MNT_ID_OFFSET, 8);
    recorder.statx(target, "", Linux.AT_EMPTY_PATH, stat);
    Value ofTarget = recorder.load(stat, Linux.STATX_MNT_ID_OFFSET, 8);
    recorder.on(Errno.ENODEV, fine).testSame(ofProc, ofTarget, Errno.ENODEV);
    recorder.free(ofTarget);
    recorder.free(ofProc);
  }
}
