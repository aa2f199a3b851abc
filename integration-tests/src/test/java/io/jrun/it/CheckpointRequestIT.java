// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What each option makes of the request to CRIU, whatever the kernel here can do of it. */
@ExtendWith(ResidueExtension.class)
class CheckpointRequestIT {
  /** Options of both commands, and what they put into a request. */
  private static final Map<List<String>, String> OF_BOTH =
      Map.ofEntries(
          Map.entry(List.of("--tcp-established"), "tcp_established: 1"),
          Map.entry(List.of("--ext-unix-sk"), "ext_unix_sk: 1"),
          Map.entry(List.of("--shell-job"), "shell_job: 1"),
          Map.entry(List.of("--file-locks"), "file_locks: 1"),
          Map.entry(List.of("--lazy-pages"), "lazy_pages: 1"),
          Map.entry(List.of("--auto-dedup"), "auto_dedup: 1"),
          Map.entry(List.of("--manage-cgroups-mode", "ignore"), "manage_cgroups_mode: 0"),
          Map.entry(List.of("--manage-cgroups-mode", "soft"), "manage_cgroups_mode: 3"),
          Map.entry(List.of("--manage-cgroups-mode", "full"), "manage_cgroups_mode: 4"),
          Map.entry(List.of("--manage-cgroups-mode", "strict"), "manage_cgroups_mode: 5"),
          Map.entry(List.of("--empty-ns", "network"), "empty_ns: 1073741824"));

  private static final Map<List<String>, String> OF_CHECKPOINT =
      Map.ofEntries(
          Map.entry(List.of("--tcp-skip-in-flight"), "tcp_skip_in_flight: 1"),
          Map.entry(List.of("--link-remap"), "link_remap: 1"),
          Map.entry(List.of("--page-server", "192.0.2.1:4000"), "ps: [192.0.2.1, 4000]"),
          Map.entry(List.of("--leave-running"), "leave_running: 1"));

  private static final Map<List<String>, String> OF_RESTORE =
      Map.ofEntries(
          Map.entry(List.of("--lsm-profile", "apparmor:other"), "lsm_profile: apparmor:other"),
          Map.entry(
              List.of("--lsm-mount-context", "system_u:object_r:c_t:s0"),
              "lsm_mount_context: system_u:object_r:c_t:s0"));

  /** Said whatever is asked for. */
  private static final List<String> ALWAYS =
      List.of("log_level: 4", "notify_scripts: 1", "manage_cgroups: 1", "orphan_pts_master: 1");

  private static Jrun command(Workbench bench, String verb, Path work, String id, String... more)
      throws IOException {
    String[] words = new String[more.length + 6];
    words[0] = verb;
    words[1] = "--image-path";
    words[2] = bench.directory().resolve("images").toString();
    words[3] = "--work-path";
    words[4] = work.toString();
    System.arraycopy(more, 0, words, 5, more.length);
    words[words.length - 1] = id;
    return bench.command(words).env("PATH", CriuRequests.path(bench));
  }

  private static String[] words(List<String> option, String... more) {
    String[] words = option.toArray(new String[option.size() + more.length]);
    System.arraycopy(more, 0, words, option.size(), more.length);
    return words;
  }

  @Test
  void eachOptionOfACheckpointReachesCriu(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path plain = bench.directory().resolve("plain");
    command(bench, "checkpoint", plain, id, "--leave-running").run().succeedsSilently();
    List<String> without = CriuRequests.last(plain);
    assertTrue(without.containsAll(ALWAYS), without::toString);
    assertTrue(without.contains("pid: " + bench.pid(id)), without::toString);
    assertTrue(
        without.stream().anyMatch(each -> each.matches("freeze_cgroup: /.*/" + id)),
        without::toString);
    Map<String, List<String>> options = new TreeMap<>();
    OF_BOTH.forEach((option, line) -> options.put(line, option));
    OF_CHECKPOINT.forEach((option, line) -> options.put(line, option));
    int number = 0;
    for (Map.Entry<String, List<String>> each : options.entrySet()) {
      Path work = bench.directory().resolve("work" + number++);
      boolean leaves = each.getValue().contains("--leave-running");
      String[] words = leaves ? words(each.getValue()) : words(each.getValue(), "--leave-running");
      command(bench, "checkpoint", work, id, words).run().succeedsSilently();
      List<String> lines = CriuRequests.last(work);
      assertTrue(lines.contains(each.getKey()), () -> each + ": " + lines);
      boolean isDefault =
          each.getKey().matches("manage_cgroups_mode: 3|empty_ns.*|leave_running.*");
      assertEquals(isDefault, without.contains(each.getKey()), each::toString);
    }
    assertEquals("running", bench.status(id));
  }

  @Test
  void eachOptionOfARestoreReachesCriu(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    String running = bench.running(bundle);
    Path work = bench.directory().resolve("work");
    command(bench, "checkpoint", work, running, "--leave-running").run().succeedsSilently();
    Map<String, List<String>> options = new TreeMap<>();
    OF_BOTH.forEach((option, line) -> options.put(line, option));
    OF_RESTORE.forEach((option, line) -> options.put(line, option));
    for (Map.Entry<String, List<String>> each : options.entrySet()) {
      String id = Workbench.id();
      Files.delete(work.resolve("requests"));
      String[] words = words(each.getValue(), "--bundle", bundle.directory().toString());
      Outcome outcome = command(bench, "restore", work, id, words).run().exits(1);
      assertTrue(outcome.message().contains("criu failed: type RESTORE"), outcome::toString);
      bench.assertNothingOf(id);
      List<String> lines = CriuRequests.last(work);
      assertTrue(lines.contains(each.getKey()), () -> each + ": " + lines);
      assertTrue(lines.containsAll(ALWAYS), lines::toString);
      assertTrue(lines.contains("rst_sibling: 1"), lines::toString);
      // Where the container is to be, and in no hierarchy that is not its own.
      assertEquals(
          List.of("cg_root: [, /" + id + "]"),
          lines.stream()
              .filter(line -> line.startsWith("cg_root"))
              .map(line -> line.replaceAll(", /.*/", ", /"))
              .toList());
    }
  }

  /** Nothing can reach a container that has a loopback device alone while it stands still. */
  @Test
  void noNetworkIsLockedWhereNothingCanArrive(Workbench bench) throws IOException {
    String alone = bench.running(bench.bundle().lasting());
    String skip = "network_lock: 3";
    assertTrue(asked(bench, alone, "").contains(skip), "it is locked");
    assertFalse(asked(bench, alone, "", "--tcp-established").contains(skip));
    // 3.19 is the first that can be told so.
    assertTrue(asked(bench, alone, "3.19").contains(skip), "it is locked");
    assertFalse(asked(bench, alone, "3.18").contains(skip));
    Bundle hosts = bench.bundle().lasting().withoutNamespace("network");
    if (Files.readAllLines(Path.of("/proc/self/net/dev")).size() > 3) {
      assertFalse(asked(bench, bench.running(hosts), "").contains(skip));
    }
  }

  private static List<String> asked(Workbench bench, String id, String version, String... options)
      throws IOException {
    Path work = bench.directory().resolve("asked");
    Files.deleteIfExists(work.resolve("requests"));
    Jrun dump = command(bench, "checkpoint", work, id, words(List.of(options), "--leave-running"));
    (version.isEmpty() ? dump : dump.env("CRIU_VERSION", version)).run().succeedsSilently();
    return CriuRequests.last(work);
  }

  /** CRIU finds it frozen, so it need not wait for that; afterwards it goes on. */
  @Test
  void itStandsStillWhenCriuIsAsked(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path frozen = bench.directory().resolve("frozen");
    for (String version : new String[] {"4.1", "3.17"}) {
      command(bench, "checkpoint", bench.directory().resolve("work"), id, "--leave-running")
          .env("CRIU_FROZEN", frozen.toString())
          .env("CRIU_VERSION", version)
          .run()
          .succeedsSilently();
      String events = Files.readString(frozen);
      assertTrue(events.contains("frozen 1"), () -> version + ": " + events);
      assertEquals("running", bench.status(id));
    }
    bench.jrun("pause", id).succeedsSilently();
    command(bench, "checkpoint", bench.directory().resolve("work"), id, "--leave-running")
        .run()
        .succeedsSilently();
    assertEquals("paused", bench.status(id));
  }

  @Test
  void tooOldACriuIsRefused(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome =
        command(bench, "checkpoint", bench.directory().resolve("work"), id)
            .env("CRIU_VERSION", "3.14")
            .run()
            .exits(1);
    assertTrue(outcome.message().contains("is version 3.14, too old"), outcome::toString);
    assertEquals("running", bench.status(id));
  }

  /** Three in a row: two that leave it running, each on what the one before has. */
  @Test
  void aChainOfDumpsNamesItsParents(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path work = bench.directory().resolve("work");
    Path images = bench.directory().resolve("images");
    command(bench, "checkpoint", work, id, "--pre-dump").run().succeedsSilently();
    List<String> first = CriuRequests.last(work);
    assertTrue(first.contains("track_mem: 1"), first::toString);
    assertFalse(first.toString().contains("parent_img"), first::toString);
    assertFalse(Files.exists(images.resolve("descriptors.json")), "memory alone is written");
    Files.move(images, bench.directory().resolve("first"));
    command(bench, "checkpoint", work, id, "--pre-dump", "--parent-path", "../first")
        .run()
        .succeedsSilently();
    List<String> second = CriuRequests.last(work);
    assertTrue(second.contains("parent_img: ../first"), second::toString);
    Files.move(images, bench.directory().resolve("second"));
    command(bench, "checkpoint", work, id, "--parent-path", "../second", "--leave-running")
        .run()
        .succeedsSilently();
    List<String> third = CriuRequests.last(work);
    assertTrue(third.contains("parent_img: ../second"), third::toString);
    assertTrue(third.contains("track_mem: 1"), third::toString);
    assertTrue(Files.exists(images.resolve("descriptors.json")));
    assertEquals("running", bench.status(id));
  }

  /** A NUL, and the end. */
  @Test
  void whoWaitsForPagesIsTold(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path told = bench.directory().resolve("told");
    command(
            bench,
            "checkpoint",
            bench.directory().resolve("work"),
            id,
            "--lazy-pages",
            "--leave-running",
            "--page-server",
            "127.0.0.1:4000",
            "--status-fd",
            "7")
        .through("exec \"$@\" 7>" + told)
        .run()
        .succeedsSilently();
    assertEquals("\0", Files.readString(told));
  }
}
