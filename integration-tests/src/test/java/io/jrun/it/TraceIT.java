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
    JsonNode events = events(file);
    Map<Integer, String> tracks = new HashMap<>();
    Map<Integer, Double> ends = new HashMap<>();
    Map<String, List<String>> out = new HashMap<>();
    for (JsonNode event : events) {
      int track = event.get("tid").asInt();
      if (event.get("name").asText().equals("thread_name")) {
        tracks.put(track, event.at("/args/name").asText());
      } else if (event.get("ph").asText().equals("X")
          && !event.get("cat").asText().equals("call")) {
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

  /** What Trace Event Format demands of each event, for those two kinds of them that there are. */
  private static JsonNode events(Path file) throws IOException {
    JsonNode document = new ObjectMapper().readTree(Files.readString(file));
    assertTrue(List.of("ms", "ns").contains(document.get("displayTimeUnit").asText()));
    JsonNode events = document.get("traceEvents");
    for (JsonNode event : events) {
      assertTrue(event.get("name").isTextual() && !event.get("name").asText().isEmpty());
      assertTrue(event.get("pid").isInt() && event.get("tid").isInt(), event::toString);
      boolean named = event.get("ph").asText().equals("M");
      if (named) {
        assertTrue(event.at("/args/name").isTextual(), event::toString);
      } else {
        assertEquals("X", event.get("ph").asText());
        assertTrue(List.of("work", "wait", "call").contains(event.get("cat").asText()));
        assertTrue(event.get("ts").isNumber() && event.get("ts").asDouble() >= 0, event::toString);
        assertTrue(event.get("dur").isNumber() && event.get("dur").asDouble() >= 0);
      }
    }
    return events;
  }

  private static List<JsonNode> calls(Path file) throws IOException {
    List<JsonNode> out = new ArrayList<>();
    for (JsonNode event : events(file)) {
      if (event.at("/cat").asText().equals("call")) {
        out.add(event);
      }
    }
    return out;
  }

  private static boolean isWithin(JsonNode call, JsonNode step) {
    double begin = step.get("ts").asDouble() - 0.01;
    double end = step.get("ts").asDouble() + step.get("dur").asDouble() + 0.01;
    return step.get("tid").equals(call.get("tid"))
        && call.get("ts").asDouble() >= begin
        && call.get("ts").asDouble() + call.get("dur").asDouble() <= end;
  }

  @Test
  @Tag("smoke")
  @Tag("jvm")
  void callsLieWithinTheirSteps(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("trace.json");
    bench.run(bench.bundle().script("exit 3"), "--trace=" + file, "--trace-calls").exits(3);
    List<JsonNode> calls = calls(file);
    JsonNode proc = null;
    for (JsonNode call : calls) {
      if (call.get("name").asText().equals("fsopen")
          && call.at("/args/call").asText().contains("\"proc\"")) {
        proc = call;
      }
    }
    assertTrue(proc != null, () -> calls.toString());
    assertEquals("/mounts/0", proc.at("/args/field").asText());
    assertTrue(proc.at("/args/errno").isMissingNode());
    // Where a mount namespace begins with the root alone there are two: made, and attached.
    List<JsonNode> around = new ArrayList<>();
    for (JsonNode step : events(file)) {
      if (step.get("name").asText().startsWith("mount proc at /proc") && isWithin(proc, step)) {
        around.add(step);
      }
    }
    assertEquals(1, around.size(), () -> "of " + calls);
    // Each instruction of init's until it waits, once: none is lost, none told twice.
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode call : calls) {
      if (call.get("tid").asInt() == 3) {
        numbers.add(call.at("/args/instruction").asInt());
      }
    }
    assertTrue(numbers.size() > 50, numbers::toString);
    for (int i = 1; i < numbers.size(); i++) {
      assertTrue(numbers.get(i) > numbers.get(i - 1), numbers::toString);
    }
  }

  @Test
  void aCallThatFailsHasItsErrno(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("trace.json");
    Bundle bundle = bench.bundle().args("true").set("/process/cwd", "/bin/busybox");
    bench.run(bundle, "--trace=" + file, "--trace-calls").exits(1);
    List<JsonNode> calls = calls(file);
    assertTrue(
        calls.stream()
            .anyMatch(
                call ->
                    call.at("/args/errno").asText().equals("ENOTDIR")
                        && call.at("/args/field").asText().equals("/process/cwd")),
        calls::toString);
  }

  @Test
  void inTheTableCallsComeLast(Workbench bench) {
    String err = bench.run(bench.bundle().args("true"), "--trace-calls").succeeds().err();
    assertTrue(err.startsWith("trace of run: "), err);
    String calls = err.substring(err.indexOf("        ms  who    call\n"));
    assertTrue(calls.contains("= spawn("), calls);
  }

  /** More than a channel takes at once, from both, while the core has more to send. */
  @Test
  void manyCallsBesideAPlanOfManyBytes(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("trace.json");
    Bundle bundle =
        bench.bundle().args("true").set("/annotations", Map.of("big", "x".repeat(600_000)));
    for (int i = 0; i < 300; i++) {
      bundle.mount("/mnt/" + i, "tmpfs", "tmpfs", "nosuid");
    }
    bench.run(bundle, "--trace=" + file, "--trace-calls").succeedsSilently();
    assertTrue(calls(file).size() > 2000);
  }

  @Test
  void withoutTheOptionNoCallIsTold(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("trace.json");
    bench.run(bench.bundle().args("true"), "--trace=" + file).succeedsSilently();
    assertEquals(List.of(), calls(file));
  }

  /** What front and init ask the kernel for, as strace(1) tells it; a core's threads are apart. */
  private static long clockReads(Workbench bench, String... options) throws IOException {
    Path log = bench.directory().resolve("strace");
    bench
        .runCommand(bench.bundle().args("true"), Workbench.id(), options)
        .executedBy(List.of("strace", "-f", "-qq", "-e", "trace=clock_gettime", "-o", "" + log))
        .run()
        .succeeds();
    return Files.readAllLines(log).stream().filter(line -> line.contains("clock_get")).count();
  }

  @Test
  void withoutTheOptionNoClockIsRead(Workbench bench) throws IOException {
    long plain = clockReads(bench);
    long calls = clockReads(bench, "--trace-calls");
    assertTrue(plain < 20 && calls > plain + 200, plain + " without, " + calls + " with");
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
