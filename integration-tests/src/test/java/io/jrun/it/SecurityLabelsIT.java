// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Labels of security modules. The kernel these tests run on has neither AppArmor nor SELinux, so
 * what is proved here is that a label nobody would enforce is refused; that it is written and read
 * back where there is one, the golden plan "security-labels" shows.
 */
@ExtendWith(ResidueExtension.class)
class SecurityLabelsIT {

  @Test
  void aProfileWithoutAppArmorIsRefusedBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    String said =
        Files.exists(Path.of("/sys/kernel/security/apparmor"))
            ? "/process/apparmorProfile"
            : "/process/apparmorProfile: apparmor: config provided but apparmor not supported";
    bench
        .create(bench.bundle().set("/process/apparmorProfile", "no-such-profile"), id)
        .failsNaming(said);
    bench.assertNothingOf(id);
  }

  @Test
  void aLabelWithoutSelinuxIsRefusedBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    String said =
        Files.exists(Path.of("/sys/fs/selinux/enforce"))
            ? "/process/selinuxLabel"
            : "/process/selinuxLabel: selinux label is specified in config, but selinux is disabled"
                + " or not supported";
    bench
        .create(bench.bundle().set("/process/selinuxLabel", "no:such:label:s0"), id)
        .failsNaming(said);
    bench.assertNothingOf(id);
  }

  @Test
  void aMountLabelWithoutSelinuxIsRefusedBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().set("/linux/mountLabel", "no:such:label:s0"), id)
        .failsNaming(
            Files.exists(Path.of("/sys/fs/selinux/enforce"))
                ? "/mounts"
                : "/linux/mountLabel: selinux label is specified in config, but selinux is disabled"
                    + " or not supported");
    bench.assertNothingOf(id);
  }
}
