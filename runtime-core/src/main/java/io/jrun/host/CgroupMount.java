// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.linux.Procfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the unified hierarchy on this host, and where in it a container belongs. */
public final class CgroupMount {
  private static final String USUAL = "/sys/fs/cgroup";

  private CgroupMount() {}

  /** Where cgroup2 is mounted and can be reached; on a hybrid host, beside the v1 controllers. */
  public static Optional<String> find() {
    if (isUnified(USUAL)) {
      return Optional.of(USUAL);
    }
    List<Procfs.Mount> mounts = Procfs.mounts();
    for (int i = mounts.size() - 1; i >= 0; i--) {
      if (mounts.get(i).type().equals("cgroup2") && isUnified(mounts.get(i).path())) {
        return Optional.of(mounts.get(i).path());
      }
    }
    return Optional.empty();
  }

  /** Whether a directory lies below the root of a mounted hierarchy. */
  public static boolean isBelow(String directory) {
    // The usual one is asked for itself: the table of mounts grows with what else runs.
    if (directory.startsWith(USUAL + "/") && isUnified(USUAL)) {
      return true;
    }
    for (Procfs.Mount mount : Procfs.mounts()) {
      if (mount.type().equals("cgroup2") && directory.startsWith(mount.path() + "/")) {
        return true;
      }
    }
    return false;
  }

  /** Only v2 has this file. */
  private static boolean isUnified(String directory) {
    return Files.exists(Path.of(directory, "cgroup.controllers"));
  }

  /**
   * The path of a container's cgroup below the mount. An absolute cgroupsPath counts from the
   * mount; a relative one, or the id where there is none, from the parent of the caller's own
   * cgroup, which unlike that one holds no processes.
   *
   * @param cgroupsPath as written, cleaned of "." and ".."; empty if absent
   * @param ownCgroup contents of the caller's /proc/self/cgroup
   */
  public static String pathFor(String cgroupsPath, String id, String ownCgroup) {
    if (cgroupsPath.startsWith("/")) {
      return cgroupsPath;
    }
    String own = own(ownCgroup);
    String parent = own.substring(0, own.lastIndexOf('/'));
    return parent + "/" + (cgroupsPath.isEmpty() ? id : cgroupsPath);
  }

  /** The cgroup that a process is in, below the mount; "/" if it is not known. */
  public static String of(long pid) {
    return own(Procfs.name(Procfs.read("/proc/" + pid + "/cgroup").orElse("")));
  }

  /** The caller's own cgroup, by the contents of its /proc/self/cgroup; "/" if it is not known. */
  public static String own(String ownCgroup) {
    String own = "/";
    for (String line : ownCgroup.split("\n")) {
      // "/.." is a cgroup outside the caller's cgroup namespace: its path here is not known.
      if (line.startsWith("0::/") && !line.startsWith("0::/../") && !line.equals("0::/..")) {
        own = line.substring(3);
      }
    }
    return own;
  }
}
