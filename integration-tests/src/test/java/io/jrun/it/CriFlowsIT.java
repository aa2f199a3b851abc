// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final String GROUPS =
      """
      linux { security_context { namespace_options { pid: CONTAINER }
        run_as_user { value: 1001 } run_as_group { value: 1001 }
        supplemental_groups: 7 supplemental_groups_policy: %s } }
      """;

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
                cri.said(bench, handler, Cri.MAPPED, "", script)));
  }

  @Test
  void containersOfAPodShareItsUserNamespace(Workbench bench, TestReporter reporter)
      throws IOException {
    cri.flow(
        bench,
        reporter,
        Cri.MAPPED,
        pod -> {
          String options = "linux { " + Cri.MAPPED + " }";
          String one = pod.running(options, "sleep", "1000");
          String two = pod.running(options, "sleep", "1000");
          for (String type : List.of("user", "net", "ipc", "uts")) {
            String look = "readlink /proc/1/ns/" + type;
            assertEquals(cri.said(one, look), cri.said(two, look));
          }
        });
  }

  /** What a kubelet tells the scheduler of a node; containerd 1.7 knows nothing of its runtimes. */
  @Test
  void aKubeletIsToldWhatEachRuntimeCan(TestReporter reporter) throws IOException {
    String status = cri.call("Status", "").succeeds().text();
    EngineFlow.with(
        "runc",
        Cri.HANDLER,
        reporter,
        handler -> {
          Matcher told =
              Pattern.compile(
                      "runtime_handlers \\{\\s+name: \""
                          + handler
                          + "\"\\s+(features \\{[^}]*\\})?")
                  .matcher(status);
          if (cri.containerd().version() < 2) {
            assertFalse(told.find(), status);
            return;
          }
          assertTrue(told.find(), status);
          assertEquals(
              "features { recursive_read_only_mounts: true user_namespaces: true }",
              told.group(1).replaceAll("\\s+", " "));
        });
    assertEquals(
        cri.containerd().version() >= 2, status.contains("supplemental_groups_policy: true"));
  }

  /** The image has the user in one more group, which a strict policy leaves out; 1.7 has none. */
  @Test
  void groupsOfTheImageAreAddedUnlessThePolicyIsStrict(Workbench bench, TestReporter reporter)
      throws IOException {
    String script = "grep Groups: /proc/1/status | tr -s '\\t ' ' ' | sed 's/ $//'";
    for (String policy : List.of("Merge", "Strict")) {
      boolean merged = policy.equals("Merge") || cri.containerd().version() < 2;
      cri.flow(
          bench,
          reporter,
          Cri.UNMAPPED,
          pod ->
              assertEquals(
                  List.of(merged ? "Groups: 7 1001 2000" : "Groups: 7 1001"),
                  cri.said(pod.running(GROUPS.formatted(policy), "sleep", "1000"), script)));
    }
  }

  /** As nginx's image does, whose log is /dev/stdout: the user owns what it writes to. */
  @Test
  void aUserMayOpenItsOwnStreams(Workbench bench, TestReporter reporter) throws IOException {
    String context = " } run_as_user { value: 1000 } run_as_group { value: 1000 } }";
    for (String linux : List.of(Cri.UNMAPPED, Cri.MAPPED)) {
      String options = "linux { " + linux.replaceFirst(" } }$", context) + " }";
      cri.flow(
          bench,
          reporter,
          linux,
          pod -> {
            String script = "echo out >/dev/stdout; echo err >/dev/stderr";
            cri.awaitExit(pod.running(options, "sh", "-c", script));
            assertEquals(List.of("stderr err", "stdout out"), pod.log().stream().sorted().toList());
          });
    }
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
          handler -> assertEquals(expected, cri.said(bench, handler, Cri.UNMAPPED, how, script)));
    }
  }
}
