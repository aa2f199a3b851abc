// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Checkpoint and restore with what only a whole machine with a kernel and a CRIU that get along
 * has: memory that is tracked, systemd's cgroups and their limits, AppArmor, pages that come later.
 * The suite's own runc does each flow first, where it can.
 */
@ExtendWith(ResidueExtension.class)
@Tag("lab")
@Tag("newer")
class CheckpointNewerIT {
  private static final String RUNC = "/usr/sbin/runc";

  /**
   * A process that has 4 MB of memory, does nothing with it any more, and has no children that had
   * it too.
   */
  private static final String MEMORY =
      "(head -c 4000000 /dev/zero | tr '\\0' a; exec sleep 100000) | sort >/dev/null & "
          + "until [ $(awk '/VmRSS/ { print $2 }' /proc/$!/status) -gt 3900 ]; do usleep 10000; done; ";

  private static String options;

  @BeforeAll
  static void prepare() throws IOException, InterruptedException {
    options = options();
    Criu.prepare();
    mountAgain();
  }

  /** What the hierarchy of cgroups is mounted with. */
  private static String options() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .filter(each -> each.contains(" /sys/fs/cgroup "))
            .findFirst()
            .orElseThrow();
    return line.substring(line.lastIndexOf(' ') + 1);
  }

  /** CRIU mounts it without options, of which the last mount's count; jrun gives them back. */
  private static void mountAgain() throws IOException, InterruptedException {
    if (!options().equals(options)) {
      Process mount =
          new ProcessBuilder("mount", "-o", "remount," + options, "/sys/fs/cgroup").start();
      assertEquals(0, mount.waitFor());
    }
    assertEquals(options, options());
  }

  /** Commands of one runtime for one container, with directories of its own. */
  private record Container(Workbench bench, Path runtime, Bundle bundle, String id, Path place) {
    static Container of(Workbench bench, String runtime, Bundle bundle) throws IOException {
      bundle.write();
      Path place = Files.createTempDirectory(bench.directory(), "of");
      return new Container(bench, Path.of(runtime), bundle, Workbench.id(), place);
    }

    Jrun command(String... words) {
      return bench
          .command(words)
          .by(runtime)
          .env("PATH", Criu.path())
          .limit(Workbench.patiently(java.time.Duration.ofSeconds(60)));
    }

    /** {@code before}: options of the runtime itself. */
    private Jrun command(List<String> before, String verb, List<String> own, String... more) {
      List<String> words = new ArrayList<>(before);
      words.add(verb);
      words.addAll(own);
      words.addAll(Arrays.asList(more));
      words.add(id);
      return command(words.toArray(String[]::new));
    }

    /** Has it count, from the beginning, until it has come so far. */
    void counts(long least, String... before) throws IOException {
      Files.deleteIfExists(bench.directory().resolve("log/count"));
      run(before);
      Criu.awaitCountAbove(bench, least);
    }

    private void run(String... before) {
      List<String> own = List.of("--detach", "--bundle", bundle.directory().toString());
      command(Arrays.asList(before), "run", own)
          .through("exec \"$@\" </dev/null >/dev/null 2>&1")
          .run()
          .exits(0);
    }

    Path images(String name) {
      return place.resolve(name);
    }

    Outcome dump(String name, String... options) {
      List<String> own =
          List.of("--image-path", images(name).toString(), "--work-path", place.toString());
      return command(List.of(), "checkpoint", own, options).run();
    }

    Outcome restore(String name, List<String> before, String... options) {
      return restore(name, place, before, options);
    }

    Outcome restore(String name, Path work, List<String> before, String... options) {
      List<String> own =
          List.of(
              "--detach",
              "--bundle",
              bundle.directory().toString(),
              "--image-path",
              images(name).toString(),
              "--work-path",
              work.toString());
      return command(before, "restore", own, options)
          .through("exec \"$@\" </dev/null >/dev/null 2>&1")
          .run();
    }

    int pid() {
      return command("state", id).run().succeeds().json().get("pid").asInt();
    }

    String status() {
      return command("state", id).run().succeeds().json().get("status").asText();
    }

    Path cgroup() throws IOException {
      String text = Files.readString(Path.of("/proc/" + pid() + "/cgroup"));
      String line = text.lines().filter(each -> each.startsWith("0::")).findFirst().orElseThrow();
      return Path.of("/sys/fs/cgroup" + line.substring("0::".length()));
    }

    void delete() {
      command("delete", "--force", id).run().exits(0);
    }
  }

  private interface Flow {
    void on(Container container) throws IOException;
  }

  /** With runc first; the container is removed, whatever came of it. */
  private static void each(Workbench bench, TestReporter reporter, Bundle bundle, Flow flow)
      throws IOException {
    EngineFlow.with(
        RUNC, Jrun.binary().toString(), reporter, name -> with(bench, name, bundle, flow));
  }

  private static void with(Workbench bench, String runtime, Bundle bundle, Flow flow)
      throws IOException {
    Container container = Container.of(bench, runtime, bundle);
    try {
      flow.on(container);
    } finally {
      container.delete();
      if (runtime.equals(RUNC)) {
        remount();
      }
    }
    assertEquals(options, options());
  }

  private static void remount() throws IOException {
    try {
      mountAgain();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long size(Path images) throws IOException {
    try (var files = Files.list(images)) {
      return files
          .filter(each -> each.getFileName().toString().startsWith("pages-"))
          .mapToLong(each -> each.toFile().length())
          .sum();
    }
  }

  /**
   * How long processes stood still, in ms, as the last dump of CRIU's has it: the time to freeze
   * them, and the time until they went on (stats-dump: {@code dump_stats_entry}, fields 1 and 2).
   */
  private static long stoodStill(Container container) throws IOException {
    ByteBuffer in =
        ByteBuffer.wrap(Files.readAllBytes(container.place().resolve("stats-dump")))
            .order(ByteOrder.LITTLE_ENDIAN);
    // Two magic numbers, the message's size, and in it the field of a dump with its size.
    in.position(14);
    long sum = 0;
    for (int field = 1; field <= 2; field++) {
      assertEquals(field << 3, in.get());
      int shift = 0;
      byte next;
      do {
        next = in.get();
        sum += (next & 0x7fL) << shift;
        shift += 7;
      } while (next < 0);
    }
    return sum / 1000;
  }

  /** Two that leave it running, each with what has changed since the one before; 4 MB have not. */
  @Test
  void aChainOfThreeDumpsHasEachPageOnce(Workbench bench, TestReporter reporter)
      throws IOException {
    Bundle bundle = Criu.counting(bench).script(MEMORY + Criu.COUNTING);
    each(
        bench,
        reporter,
        bundle,
        container -> {
          container.counts(10);
          container.dump("first", "--pre-dump").exits(0);
          final long first = stoodStill(container);
          assertTrue(size(container.images("first")) > 3_900_000, "the memory is not there");
          container
              .dump("second", "--pre-dump", "--parent-path", "../first", "--auto-dedup")
              .exits(0);
          final long second = stoodStill(container);
          assertEquals("running", container.status());
          assertTrue(size(container.images("second")) < 1_000_000, "it is there twice");
          container.dump("third", "--parent-path", "../second", "--auto-dedup").exits(0);
          reporter.publishEntry(
              "ms of standing still with " + container.runtime().getFileName(),
              first + ", " + second + ", " + stoodStill(container));
          assertTrue(size(container.images("third")) < 1_000_000, "it is there once more");
          long before = Criu.count(bench);
          container.restore("third", List.of()).exits(0);
          Criu.awaitCountAbove(bench, before);
          assertEquals("running", container.status());
        });
  }

  /** Paused it is dumped and stays so; what is restored runs, in a unit, with its limits. */
  @Test
  void aUnitOfSystemdsIsRestoredWithItsLimits(Workbench bench, TestReporter reporter)
      throws IOException {
    Bundle bundle =
        Criu.counting(bench)
            .set("/linux/resources/memory", Map.of("limit", 64 << 20))
            .set("/linux/resources/pids", Map.of("limit", 77))
            .set("/process/oomScoreAdj", 321);
    each(
        bench,
        reporter,
        bundle,
        container -> {
          container.counts(3, "--systemd-cgroup");
          final Path cgroup = container.cgroup();
          container.command("pause", container.id()).run().exits(0);
          container.dump("paused", "--leave-running").exits(0);
          assertEquals("paused", container.status());
          container.command("resume", container.id()).run().exits(0);
          Criu.awaitCountAbove(bench, Criu.count(bench));
          container.dump("images").exits(0);
          Workbench.await("the end of its unit", () -> !Files.exists(cgroup));
          long before = Criu.count(bench);
          container.restore("images", List.of("--systemd-cgroup")).exits(0);
          Criu.awaitCountAbove(bench, before);
          assertEquals(cgroup, container.cgroup());
          assertEquals(
              "active",
              bench
                  .bareCommand("is-active", cgroup.getFileName().toString())
                  .by(Path.of("/usr/bin/systemctl"))
                  .run()
                  .out()
                  .strip());
          assertEquals("67108864", Files.readString(cgroup.resolve("memory.max")).strip());
          assertEquals("77", Files.readString(cgroup.resolve("pids.max")).strip());
          Path score = Path.of("/proc/" + container.pid() + "/oom_score_adj");
          assertEquals("321", Files.readString(score).strip());
        });
  }

  @Test
  @Tag("lab-long")
  void itsAppArmorProfileIsKeptOrAnother(Workbench bench, TestReporter reporter)
      throws IOException {
    String profile = "jrun-" + Workbench.id();
    Path source = bench.directory().resolve("profile");
    String rules =
        " flags=(attach_disconnected,mediate_deleted) {\n  file,\n  signal,\n  ptrace,\n  network,\n  unix,\n  capability,\n}\n";
    Files.writeString(
        source, "profile " + profile + rules + "profile " + profile + "-other" + rules);
    LabIT.parser(bench, "--replace", source);
    try {
      Bundle bundle = Criu.counting(bench).set("/process/apparmorProfile", profile);
      each(
          bench,
          reporter,
          bundle,
          container -> {
            container.counts(3);
            container.dump("images").exits(0);
            final long before = Criu.count(bench);
            container.restore("images", List.of()).exits(0);
            Criu.awaitCountAbove(bench, before);
            assertEquals(profile + " (enforce)", label(container));
            container.delete();
            container
                .restore("images", List.of(), "--lsm-profile", "apparmor:" + profile + "-other")
                .exits(0);
            assertEquals(profile + "-other (enforce)", label(container));
          });
    } finally {
      LabIT.parser(bench, "--remove", source);
    }
  }

  private static String label(Container container) throws IOException {
    return Files.readString(Path.of("/proc/" + container.pid() + "/attr/current")).strip();
  }

  /** Its memory comes when it is touched: from a checkpoint that waits until all of it has gone. */
  @Test
  @Tag("lab-long")
  void pagesComeLater(Workbench bench, TestReporter reporter) throws IOException {
    Bundle bundle =
        Criu.counting(bench)
            .script("x=$(head -c 4000000 /dev/zero | tr '\\0' a); " + Criu.COUNTING);
    each(
        bench,
        reporter,
        bundle,
        container -> {
          container.counts(3);
          final Path cgroup = container.cgroup();
          Path images = container.images("images");
          Path ready = container.place().resolve("ready");
          Jrun.Running dump =
              container
                  .command(
                      "checkpoint",
                      "--lazy-pages",
                      "--page-server",
                      "127.0.0.1:4568",
                      "--status-fd",
                      "7",
                      "--image-path",
                      images.toString(),
                      "--work-path",
                      container.place().toString(),
                      container.id())
                  .through("exec \"$@\" 7>" + ready)
                  .start();
          Workbench.await(
              "a server of pages", () -> !dump.process().isAlive() || ready.toFile().length() > 0);
          assertTrue(dump.process().isAlive(), () -> dump.await().toString());
          long before = Criu.count(bench);
          Process pages = Criu.lazyPages(images, "4568");
          try {
            String moved = Workbench.id();
            Container other =
                new Container(bench, container.runtime(), bundle, moved, container.place());
            try {
              // Where its CRIU looks for the other's socket.
              other.restore("images", images, List.of(), "--lazy-pages").exits(0);
              Criu.awaitCountAbove(bench, before);
              dump.await().exits(0);
              assertEquals(0, pages.waitFor());
            } finally {
              other.delete();
            }
            if (container.runtime().equals(Path.of(RUNC))) {
              // It leaves that, and 1.1 has the other in it.
              Workbench.await("no cgroup", () -> !Files.exists(cgroup) || cgroup.toFile().delete());
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            pages.destroyForcibly();
          }
        });
  }

  /** jrun alone: runc of the suites that this runs in makes none. */
  @Test
  void clocksThatAreOffGoOn(Workbench bench) throws IOException {
    Bundle bundle =
        Criu.counting(bench)
            .set("/linux/namespaces/-", Map.of("type", "time"))
            .set("/linux/timeOffsets", Map.of("boottime", Map.of("secs", 1_728_000)));
    with(
        bench,
        Jrun.binary().toString(),
        bundle,
        container -> {
          container.counts(3);
          container.dump("images").exits(0);
          long before = Criu.count(bench);
          container.restore("images", List.of()).exits(0);
          Criu.awaitCountAbove(bench, before);
          assertNotEquals(
              HostProcess.ownNamespace("time"), HostProcess.namespace(container.pid(), "time"));
          String uptime =
              container
                  .command("exec", container.id(), "cut", "-d.", "-f1", "/proc/uptime")
                  .run()
                  .succeeds()
                  .out()
                  .strip();
          assertTrue(Long.parseLong(uptime) > 1_728_000, uptime);
        });
  }
}
