// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Report report(Finding... findings) {
    return new Report(List.of(new Report.Group("cgroups", List.of(findings))));
  }

  @Test
  void whatIsNotWellHasARemedyBelowIt() {
    assertEquals(
        """
        cgroups
          ok       hierarchy             cgroup v2
          broken   delegation            read-only
                   -> remount it
        no container can be run here: 1 broken, 0 limited
        """,
        report(
                Finding.ok("hierarchy", "cgroup v2"),
                Finding.broken("delegation", "read-only", "remount it"))
            .text());
  }

  @Test
  void aFindingWithoutARemedyIsNone() {
    assertThrows(IllegalArgumentException.class, () -> Finding.limited("criu", "not there", ""));
  }

  @Test
  void onlyWhatIsBrokenKeepsContainersFromRunning() {
    assertTrue(report(Finding.limited("a", "b", "c"), Finding.note("a", "b", "c")).isRunnable());
    assertFalse(report(Finding.broken("a", "b", "c")).isRunnable());
  }

  @Test
  void whatTheHostSaysMovesNoCursor() {
    String text = report(Finding.ok("x", "a\u001b[2Jb\nc")).text();
    assertTrue(text.contains("a [2Jb c\n"), text);
  }

  @Test
  void jsonHasTheSame() {
    String json = report(Finding.limited("criu", "old \"one\"", "install")).json("0.2.0");
    assertTrue(json.startsWith("{\n  \"version\" : \"0.2.0\",\n  \"runnable\" : true,"), json);
    assertTrue(json.contains("\"verdict\" : \"limited\""), json);
    assertTrue(json.contains("\"found\" : \"old \\\"one\\\"\""), json);
  }
}
