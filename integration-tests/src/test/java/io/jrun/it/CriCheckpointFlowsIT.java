// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A container's checkpoint, made as a kubelet asks for it, and a container of another pod that is
 * made of the archive. containerd has that since 2.0, and 2.1. Each flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class CriCheckpointFlowsIT {
  private static final String COUNTING =
      "i=0; while :; do i=$((i+1)); echo $i >/tmp/new;"
          + " (mv /tmp/new /tmp/count); (usleep 20000); done";

  private static Cri cri;
  private static Registry registry;

  @BeforeAll
  static void startDaemon() throws IOException, InterruptedException {
    Criu.prepareWhereItIs();
    Containerd containerd = Containerd.startWithNetworksAndDevices();
    cri = Cri.of(containerd);
    registry = Registry.of(containerd, Containerd.IMAGE);
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    registry.close();
    cri.close();
  }

  private static long count(String container) {
    return Long.parseLong(cri.said(container, "cat /tmp/count").get(0));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aContainerGoesOnInAnotherPod(boolean ownNetwork, Workbench bench, TestReporter reporter)
      throws IOException {
    String linux = ownNetwork ? Cri.UNMAPPED : Cri.HOSTS_NETWORK;
    String options = "linux { " + linux + " }";
    EngineFlow.with(
        "runc",
        Cri.HANDLER,
        reporter,
        handler -> {
          Path archive = bench.directory().resolve(handler + ".tar");
          long[] reached = new long[1];
          cri.during(
              bench,
              handler,
              linux,
              pod -> {
                String container = pod.running(options, "sh", "-c", COUNTING);
                Workbench.await("a count", () -> cri.said(container, "ls /tmp").contains("count"));
                Grpc.Reply reply =
                    cri.call(
                        "CheckpointContainer",
                        Cri.named("container_id", container)
                            + Cri.named("location", archive.toString()));
                if (cri.containerd().version() < 2) {
                  assertEquals(Grpc.UNIMPLEMENTED, reply.status());
                  return;
                }
                reply.succeeds();
                reached[0] = count(container);
              });
          if (cri.containerd().version() < 2) {
            return;
          }
          cri.during(
              bench,
              handler,
              linux,
              pod -> {
                String container =
                    pod.createOf(archive.toString(), options).succeeds().field("container_id");
                cri.start(container).succeeds();
                long first = count(container);
                assertTrue(first > 1 && first < reached[0] + 1000, "" + first);
                Workbench.await("a count above " + first, () -> count(container) > first);
                cri.stop(container, 0).succeeds();
                assertEquals("137", cri.status(container).field("exit_code"));
              });
        });
  }
}
