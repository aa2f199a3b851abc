// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** --trace: what each step of a command costs. */
@ExtendWith(ResidueExtension.class)
class TraceIT {

  /** Titles by track; time in each track goes forward. */
  private static Map<String, List<String>> read(Path file) throws IOException {
    JsonNode events = new ObjectMapper().readTree(Files.readString(file)).get("traceEvents");
    Map<Integer, String> tracks = new HashMap<>();
    Map<Integer, Double> ends = new HashMap<>();
    Map<String, List<String>> out = new HashMap<>();
    for (JsonNode event : events) {
      int track = event.get("tid").asInt();
      if (event.get("name").asText().equals("thread_name")) {
        tracks.put(track, event.at("/args/name").asText());
      } else if (event.get("ph").asText().equals("X")) {
        double begin = event.get("ts").asDouble();
        assertTrue(begin >= ends.getOrDefault(track, 0.0), event::toString);
        ends.put(track, begin + event.get("dur").asDouble() - 0.01);
        String field = event.at("/args/field").asText();
        String title = event.get("name").asText() + (field.isEmpty() ? "" : " " + field);
        out.computeIfAbsent(tracks.get(track), key -> new ArrayList<>()).add(title);
      }
    }
    return out;
  }

  @Test
  @Tag("smoke")
  void aFileHasATrackForEachProcess(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("trace.json");
    Bundle bundle = bench.bundle().script("exit 3");
    bench.run(bundle, "--trace=" + file).exits(3);
    Map<String, List<String>> tracks = read(file);
    assertEquals("read, check and decide", tracks.get("core").get(0));
    assertTrue(tracks.get("front").contains("clone init"), tracks::toString);
    assertTrue(tracks.get("front").contains("wait for the end of the container"));
    assertTrue(
        tracks.get("init").stream().anyMatch(title -> title.startsWith("mount proc at /proc /mo")),
        tracks::toString);
  }

  @Test
  void aNameIsTheCallers(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("relative");
    bench
        .runCommand(bench.bundle().args("true"), Workbench.id(), "--trace=relative")
        .run()
        .exits(0);
    assertTrue(read(file).containsKey("init"));
  }

  @Test
  void withoutAFileItIsATableOnStandardError(Workbench bench) {
    Outcome outcome = bench.run(bench.bundle().args("true"), "--trace");
    List<String> lines = outcome.succeeds().err().lines().toList();
    assertTrue(lines.get(0).startsWith("trace of run: "), outcome::err);
    assertEquals("        ms  who    step", lines.get(1));
    double last = Double.MAX_VALUE;
    for (String line : lines.subList(2, lines.indexOf("        ms  who    waits for others"))) {
      double cost = Double.parseDouble(line.substring(0, 10));
      assertTrue(cost <= last, line);
      last = cost;
    }
    assertEquals("", outcome.out());
  }

  @Test
  void everyCommandThatTakesStepsCanBeTraced(Workbench bench) throws IOException {
    String id = Workbench.id();
    Path file = bench.directory().resolve("trace.json");
    bench.create(bench.bundle().lasting(), id, "--trace=" + file).succeedsSilently();
    assertTrue(
        read(file).get("init").stream().noneMatch(title -> title.contains("startContainer")));
    bench.jrun("start", "--trace=" + file, id).succeedsSilently();
    assertTrue(read(file).containsKey("front"));
    bench.jrun("exec", "--trace=" + file, id, "true").succeedsSilently();
    assertTrue(read(file).get("front").contains("wait for its end"), () -> "" + file);
    bench.jrun("exec", "--detach", "--trace", id, "true").succeeds();
    bench.deleteByForce(id).succeedsSilently();
  }

  @Test
  void aCommandThatFailsHasItsTraceToo(Workbench bench) {
    Outcome outcome = bench.run(bench.bundle().args("nosuch"), "--trace").exits(1);
    assertTrue(outcome.err().contains("trace of run: "), outcome::err);
    assertTrue(outcome.err().contains("executable file not found"), outcome::err);
    assertFalse(outcome.err().contains("Exception"), outcome::err);
  }

  @Test
  void aFileThatCannotBeWrittenIsAWarning(Workbench bench) {
    Outcome outcome = bench.run(bench.bundle().args("true"), "--trace=/nosuch/file").exits(0);
    assertTrue(outcome.err().contains("level=warning"), outcome::err);
    assertTrue(outcome.err().contains("write the trace to /nosuch/file: openat: "), outcome::err);
  }
}
