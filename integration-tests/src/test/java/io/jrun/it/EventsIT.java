// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** events: lines of JSON as runc prints them, until the container ends. */
@ExtendWith(ResidueExtension.class)
class EventsIT {

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  @Test
  @Tag("smoke")
  void statsAreOneLineInRuncsLayout(Workbench bench) {
    String id = bench.running(bench.bundle().script("while :; do :; done"));
    Workbench.await(
        "use of a processor", () -> stats(bench, id).at("/cpu/usage/total").asLong() > 0);
    Outcome outcome = bench.jrun("events", "--stats", id).succeedsSilently();
    assertEquals(1, outcome.lines().size());
    JsonNode event = json(outcome.out());
    assertEquals("stats", event.get("type").asText());
    assertEquals(id, event.get("id").asText());
    List<String> names = new ArrayList<>();
    event.get("data").fieldNames().forEachRemaining(names::add);
    assertEquals(
        List.of(
            "cpu",
            "cpuset",
            "memory",
            "pids",
            "blkio",
            "hugetlb",
            "intel_rdt",
            "network_interfaces"),
        names);
    JsonNode usage = event.at("/data/cpu/usage");
    assertTrue(usage.get("total").asLong() >= usage.get("user").asLong(), usage::toString);
    assertEquals(1, event.at("/data/pids/current").asInt());
    assertTrue(event.at("/data/cpu/psi/some/total").isNumber(), event::toString);
  }

  private static JsonNode stats(Workbench bench, String id) {
    return bench.jrun("events", "--stats", id).succeedsSilently().json().get("data");
  }

  @Test
  void hugePagesAreToldByTheirSize(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .lasting()
            .set("/linux/resources/hugepageLimits", List.of(Map.of("pageSize", "2MB", "limit", 0)));
    JsonNode hugetlb = stats(bench, bench.running(bundle)).get("hugetlb");
    assertEquals(0, hugetlb.at("/2MB/failcnt").asInt(-1), hugetlb::toString);
  }

  @Test
  void withoutAnyLimitThereAreFiguresToo(Workbench bench) {
    Bundle bundle = bench.bundle().lasting().remove("/linux/resources");
    JsonNode hugetlb = stats(bench, bench.running(bundle)).get("hugetlb");
    assertEquals(0, hugetlb.at("/2MB/failcnt").asInt(-1), hugetlb::toString);
  }

  @Test
  void linesComeUntilTheContainerEnds(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Jrun.Running running = bench.command("events", "--interval", "50ms", id).start();
    Workbench.await("three lines", () -> running.written().lines().count() >= 3);
    assertTrue(running.process().isAlive());
    bench.kill(id, "KILL").succeedsSilently();
    Outcome outcome = running.await().succeedsSilently();
    for (String line : outcome.lines()) {
      assertEquals("stats", json(line).get("type").asText());
    }
    bench.awaitStatus(id, "stopped");
  }

  @Test
  void itEndsBetweenTwoLinesToo(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Jrun.Running running = bench.command("events", "--interval=1h", id).start();
    bench.kill(id, "KILL").succeedsSilently();
    running.await();
    // It may have come when the container had stopped already.
    assertEquals("", running.written());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0s", "-1s"})
  void anIntervalIsMoreThanNothing(String interval, Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench
        .jrun("events", "--interval=" + interval, id)
        .failsWith("duration interval must be greater than 0");
  }

  @Test
  void whatIsNoIntervalIsRefused(Workbench bench) {
    bench
        .jrun("events", "--interval", "soon", "x")
        .failsWith("invalid value \"soon\" for flag -interval: parse error");
  }

  @Test
  @Tag("lab")
  void aKillForWantOfMemoryIsTold(Workbench bench) {
    int limit = 32 << 20;
    Bundle bundle =
        bench
            .bundle()
            .set("/linux/resources/memory", Map.of("limit", limit, "swap", limit))
            .script(
                "trap 'awk \"BEGIN { s = 1; while (1) s = s s }\"' USR1; while :; do sleep 0.1;"
                    + " done");
    String id = bench.running(bundle);
    Jrun.Running running = bench.command("events", "--interval", "100ms", id).start();
    Workbench.await("a line", () -> running.written().contains("stats"));
    assertEquals(limit, stats(bench, id).at("/memory/usage/limit").asInt());
    HostProcess.awaitCaught(bench.pid(id), HostProcess.SIGUSR1);
    bench.kill(id, "USR1").succeedsSilently();
    Workbench.await(
        "the news", () -> running.written().contains("{\"type\":\"oom\",\"id\":\"" + id + "\"}"));
    bench.kill(id, "KILL").succeedsSilently();
    running.await().succeedsSilently();
  }

  /** Types and ids, in their order. */
  private static List<String> told(Jrun.Running running) {
    return running
        .written()
        .lines()
        .map(EventsIT::json)
        .map(event -> event.get("type").asText() + " " + event.get("id").asText())
        .toList();
  }

  @Test
  @Tag("smoke")
  void aNodeIsFollowed(Workbench bench) throws InterruptedException {
    String there = bench.running(bench.bundle().lasting());
    Jrun.Running running = bench.command("events", "--follow").start();
    List<String> expected = new ArrayList<>();
    awaitTold(running, expected, "found " + there);
    String id = bench.created(bench.bundle().lasting());
    awaitTold(running, expected, "created " + id);
    bench.start(id).succeedsSilently();
    awaitTold(running, expected, "started " + id);
    bench.jrun("pause", id).succeedsSilently();
    awaitTold(running, expected, "paused " + id);
    bench.jrun("resume", id).succeedsSilently();
    awaitTold(running, expected, "resumed " + id);
    bench.kill(there, "KILL").succeedsSilently();
    awaitTold(running, expected, "ended " + there);
    bench.delete(there).succeedsSilently();
    awaitTold(running, expected, "deleted " + there);
    bench.deleteByForce(id).succeedsSilently();
    awaitTold(running, expected, "ended " + id);
    awaitTold(running, expected, "deleted " + id);
    JsonNode first = json(running.written().lines().findFirst().orElseThrow());
    assertEquals("running", first.get("status").asText());
    assertTrue(first.get("pid").asInt() > 1);
    assertTrue(first.get("time").asText().endsWith("Z"));
    running.process().destroy();
    running.process().waitFor();
  }

  private static void awaitTold(Jrun.Running running, List<String> expected, String next) {
    expected.add(next);
    Workbench.await(next, () -> told(running).size() >= expected.size());
    List<String> told = told(running);
    // Of what one command does the next event may be there already.
    assertEquals(expected, told.subList(0, expected.size()));
  }

  @Test
  void aRootThatIsNotThereYetIsWaitedFor(Workbench bench) throws InterruptedException {
    Jrun.Running running = bench.command("events", "--follow").start();
    Workbench.await("the root", () -> Files.isDirectory(bench.root()));
    String id = bench.running(bench.bundle().lasting());
    Workbench.await("both", () -> told(running).size() >= 2);
    assertEquals(List.of("created " + id, "started " + id), told(running));
    running.process().destroy();
    running.process().waitFor();
  }

  @Test
  void aNodeIsFollowedWithoutAnId(Workbench bench) {
    Outcome outcome = bench.jrun("events", "--follow", "x").exits(1);
    assertTrue(
        outcome.err().contains("\\\"events\\\" requires exactly 0 argument(s)"), outcome::err);
  }
}
