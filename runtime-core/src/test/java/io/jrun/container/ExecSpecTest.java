// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.spec.Spec;
import io.jrun.spec.SpecReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a process described by a document of its own has of the container's. */
class ExecSpecTest {
  private static final Spec KEPT =
      SpecReader.read(
          Configs.with(
              "{'process':{'user':{'uid':1,'gid':2,'umask':63},'apparmorProfile':'own',"
                  + "'selinuxLabel':'a:b:c','noNewPrivileges':true,"
                  + "'execCPUAffinity':{'initial':'0','final':'0'},"
                  + "'rlimits':[{'type':'RLIMIT_CORE','soft':1,'hard':1}],"
                  + "'capabilities':{'bounding':['CAP_KILL']}}}"),
          "config.json");

  private static ExecSpec parse(String more) {
    String document = "{'args':['true'],'cwd':'/'" + more + "}";
    return ExecSpec.parse(
        KEPT,
        SpecReader.readProcess(
            document.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "process.json"));
  }

  @Test
  void whatMayBeDoneIsTheContainersWhereTheDocumentDoesNotSay() {
    ExecSpec spec = parse("");
    ProcessSpec process = spec.process();
    assertEquals("own", process.labels().orElseThrow().apparmor());
    assertEquals("a:b:c", process.labels().orElseThrow().selinux());
    assertEquals(1 << 5, process.capabilities().bounding());
    assertEquals(63, process.umask());
    assertTrue(spec.affinity().isPresent());
  }

  @Test
  void whoItIsAndItsLimitsAreTheDocumentsAlone() {
    ProcessSpec process = parse("").process();
    assertEquals(0, process.uid());
    assertEquals(0, process.gid());
    assertTrue(process.rlimits().isEmpty());
    assertEquals(false, process.noNewPrivileges());
  }

  @Test
  void whatTheDocumentSaysCounts() {
    ExecSpec spec =
        parse(
            ",'user':{'uid':7,'gid':8,'umask':0},'apparmorProfile':'','selinuxLabel':'x:y:z',"
                + "'execCPUAffinity':{},'capabilities':{}");
    ProcessSpec process = spec.process();
    assertEquals("own", process.labels().orElseThrow().apparmor());
    assertEquals("x:y:z", process.labels().orElseThrow().selinux());
    assertEquals(0, process.capabilities().bounding());
    assertEquals(7, process.uid());
    assertEquals(0, process.umask());
  }
}
