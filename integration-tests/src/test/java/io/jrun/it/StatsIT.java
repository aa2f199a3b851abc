// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** stats: what containers use, read by people and by programs. */
@ExtendWith(ResidueExtension.class)
class StatsIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static List<String> words(String line) {
    return List.of(line.trim().split(" +"));
  }

  @Test
  @Tag("smoke")
  void aTableHasARowForEachContainerThatHasNotStopped(Workbench bench) {
    String busy = bench.running(bench.bundle().script("while :; do :; done"));
    String idle = bench.running(bench.bundle().lasting());
    String gone = bench.running(bench.bundle().lasting());
    bench.kill(gone, "KILL").succeedsSilently();
    bench.awaitStatus(gone, "stopped");
    List<String> lines = bench.jrun("stats", "--interval", "200ms").succeedsSilently().lines();
    assertEquals(
        List.of("ID", "STATUS", "CPU", "%", "MEMORY", "LIMIT", "READ", "WRITTEN", "PIDS"),
        words(lines.get(0)));
    assertEquals(3, lines.size(), lines::toString);
    for (String line : lines.subList(1, 3)) {
      List<String> words = words(line);
      assertTrue(List.of(busy, idle).contains(words.get(0)), line);
      assertEquals("running", words.get(1));
      double percent = Double.parseDouble(words.get(2));
      // A shell that waits uses nothing to speak of; a busy one what the machine has left for it.
      assertTrue(words.get(0).equals(busy) ? percent > 1 : percent < 50, line);
    }
  }

  @Test
  void aLineOfJsonLeavesOutWhatIsNotCounted(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome = bench.jrun("stats", "--format=json", "--interval=10ms", id);
    assertEquals(1, outcome.succeedsSilently().lines().size());
    JsonNode usage = JSON.readTree(outcome.out());
    assertEquals(id, usage.get("id").asText());
    assertEquals("running", usage.get("status").asText());
    assertTrue(usage.get("cpuPercent").isNumber());
    assertTrue(usage.get("pids").asInt() >= 1);
  }

  @Test
  @Tag("lab")
  void memoryIsToldWithItsLimit(Workbench bench) throws IOException {
    Bundle bundle =
        bench.bundle().lasting().set("/linux/resources/memory", Map.of("limit", 64 << 20));
    String id = bench.running(bundle);
    JsonNode usage =
        JSON.readTree(
            bench.jrun("stats", "--format=json", "--interval=10ms", id).succeedsSilently().out());
    assertEquals(64 << 20, usage.get("memoryLimit").asInt());
    assertTrue(usage.get("memory").asInt() > 0);
    assertTrue(bench.jrun("stats", "--interval=10ms", id).out().contains("64.0MiB"));
  }

  @Test
  void watchedItGoesOnUntilItIsInterrupted(Workbench bench) throws InterruptedException {
    String id = bench.running(bench.bundle().lasting());
    Jrun.Running running = bench.command("stats", "--watch", "--interval=20ms", id).start();
    Workbench.await("three tables", () -> running.written().split("ID ", -1).length > 3);
    running.process().destroy();
    running.process().waitFor();
  }

  @Test
  void whatIsNotThereOrNotUnderstoodIsRefused(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.jrun("stats", "nosuch").failsWith("container does not exist");
    bench.jrun("stats", "--format=xml", id).failsWith("invalid format option");
    bench.jrun("stats", "--interval=0", id).failsWith("duration interval must be greater than 0");
  }
}
