// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.lifecycle.Containers;
import io.jrun.program.ReportTag;
import io.jrun.state.States;
import io.jrun.wire.ScriptedFront;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code state}, {@code list} and {@code ps}: what is on record, and what is true. */
class QueriesTest extends ContainersOnRecord {
  @Test
  void stateTellsWhatIsOnRecordAndWhatIsTrue() {
    put(States.running("demo"));
    String running = new Queries(session).state("demo");
    assertTrue(
        running.contains("\"status\": \"running\"")
            && running.contains("\"pid\": " + States.living().pid()));
    put(States.stopped("demo"));
    String stopped = new Queries(session).state("demo");
    assertTrue(stopped.contains("\"status\": \"stopped\"") && stopped.contains("\"pid\": 0"));
    assertEquals(List.of(), front.programs());
  }

  @Test
  void listPassesOverWhatItCannotRead() throws IOException {
    put(States.created("b"));
    put(States.stopped("a"));
    Files.createDirectories(root.resolve("state/broken"));
    List<Containers.Entry> all = new Containers(session).list();
    assertEquals(List.of("a", "b"), all.stream().map(e -> e.state().id()).toList());
    assertEquals(0, all.get(0).pid());
    assertEquals(States.living().pid(), all.get(1).pid());
    assertEquals(1, notices.warnings.size());
  }

  @Test
  void aDamagedStateIsToldWithWhatHelps() throws IOException {
    Path directory = put(States.running("demo"));
    Files.writeString(directory.resolve("state.json"), "");
    assertEquals(
        directory + ": state.json is not a JSON object; jrun delete --force demo clears it up",
        failure(() -> new Queries(session).state("demo")));
  }

  @Test
  void psShowsPidsOrTheLinesOfPsAboutThem() throws IOException {
    put(States.running("demo"));
    assertEquals("null", new ListProcesses(session).json("demo"));
    Files.writeString(cgroup.resolve("cgroup.procs"), "11\n12\n");
    assertEquals("[11,12]", new ListProcesses(session).json("demo"));
    String output = "UID   PID  CMD\nroot   11  sh\nroot  112  other\nroot   12  top 11\n";
    front.answering(
        (number, program) ->
            ScriptedFront.join(
                ScriptedFront.report(ReportTag.OUTPUT, output.getBytes(StandardCharsets.UTF_8)),
                ScriptedFront.report(ReportTag.STATUS, 0),
                ScriptedFront.result(0, 0, 0)));
    assertEquals(
        "UID   PID  CMD\nroot   11  sh\nroot   12  top 11\n",
        new ListProcesses(session).table("demo", List.of("-ef")));
  }

  @Test
  void psWithoutAPidColumnIsRefused() {
    put(States.running("demo"));
    front.answering(
        (number, program) ->
            ScriptedFront.join(
                ScriptedFront.report(ReportTag.OUTPUT, new byte[] {'C', 'M', 'D', '\n'}),
                ScriptedFront.report(ReportTag.STATUS, 0),
                ScriptedFront.result(0, 0, 0)));
    assertEquals(
        "couldn't find PID field in ps output",
        failure(() -> new ListProcesses(session).table("demo", List.of("-o", "cmd"))));
  }
}
