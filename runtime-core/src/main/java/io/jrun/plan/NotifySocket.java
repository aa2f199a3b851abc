// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.MountSpec;

/**
 * What a container tells its readiness by, as sd_notify(3) looks for it: a socket, in the place
 * that runc has for it.
 *
 * @param directory absolute path on the host of the directory that it lies in
 */
public record NotifySocket(String directory) {
  private static final String PLACE = "/run/notify";

  /** How the container sees the directory. */
  MountSpec mount() {
    return MountSpec.readOnlyBind(directory, PLACE);
  }

  /** How its program is told. */
  String variable() {
    return "NOTIFY_SOCKET=" + PLACE + "/notify.sock";
  }
}
