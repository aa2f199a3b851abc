// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The verbs that create stores, in every state: the stored program, a cold core and a warm one give
 * the same output, exit code and log record, and leave the same behind. Where the program is enough
 * it is run by a front that has no core to ask. A container is made anew for each of the three.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class VerbsAgreeIT {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static Path directory;
  private static Path coreless;
  private static WarmCore warm;

  /** Makes and removes the containers as well, so that most of the time goes into the verbs. */
  @BeforeAll
  static void startCore() throws IOException {
    directory = Files.createTempDirectory("agree");
    coreless = Distribution.withoutCore(directory.resolve("front"));
    warm =
        WarmCore.start(
            Jrun.binary(),
            directory.resolve("warm").resolve("core.sock"),
            List.of(),
            "--idle-timeout",
            "0");
  }

  @AfterAll
  static void endCore() throws IOException {
    warm.close();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private enum Way {
    STORED,
    COLD,
    WARM
  }

  /** What came of a verb, without what differs from one container to the next. */
  private record Result(int exitCode, String out, String err, String log, Set<String> left) {}

  @ParameterizedTest(name = "{1} in state {0}")
  @CsvSource({
    "none,       start,          core,   none",
    "none,       state,          core,   none",
    "none,       kill,           core,   none",
    "none,       delete,         core,   none",
    "none,       delete --force, core,   none",
    "none,       pause,          core,   none",
    "none,       resume,         core,   none",
    "created,    start,          stored, running",
    "created,    state,          stored, created",
    "created,    kill,           stored, stopped",
    "created,    kill 9,         stored, stopped",
    "created,    kill KILL,      stored, stopped",
    "created,    kill --all 9,   core,   stopped",
    "created,    delete,         core,   none",
    "created,    delete --force, stored, none",
    "created,    pause,          stored, paused",
    "created,    resume,         core,   created",
    "running,    start,          core,   running",
    "running,    state,          stored, running",
    "running,    kill,           stored, stopped",
    "running,    kill 10,        stored, running",
    "running,    kill 0,         stored, running",
    "running,    kill SIGUSR1,   stored, running",
    "running,    kill sigkill,   stored, stopped",
    "running,    kill RTMIN+40,  core,   running",
    "running,    kill --signal=9, stored, stopped",
    "running,    kill -s=KILL,   stored, stopped",
    "running,    kill 65,        core,   running",
    "running,    kill 9,         stored, stopped",
    "running,    kill --all 9,   core,   stopped",
    "running,    delete,         core,   running",
    "running,    delete --force, stored, none",
    "running,    delete -f,      stored, none",
    "running,    pause,          stored, paused",
    "running,    resume,         core,   running",
    "paused,     start,          core,   paused",
    "paused,     state,          core,   paused",
    "paused,     kill 9,         stored, stopped",
    "paused,     delete,         core,   paused",
    "paused,     delete --force, stored, none",
    "paused,     pause,          core,   paused",
    "paused,     resume,         stored, running",
    "stopped,    start,          core,   stopped",
    "stopped,    state,          stored, stopped",
    "stopped,    kill,           core,   stopped",
    "stopped,    kill 9,         core,   stopped",
    "stopped,    kill --all 9,   core,   stopped",
    "stopped,    delete,         stored, none",
    "stopped,    delete --force, stored, none",
    "stopped,    pause,          core,   stopped",
    "stopped,    resume,         core,   stopped",
    "emptied,    state,          stored, stopped",
    "emptied,    delete,         stored, none",
    "leaderless, start,          core,   stopped",
    "leaderless, state,          stored, stopped",
    "leaderless, kill,           core,   stopped",
    "leaderless, kill 9,         core,   stopped",
    "leaderless, delete,         core,   none",
    "leaderless, delete --force, core,   none",
    "leaderless, pause,          core,   stopped",
    "headless,   start,          core,   running",
    "headless,   state,          stored, running",
    "headless,   kill 9,         stored, stopped",
    "headless,   delete,         core,   running",
    "headless,   delete --force, stored, none",
    "headless,   pause,          stored, paused",
    "headless,   resume,         core,   running",
    "rebooted,   start,          core,   stopped",
    "rebooted,   state,          core,   stopped",
    "rebooted,   kill 9,         core,   stopped",
    "rebooted,   delete,         core,   none",
    "rebooted,   pause,          core,   stopped",
    "hooked,     start,          core,   running",
    "hooked,     state,          stored, created",
    "hooked,     delete,         core,   none",
    "hooked,     delete --force, core,   none",
  })
  void verb(String before, String verb, String who, String after, Workbench bench)
      throws Exception {
    Files.createDirectories(bench.root());
    Bundle bundle = bundle(before, bench);
    List<Result> results = new ArrayList<>();
    for (Way way : Way.values()) {
      results.add(result(way, before, verb, who, after, bundle, bench));
    }
    assertEquals(results.get(1), results.get(2), "a cold core and a warm one");
    assertEquals(results.get(1), results.get(0), "a cold core and the stored program");
  }

  private static Bundle bundle(String before, Workbench bench) {
    Bundle bundle = bench.bundle();
    return switch (before) {
      case "stopped", "emptied" -> bundle.args("true");
      case "leaderless" -> bundle.withoutNamespace("pid").script("sleep 1000 & sleep 0.1");
      case "headless" -> HeadlessInitIT.bundle(bench);
      case "hooked" ->
          bundle
              .lasting()
              .hook("poststart", java.util.Map.of("path", "/bin/true"))
              .hook("poststop", java.util.Map.of("path", "/bin/true"));
      default -> bundle.lasting();
    };
  }

  private static Result result(
      Way way, String before, String verb, String who, String after, Bundle bundle, Workbench bench)
      throws Exception {
    String id = Workbench.id();
    Path cgroup = before.equals("none") ? null : make(id, before, bundle, bench);
    String pid = before.equals("none") ? "none" : Integer.toString(pid(id, bench));
    Path fake = bench.directory().resolve("boot-id");
    boolean rebooted = before.equals("rebooted");
    Files.writeString(fake, "00000000-0000-0000-0000-000000000000\n");
    if (rebooted) {
      execute("mount", "--bind", fake.toString(), BOOT_ID.toString());
    }
    // No core outlives a boot: one that is asked after it was started after it.
    try (WarmCore core = rebooted ? WarmCore.start(bench, "--idle-timeout", "0") : null) {
      WarmCore asked = rebooted ? core : warm;
      Path log = bench.directory().resolve(way + "-" + id + ".log");
      Outcome outcome = command(way, who, log, verb, id, asked, bench).run();
      assertStatus(id, after, asked, bench);
      return new Result(
          outcome.exitCode(),
          plain(outcome.out(), id, pid),
          plain(outcome.err(), id, pid),
          plain(Files.exists(log) ? Files.readString(log) : "no log", id, pid),
          left(id, bench));
    } finally {
      if (rebooted) {
        execute("umount", BOOT_ID.toString());
      }
      warm.command(bench, "delete", "--force", id).run().succeedsSilently();
      if (cgroup != null && Files.exists(cgroup)) {
        // What was deleted after a reboot has left its cgroup alone.
        Files.writeString(cgroup.resolve("cgroup.kill"), "1");
        Workbench.awaitRemoval(cgroup);
      }
    }
  }

  /** Makes a container, brings it into a state and gives its cgroup. */
  private static Path make(String id, String before, Bundle bundle, Workbench bench)
      throws IOException {
    warm.demanded(bench.createCommand(bundle, id)).run().succeedsSilently();
    Path cgroup = Files.readSymbolicLink(bench.root().resolve(id).resolve("cgroup"));
    if (before.equals("created") || before.equals("hooked")) {
      return cgroup;
    }
    warm.command(bench, "start", id).run().succeedsSilently();
    switch (before) {
      case "running", "rebooted" -> HostProcess.awaitCaught(pid(id, bench), HostProcess.SIGTERM);
      case "headless" -> HeadlessInitIT.awaitHeadless(pid(id, bench));
      case "paused" -> {
        Files.writeString(cgroup.resolve("cgroup.freeze"), "1");
        assertStatus(id, "paused", warm, bench);
      }
      case "stopped", "leaderless" -> assertStatus(id, "stopped", warm, bench);
      case "emptied" -> {
        assertStatus(id, "stopped", warm, bench);
        Workbench.awaitRemoval(cgroup);
      }
      default -> fail("no such state: " + before);
    }
    return cgroup;
  }

  private static int pid(String id, Workbench bench) {
    return warm.command(bench, "state", id).run().succeeds().json().get("pid").asInt();
  }

  private static void assertStatus(String id, String status, WarmCore core, Workbench bench) {
    if (status.equals("none")) {
      assertTrue(!Files.exists(bench.root().resolve(id)), "the container is gone");
      return;
    }
    Workbench.await(
        id + " is " + status,
        () -> {
          Outcome state = core.command(bench, "state", id).run();
          return state.succeeds().json().get("status").asText().equals(status);
        });
  }

  private static Jrun command(
      Way way, String who, Path log, String verb, String id, WarmCore core, Workbench bench) {
    List<String> words = new ArrayList<>(List.of("--log", log.toString(), "--log-format", "json"));
    List<String> parts = List.of(verb.split(" "));
    boolean option = parts.size() > 1 && parts.get(1).startsWith("-");
    words.addAll(parts.subList(0, option ? 2 : 1));
    words.add(id);
    words.addAll(parts.subList(option ? 2 : 1, parts.size()));
    Jrun command = bench.command(words.toArray(String[]::new));
    return switch (way) {
      case COLD -> command.env("JRUN_CORE", "cold");
      case WARM -> core.demanded(command);
      case STORED -> {
        // No JRUN_CORE: that would pass the stored programs over.
        command.env("JRUN_SOCKET", core.socket().toString());
        yield who.equals("stored")
            ? command.by(coreless).env("JRUN_SOCKET", directory.resolve("none").toString())
            : command;
      }
    };
  }

  private static String plain(String text, String id, String pid) {
    return text.replace(id, "ID")
        .replaceAll("\"pid\": " + pid + ",", "\"pid\": PID,")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME");
  }

  /** The files of the container's state directory. */
  private static Set<String> left(String id, Workbench bench) {
    Path state = bench.root().resolve(id);
    if (!Files.exists(state)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(state)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void execute(String... argv) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder(argv).inheritIO().start().waitFor(), String.join(" ", argv));
  }
}
