// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Kernel;
import io.jrun.linux.Linux;

/**
 * One cgroup of the unified hierarchy (cgroup v2), as calls: its directories are made, opened,
 * removed. Source: Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param mount where cgroup2 is mounted
 * @param path below that mount, beginning with "/"
 */
public record UnifiedCgroup(String mount, String path) {
  public String directory() {
    return mount + path;
  }

  /** Makes the cgroup and what is above it, and opens it. */
  public Fd create(Kernel kernel) {
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      kernel.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, mount + path.substring(0, slash), 0755);
    }
    kernel.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, directory(), 0755);
    return kernel.openat(Fd.CWD, directory(), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
  }
}
