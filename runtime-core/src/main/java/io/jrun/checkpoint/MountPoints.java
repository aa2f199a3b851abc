// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import io.jrun.container.MountSpec;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where CRIU is to mount. A root file system that is not the one of the checkpoint may have nowhere
 * to mount at, and nor may what is bound into it; what lies on other file systems CRIU restores
 * with them.
 */
public final class MountPoints {
  private record Place(String path, MountSpec mount) {
    boolean covers(String other) {
      return other.startsWith(path + "/") || path.equals("/");
    }
  }

  private MountPoints() {}

  /** Makes those that are missing, as a launch would. */
  public static void make(Recorder recorder, String rootfs, List<MountSpec> mounts) {
    recorder.step("make mount points", "/mounts");
    Fd root = open(recorder, rootfs);
    List<Place> before = new ArrayList<>();
    for (MountSpec each : mounts) {
      if (each.isRemount()) {
        continue;
      }
      Place place = new Place(InsideName.resolve(Path.of(rootfs), each.destination()), each);
      Place under = null;
      for (Place earlier : before) {
        under = earlier.covers(place.path()) ? earlier : under;
      }
      if (under == null) {
        make(recorder, root, place.path(), each);
      } else if (under.mount().isBind()) {
        Fd source = open(recorder, under.mount().source());
        make(recorder, source, place.path().substring(under.path().length()), each);
        recorder.close(source);
      }
      before.add(place);
    }
    recorder.close(root);
  }

  private static Fd open(Recorder recorder, String directory) {
    return recorder.openat(Fd.CWD, directory, Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
  }

  private static void make(Recorder recorder, Fd below, String path, MountSpec mount) {
    boolean isFile = mount.isBind() && Files.isRegularFile(Path.of(mount.source()));
    recorder.close(
        recorder.resolve(
            below,
            path,
            isFile ? Recorder.Missing.BECOMES_FILE : Recorder.Missing.BECOMES_DIRECTORY,
            null,
            0));
  }
}
