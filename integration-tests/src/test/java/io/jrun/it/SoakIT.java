// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Containers created, started and deleted for as long as one likes: {@code -Djrun.soak.cycles=N},
 * scripts/soak. What the kernel keeps of them is nothing.
 */
@ExtendWith(ResidueExtension.class)
@Tag("soak")
class SoakIT {
  private static final int CYCLES = Integer.getInteger("jrun.soak.cycles", 2000);

  /** What the first ones bring is here to stay: caches, the core's heap. */
  private static final int FIRST = 200;

  /** As much as the rest of a machine makes it come and go, in KiB. */
  private static final long NOISE = 32 << 10;

  private static final Path SCRIPT = Path.of("src/test/bash/cycles.sh").toAbsolutePath();

  private static void cycle(int number, Workbench bench, Bundle bundle) {
    bench
        .bareCommand(
            Integer.toString(number),
            bundle.directory().toString(),
            Jrun.binary().toString(),
            "--root",
            bench.root().toString())
        .by(SCRIPT)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .limit(Duration.ofSeconds(60 + number))
        .run()
        .succeedsSilently();
  }

  /** What must be the same after any number of containers. */
  private static Map<String, Long> counts(Workbench bench) throws IOException {
    Map<String, Long> out = new TreeMap<>();
    for (String line : Files.readAllLines(Snapshot.CGROUPS.resolve("cgroup.stat"))) {
      String[] words = line.split(" ");
      if (words[0].startsWith("nr_") && !words[0].contains("subsys")) {
        out.put("cgroups " + words[0], Long.parseLong(words[1]));
      }
    }
    out.put("mounts", (long) Files.readAllLines(Path.of("/proc/self/mountinfo")).size());
    out.put(
        "keys",
        Files.readAllLines(Path.of("/proc/keys")).stream()
            .filter(each -> each.contains("_ses."))
            .count());
    out.put("bpf programs", programs(bench));
    out.put("descriptors of the core", descriptors());
    out.put("files", files());
    return out;
  }

  private static long programs(Workbench bench) {
    return Long.parseLong(
        bench
            .bareCommand(Path.of("src/test/perl/bpfprograms.pl").toAbsolutePath().toString())
            .by(Path.of("/usr/bin/perl"))
            .env("PATH", "/usr/bin:/bin")
            .run()
            .succeeds()
            .text());
  }

  private static long descriptors() throws IOException {
    List<Path> out = new ArrayList<>();
    if (WarmCore.shared().isPresent()) {
      long pid = WarmCore.shared().get().process().pid();
      try (var entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
        entries.forEach(out::add);
      }
    }
    return out.size();
  }

  /** What the kernel has allocated and cannot take back, in KiB. */
  private static long slab() throws IOException {
    return kilobytes(Path.of("/proc/meminfo"), "SUnreclaim:");
  }

  /** What the warm core has resident that is no file's, in KiB; 0 if there is none. */
  private static long memory() throws IOException {
    return WarmCore.shared().isEmpty()
        ? 0
        : kilobytes(
            Path.of("/proc/" + WarmCore.shared().get().process().pid() + "/status"), "RssAnon:");
  }

  private static long kilobytes(Path file, String name) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  /** What lies on the file systems in memory that everybody may write to. */
  private static long files() throws IOException {
    long out = 0;
    for (String place : List.of("/run", "/tmp", "/dev/shm")) {
      try (var all = Files.walk(Path.of(place))) {
        out += all.count();
      }
    }
    return out;
  }

  @Test
  void nothingIsKeptOfContainersThatWere(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().args("true").write();
    cycle(FIRST, bench, bundle);
    Map<String, Long> before = counts(bench);
    final long slab = slab();
    final long memory = memory();
    cycle(CYCLES, bench, bundle);
    // Of keys and cgroups the last are given back a moment later.
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!growth(before, bench).isEmpty() && System.nanoTime() < end) {
      Workbench.pause(100);
    }
    assertEquals(Map.of(), growth(before, bench));
    long grown = slab() - slab;
    System.out.printf(
        "%d containers: slab %d to %d KiB, the core's own memory %d to %d KiB,%n%s, then%n%s%n",
        CYCLES, slab, slab + grown, memory, memory(), before, counts(bench));
    // A kilobyte for each would be a leak.
    assertTrue(grown < NOISE + CYCLES, () -> "slab has grown by " + grown + " KiB");
    assertTrue(memory() - memory < NOISE, "the core has grown from " + memory + " KiB");
  }

  /** What is more than before by one for every tenth container: others use the machine too. */
  private static Map<String, Long> growth(Map<String, Long> before, Workbench bench) {
    try {
      Map<String, Long> out = counts(bench);
      out.replaceAll((name, count) -> count - before.get(name));
      out.values().removeIf(grown -> grown <= CYCLES / 10);
      return out;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
