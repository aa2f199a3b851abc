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
 * The runtime in an unprivileged container of Incus's with security.nesting, and its filter of
 * system calls. Each flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class IncusFlowsIT {
  private static final String BEGIN =
      """
      mkdir -p /run/incus /var/log/incus /var/lib/incus
      setsid /usr/libexec/incus/incusd --group root --logfile /var/log/incus/daemon \
        </dev/null >/var/log/incus/output 2>&1 &
      incus admin waitready --timeout 60
      incus admin init --preseed <<X
      storage_pools:
      - {name: default, driver: dir}
      profiles:
      - {name: default, devices: {root: {type: disk, path: /, pool: default}}}
      X
      """;

  private static final String END =
      """
      incus admin shutdown --timeout 30
      while pgrep -x incusd >/dev/null; do sleep 0.1; done
      grep -o ' /var/lib/incus[^ ]*' /proc/mounts | sort -r | xargs -r umount
      rm -rf /run/incus /var/log/incus /var/lib/incus
      """;

  private static final EngineFlow FLOW =
      new EngineFlow(
          """
          inside() {
            mkdir -p image/rootfs
            tar -C image/rootfs -xf $image
            mkdir -p image/rootfs/{sbin,usr,lib,lib64,opt,srv}
            printf '#!/bin/sh\\nwhile :; do sleep 1000; done\\n' >image/rootfs/sbin/init
            chmod 0755 image/rootfs/sbin/init
            printf 'architecture: %%s\\ncreation_date: 1\\n' $(uname -m) >image/metadata.yaml
            tar -C image -cf image.tar metadata.yaml rootfs
            {
              incus image import image.tar --alias image </dev/null
              incus init image system -c security.nesting=true </dev/null
              printf 'lxc.mount.entry = %%s none bind,ro 0 0\\n' '/usr usr' '/usr/lib lib' \
                '/usr/lib64 lib64' "$prefix opt" >raw
              incus config set system "raw.lxc=$(cat raw)" </dev/null
              incus start system </dev/null
            } >&2
            incus exec system --env RUNTIME=$inner -- sh
          }
          prefix=%s
          inner=$RUNTIME
          [ $inner != $prefix/bin/jrun ] || inner=/opt/bin/jrun
          """
              .formatted(Jrun.prefix()),
          "incus delete --force system >/dev/null 2>&1; incus image delete image >/dev/null 2>&1;"
              + " rm -rf /run/incus/system;"
              + LxcFlowsIT.UNPIVOT,
          PodmanHost.PEERS,
          Jrun.binary().toString());

  @BeforeAll
  static void begin() throws IOException {
    LxcFlowsIT.prepare();
    Podman.execute("bash", "-e", "-c", BEGIN);
  }

  @AfterAll
  static void end() throws IOException {
    Podman.execute("bash", "-c", END);
    LxcFlowsIT.remove();
  }

  @Test
  void containersRunInAnUnprivilegedSystemContainer(Workbench bench, TestReporter reporter)
      throws IOException {
    FLOW.writes(
        LxcFlowsIT.LIVES,
        bench,
        reporter,
        "image=" + Podman.image(bench.directory()),
        LxcFlowsIT.LIFE);
  }

  /** As engines ask for it in every container; runc's issue 4968. */
  @Test
  void theFirstPortOfUsersIsTheContainersOwn(Workbench bench, TestReporter reporter)
      throws IOException {
    FLOW.writes(
        List.of("77", "in"),
        bench,
        reporter,
        "image=" + Podman.image(bench.directory()),
        LxcLabIT.PORTS);
  }
}
