// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What containerd's CRI plugin has learned since the one that {@link CriIT} runs everywhere, asked
 * as a kubelet asks it, with pods' networks by CNI. Each flow is runc's first.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
@Tag("newer")
class CriFlowsIT {
  /** What a pod with {@code hostUsers: false} is asked for with. */
  private static final String MAPPED =
      """
      security_context { namespace_options { pid: CONTAINER userns_options { mode: POD
        uids { host_id: 100000 container_id: 0 length: 65536 }
        gids { host_id: 100000 container_id: 0 length: 65536 } } } }
      """;

  private static final String UNMAPPED =
      "security_context { namespace_options { pid: CONTAINER } }";

  private static Cri cri;

  @BeforeAll
  static void startDaemon() throws IOException {
    Containerd containerd = Containerd.startWithNetworksAndDevices();
    cri = Cri.of(containerd);
    Files.writeString(
        containerd.devices().resolve("one.json"),
        """
        {"cdiVersion": "0.5.0", "kind": "example.com/null", "devices": [
          {"name": "one", "containerEdits": {
            "deviceNodes": [{"path": "/dev/other", "hostPath": "/dev/full", "permissions": "rw"}],
            "env": ["GIVEN=one"],
            "mounts": [{"hostPath": "/etc/hostname", "containerPath": "/given", "options": ["ro", "bind"]}]}}]}
        """);
  }

  @AfterAll
  static void stopDaemon() throws IOException {
    cri.close();
  }

  /** What a script says in a container with these options in such a pod. */
  private static List<String> said(
      Workbench bench, String handler, String linux, String options, String script) {
    Cri.Pod pod = cri.run(bench, handler, linux);
    try {
      String container = pod.running("linux { " + linux + " } " + options, "sleep", "1000");
      return cri.exec(container, "sh", "-c", script).succeeds().field("stdout").lines().toList();
    } finally {
      pod.remove();
    }
  }

  @Test
  void aPodHasUsersAndANetworkOfItsOwn(Workbench bench, TestReporter reporter) throws IOException {
    String script =
        "echo $(cat /proc/self/uid_map); stat -c %u /bin; touch /new && stat -c %u /new;"
            + " ip addr show eth0 | grep -c '192.0.2'";
    EngineFlow.with(
        "runc",
        Cri.HANDLER,
        reporter,
        handler ->
            assertEquals(
                List.of("0 100000 65536", "0", "0", "1"),
                said(bench, handler, MAPPED, "", script)));
  }

  @Test
  void containersOfAPodShareItsUserNamespace(Workbench bench, TestReporter reporter)
      throws IOException {
    EngineFlow.with(
        "runc",
        Cri.HANDLER,
        reporter,
        handler -> {
          Cri.Pod pod = cri.run(bench, handler, MAPPED);
          try {
            String one = pod.running("linux { " + MAPPED + " }", "sleep", "1000");
            String two = pod.running("linux { " + MAPPED + " }", "sleep", "1000");
            for (String type : List.of("user", "net", "ipc", "uts")) {
              String link = "/proc/1/ns/" + type;
              assertEquals(
                  cri.exec(one, "readlink", link).succeeds().field("stdout"),
                  cri.exec(two, "readlink", link).succeeds().field("stdout"));
            }
          } finally {
            pod.remove();
          }
        });
  }

  @Test
  void aDeviceOfCdiIsGivenByTheFieldAndByAnAnnotation(Workbench bench, TestReporter reporter)
      throws IOException {
    String script =
        "stat -c %t:%T /dev/other; echo $GIVEN; cat /given >/dev/null && echo mounted;"
            + " echo x 2>&1 >/dev/other | grep -o 'No space left'";
    List<String> expected = List.of("1:7", "one", "mounted", "No space left");
    for (String how :
        List.of(
            "CDI_devices { name: \"example.com/null=one\" }",
            "annotations { key: \"cdi.k8s.io/one\" value: \"example.com/null=one\" }")) {
      EngineFlow.with(
          "runc",
          Cri.HANDLER,
          reporter,
          handler -> assertEquals(expected, said(bench, handler, UNMAPPED, how, script)));
    }
  }
}
