// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is streamed between a kubelet and a container beside {@link CriIT}'s exec. Each flow is
 * runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class CriStreamsFlowsIT {
  private static final String ALL = "stdin: true stdout: true stderr: true";

  private static Cri cri;

  @BeforeAll
  static void startDaemon() {
    cri = Cri.of(Containerd.start());
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    cri.close();
  }

  /** What is done with a container. */
  private interface WithContainer {
    void in(String container) throws Exception;
  }

  private static void flow(
      Workbench bench, TestReporter reporter, String options, String script, WithContainer step)
      throws IOException {
    cri.flow(
        bench,
        reporter,
        Cri.HOSTS_NETWORK,
        pod -> {
          String container =
              pod.running("linux { " + Cri.HOSTS_NETWORK + " } " + options, "sh", "-c", script);
          try {
            step.in(container);
          } catch (IOException | RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new AssertionError(e.toString(), e);
          }
        });
  }

  @Test
  void whoAttachesIsAtTheContainersOwnStreams(Workbench bench, TestReporter reporter)
      throws IOException {
    flow(
        bench,
        reporter,
        "stdin: true",
        "read line; echo got $line; echo err >&2; exec sleep 1000",
        container -> {
          CriStream stream =
              CriStream.open(cri.call("Attach", Cri.named("container_id", container) + ALL));
          stream.send(0, "a line\n");
          Workbench.await("its words", () -> stream.channel(1).equals("got a line\n"));
          Workbench.await("its complaint", () -> stream.channel(2).equals("err\n"));
          stream.close();
        });
  }

  @Test
  void aTerminalHasTheSizeThatItIsGiven(Workbench bench, TestReporter reporter) throws IOException {
    flow(
        bench,
        reporter,
        "",
        "exec sleep 1000",
        container -> {
          String script =
              "until stty size 2>/dev/null | grep '^33 99$'; do usleep 20000; done; exit 4";
          CriStream stream =
              CriStream.open(
                  cri.call(
                      "Exec",
                      Cri.named("container_id", container)
                          + Cri.words("cmd", "sh", "-c", script)
                          + "tty: true stdin: true stdout: true"));
          stream.send(4, "{\"Width\": 99, \"Height\": 33}");
          stream.awaitEnd();
          assertEquals("33 99\r\n", stream.channel(1));
          assertTrue(stream.channel(3).contains("\"message\":\"4\""), stream.channel(3));
        });
  }
}
