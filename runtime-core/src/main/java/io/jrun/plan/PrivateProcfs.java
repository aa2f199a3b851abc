// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.linux.Fd;
import io.jrun.linux.Linux;

/**
 * A procfs of init's own that is attached nowhere: nobody can have mounted anything over it, or put
 * links into it, so a path below it is what it says. It shows the pid namespace that init is in.
 */
final class PrivateProcfs {
  private PrivateProcfs() {}

  static Fd open(Recorder k) {
    Fd fs = k.fsopen("proc");
    k.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    Fd mount =
        k.fsmount(fs, Linux.MOUNT_ATTR_NOSUID | Linux.MOUNT_ATTR_NODEV | Linux.MOUNT_ATTR_NOEXEC);
    k.close(fs);
    return mount;
  }
}
