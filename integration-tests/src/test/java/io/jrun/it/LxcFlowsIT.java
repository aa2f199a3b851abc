// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The runtime in an unprivileged container of LXC's, with the configuration that LXC has for nested
 * ones. Each flow is the suite's own runtimes' first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class LxcFlowsIT {
  /** {@code bundle SCRIPT}: a config.json in which a shell does it. */
  static final String BUNDLE =
      """
      bundle() {
        rm -f config.json
        /opt/bin/jrun spec
        sed -i -e 's/"terminal": true/"terminal": false/' -e 's|"sh"$|"sh", "-c", "'"$1"'"|' config.json
      }
      """;

  /** What is done inside, by {@code inside}. */
  static final String LIFE =
      """
      # What it says of controllers that it cannot hand down is not the subject.
      inside 2>said <<'X' || { cat said; exit 1; }
      export PATH=/usr/bin:/usr/sbin:/bin HOME=/root
      set -e
      echo $(cat /proc/self/uid_map)
      mkdir -p /srv/bundle/rootfs/bin
      cd /srv/bundle
      cp /bin/busybox rootfs/bin
      for each in sh id cat sleep echo; do ln -s busybox rootfs/bin/$each; done
      """
          + BUNDLE
          + """
      bundle 'echo $(id -u) $(tail -n 1 /proc/self/cgroup) $(cat /proc/sys/net/ipv4/ip_forward)'
      $RUNTIME run one
      bundle 'echo $(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced)'
      sed -i 's|"linux": {|"linux": {"sysctl": {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"},|' config.json
      $RUNTIME run two
      bundle 'sleep 1000'
      $RUNTIME run --detach three </dev/null >/dev/null 2>&1
      $RUNTIME state three | grep -o running
      $RUNTIME exec three echo in
      $RUNTIME pause three
      $RUNTIME state three | grep -o paused
      $RUNTIME resume three
      $RUNTIME delete --force three
      $RUNTIME state three >/dev/null 2>&1 || echo gone
      bundle 'echo $(cat /proc/self/uid_map)'
      maps='[{"containerID": 0, "hostID": 1, "size": 7}, {"containerID": 7, "hostID": 0, "size": 1}]'
      sed -i -e 's|"linux": {|"linux": {"uidMappings": '"$maps"', "gidMappings": '"$maps"',|' \\
        -e 's|"namespaces": \\[|"namespaces": [{"type": "user"},|' config.json
      chown -R 1:1 rootfs
      $RUNTIME run four
      X
      """;

  /** What it writes. */
  static final List<String> LIVES =
      List.of(
          "0 100000 65536", "0 0::/ 1", "1 1", "running", "in", "paused", "gone", "0 1 7 7 0 1");

  /** Where its monitor was at last: in the cgroup that it was called from, or in the first one. */
  static final String UNPIVOT =
      " for pivot in /sys/fs/cgroup{$(sed -n s/^0:://p /proc/self/cgroup),}/lxc.pivot; do"
          + " [ ! -d $pivot ] || await rmdir $pivot; done; true";

  private static final List<String> PLACES = List.of("/run/lxc/lock", "/run/lxc");

  @BeforeAll
  static void prepare() throws IOException {
    for (String file : List.of("subuid", "subgid")) {
      Path ids = Path.of("/etc", file);
      // Incus gives root ids when it is installed, and others.
      String others = Files.readString(ids).replaceAll("(?m)^root:.*\\n", "");
      Files.writeString(ids, others + "root:100000:65536\n");
    }
    for (String place : PLACES) {
      Files.createDirectories(Path.of(place));
    }
  }

  @AfterAll
  static void remove() throws IOException {
    for (String place : PLACES) {
      Podman.execute("rm", "-rf", place);
    }
  }

  /**
   * {@code inside}: its standard input is a script for a system container.
   *
   * @param apparmor of the container's configuration
   */
  static EngineFlow flow(String apparmor) {
    return new EngineFlow(
        """
        inside() {
          mkdir -p system/rootfs
          tar -C system/rootfs -xf $image
          mkdir -p system/rootfs/{usr,lib,lib64,opt,srv}
          cat >system/rootfs/srv/script
          chown -R 100000:100000 system/rootfs
          cat >system/config <<X
        lxc.include = /usr/share/lxc/config/common.conf
        lxc.include = /usr/share/lxc/config/userns.conf
        lxc.include = /usr/share/lxc/config/nesting.conf
        lxc.idmap = u 0 100000 65536
        lxc.idmap = g 0 100000 65536
        lxc.rootfs.path = dir:$PWD/system/rootfs
        lxc.net.0.type = empty
        %s
        lxc.environment = RUNTIME=$inner
        lxc.mount.entry = /usr usr none bind,ro 0 0
        lxc.mount.entry = /usr/lib lib none bind,ro 0 0
        lxc.mount.entry = /usr/lib64 lib64 none bind,ro 0 0
        lxc.mount.entry = $prefix opt none bind,ro 0 0
        X
          lxc-execute -P $PWD -n system -- /bin/sh /srv/script </dev/null
        }
        prefix=%s
        inner=$RUNTIME
        [ $inner != $prefix/bin/jrun ] || inner=/opt/bin/jrun
        """
            .formatted(apparmor, Jrun.prefix()),
        "lxc-stop -P $PWD -n system -k >/dev/null 2>&1;" + UNPIVOT,
        PodmanHost.PEERS,
        Jrun.binary().toString());
  }

  @Test
  void containersRunInAnUnprivilegedSystemContainer(Workbench bench, TestReporter reporter)
      throws IOException {
    flow("lxc.apparmor.profile = unconfined")
        .writes(LIVES, bench, reporter, "image=" + Podman.image(bench.directory()), LIFE);
  }
}
