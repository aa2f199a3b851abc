// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Process;
import java.util.Optional;

/**
 * What the security modules are to make of the process, from its execve on. Source: config.md
 * "apparmorProfile", "selinuxLabel".
 *
 * @param apparmor profile; empty if there is none
 * @param selinux label; empty if there is none
 */
public record SecurityLabels(String apparmor, String selinux) {
  /** Empty if the document asks for none. */
  static Optional<SecurityLabels> parse(Process process) {
    String apparmor = process.apparmorProfile() == null ? "" : process.apparmorProfile();
    String selinux = process.selinuxLabel() == null ? "" : process.selinuxLabel();
    return apparmor.isEmpty() && selinux.isEmpty()
        ? Optional.empty()
        : Optional.of(new SecurityLabels(apparmor, selinux));
  }
}
