// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.plan.Rights;
import io.jrun.systemd.Manager;
import io.jrun.systemd.SystemdException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The manager that --systemd-cgroup speaks with: the system's, or the user's own. */
final class SystemdQuestions implements Questions {
  @Override
  public String title() {
    return "systemd";
  }

  @Override
  public List<Finding> ask(Examination host) {
    boolean system = host.rights() == Rights.ROOT;
    String subject = system ? "manager" : "user's manager";
    if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
      return List.of(
          Finding.note(
              subject,
              "the host was not booted with systemd",
              "leave --systemd-cgroup out; cgroups are made without it"));
    }
    String socket =
        Manager.socket(system, host.caller().euid(), host.caller().variable("XDG_RUNTIME_DIR"));
    try (Manager manager = Manager.at(socket)) {
      return List.of(Finding.ok(subject, "systemd " + manager.version() + " answers at " + socket));
    } catch (SystemdException e) {
      return List.of(
          Finding.limited(
              subject,
              e.getMessage(),
              system
                  ? "leave --systemd-cgroup out, or see what systemctl status says"
                  : "log in as this user (ssh, machinectl shell), or loginctl enable-linger; with"
                      + " XDG_RUNTIME_DIR=/run/user/"
                      + host.caller().euid()));
    }
  }
}
