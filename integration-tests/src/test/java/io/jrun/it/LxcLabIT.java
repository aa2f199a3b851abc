// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The runtime in an unprivileged container of LXC's that AppArmor confines, by the profile that LXC
 * makes for nested ones. It denies what lies below /sys, and takes the sysctls of a procfs that is
 * attached nowhere for that: issue 4968 of runc, which fails here from 1.3.3 on.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
@Tag("lab-long")
@Tag("newer")
class LxcLabIT {
  /** Sysctls of a container inside, by {@code inside}. */
  static final String PORTS =
      """
      inside 2>said <<'X' || { cat said; exit 1; }
      export PATH=/usr/bin:/usr/sbin:/bin HOME=/root
      set -e
      mkdir -p /srv/bundle/rootfs/bin
      cd /srv/bundle
      cp /bin/busybox rootfs/bin
      for each in sh cat sleep echo; do ln -s busybox rootfs/bin/$each; done
      """
          + LxcFlowsIT.BUNDLE
          + """
      bundle 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start; sleep 1000'
      sysctls='{"net.ipv4.ip_unprivileged_port_start": "77"}'
      sed -i 's|"linux": {|"linux": {"sysctl": '"$sysctls"',|' config.json
      $RUNTIME run --detach one </dev/null >out 2>&1 || { cat out; exit 1; }
      until [ -s out ]; do sleep 0.1; done
      cat out
      $RUNTIME exec one echo in
      $RUNTIME delete --force one
      X
      """;

  @BeforeAll
  static void prepare() throws IOException {
    LxcFlowsIT.prepare();
  }

  @AfterAll
  static void remove() throws IOException {
    LxcFlowsIT.remove();
  }

  @Test
  void sysctlsAreSetUnderTheProfileForNestedContainers(Workbench bench, TestReporter reporter)
      throws IOException {
    LxcFlowsIT.flow("lxc.apparmor.profile = generated\nlxc.apparmor.allow_nesting = 1")
        .writes(
            List.of("77", "in"),
            bench,
            reporter,
            "image=" + Podman.image(bench.directory()),
            PORTS);
  }
}
