// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
 * Pods as workloads want them beside the plain ones: of shared processes, of privileged containers,
 * with sysctls; with and without a user namespace. Each flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class CriPodsFlowsIT {
  private static final String SHARED = "pid: POD";
  private static final String PRIVILEGED =
      "security_context { namespace_options { network: NODE pid: CONTAINER } privileged: true }";

  private static Cri cri;

  @BeforeAll
  static void startDaemon() {
    cri = Cri.of(Containerd.startWithNetworksAndDevices());
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    cri.close();
  }

  /** {@code shareProcessNamespace: true}: what ends a container is sent to all that are its. */
  @Test
  void containersOfAPodMayShareTheirProcesses(Workbench bench, TestReporter reporter)
      throws IOException {
    for (String each : List.of(Cri.UNMAPPED, Cri.MAPPED)) {
      String linux = each.replace("pid: CONTAINER", SHARED);
      cri.flow(
          bench,
          reporter,
          linux,
          pod -> {
            String options = "linux { " + linux + " }";
            String one = pod.running(options, "sh", "-c", "sleep 1001 & sleep 1001 & wait");
            String two = pod.running(options, "sleep", "1002");
            String look = "ps -o args | grep -c '^sleep 100[12]$'";
            Workbench.await("all", () -> cri.said(two, look).equals(List.of("3")));
            cri.stop(one, 0).succeeds();
            assertEquals("137", cri.status(one).field("exit_code"));
            Workbench.await("their end", () -> cri.said(two, look).equals(List.of("1")));
          });
    }
  }

  /** As {@code kubectl debug --target} has it. */
  @Test
  void aContainerMayBeAmongTheProcessesOfAnother(Workbench bench, TestReporter reporter)
      throws IOException {
    for (String linux : List.of(Cri.UNMAPPED, Cri.MAPPED)) {
      cri.flow(
          bench,
          reporter,
          linux,
          pod -> {
            String one = pod.running("linux { " + linux + " }", "sleep", "1003");
            String target = "pid: TARGET target_id: \"" + one + "\"";
            String two =
                pod.running(
                    "linux { " + linux.replace("pid: CONTAINER", target) + " }", "sleep", "1004");
            assertEquals(
                List.of("sleep 1003"),
                cri.said(two, "tr '\\0' ' ' </proc/1/cmdline | sed 's/ $//'"));
            cri.stop(two, 0).succeeds();
            assertEquals("CONTAINER_RUNNING", cri.status(one).field("state"));
          });
    }
  }

  @Test
  void sysctlsOfAPodAreItsOwn(Workbench bench, TestReporter reporter) throws IOException {
    String sysctls =
        " sysctls { key: \"net.ipv4.ip_local_port_range\" value: \"20000 30000\" }"
            + " sysctls { key: \"kernel.shm_rmid_forced\" value: \"1\" }";
    String look =
        "cd /proc/sys; cat net/ipv4/ip_local_port_range | tr '\\t' ' '; cat kernel/shm_rmid_forced"
            + " net/ipv4/ip_unprivileged_port_start";
    for (String linux : List.of(Cri.UNMAPPED, Cri.MAPPED)) {
      cri.flow(
          bench,
          reporter,
          linux + sysctls,
          pod -> {
            String container = pod.running("linux { " + linux + " }", "sleep", "1000");
            // containerd 2 lets everybody listen at every port.
            String ports = cri.containerd().version() < 2 ? "1024" : "0";
            assertEquals(List.of("20000 30000", "1", ports), cri.said(container, look));
          });
    }
  }

  @Test
  void aPrivilegedContainerMayMountForTheNode(Workbench bench, TestReporter reporter)
      throws IOException {
    Path data = Files.createDirectory(bench.directory().resolve("data"));
    Path later = Files.createDirectory(data.resolve("later"));
    ResidueExtension.command("mount", "--bind", data.toString(), data.toString());
    ResidueExtension.command("mount", "--make-shared", data.toString());
    String volume =
        "mounts { container_path: \"/data\" host_path: \"%s\" propagation: PROPAGATION_BIDIRECTIONAL }"
            .formatted(data);
    try {
      cri.flow(
          bench,
          reporter,
          PRIVILEGED,
          pod -> {
            String container =
                pod.running("linux { " + PRIVILEGED + " } " + volume, "sleep", "1000");
            assertEquals(
                List.of("mounted", "a:e5"),
                cri.said(
                    container,
                    "mount -t tmpfs none /data/later && touch /data/later/in && echo mounted;"
                        + " stat -c %t:%T /dev/fuse"));
            assertTrue(Files.exists(later.resolve("in")));
            assertEquals(List.of(), cri.said(container, "umount /data/later"));
            assertTrue(!Files.exists(later.resolve("in")));
          });
    } finally {
      ResidueExtension.command("umount", data.toString());
    }
  }
}
