// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.failure.ContainerException;
import io.jrun.host.CallersNames;
import io.jrun.plan.Sockets;

/** What is refused of a command line that starts a process, before anything is looked at. */
public final class LaunchChecks {
  private LaunchChecks() {}

  /** A terminal that nobody would hold the other end of, or a receiver of none: as runc says it. */
  public static void checkTerminal(boolean wanted, boolean detaches, Sockets sockets) {
    boolean socket = !sockets.console().isEmpty();
    if (wanted && detaches && !socket) {
      throw new ContainerException(
          "cannot allocate tty if jrun will detach without setting console socket");
    }
    if (socket && !(wanted && detaches)) {
      throw new ContainerException(
          "cannot use console socket if jrun will not detach or allocate tty");
    }
  }

  /** Refuses a pid file that could not be written in the end. */
  public static void checkPidFile(String path) {
    int slash = path.lastIndexOf('/');
    if (!CallersNames.mayBeDirectory(slash == 0 ? "/" : path.substring(0, Math.max(slash, 0)))) {
      throw new ContainerException("pid file " + path + ": no such file or directory");
    }
  }
}
