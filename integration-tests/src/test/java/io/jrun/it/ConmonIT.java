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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The calls of Podman and CRI-O through conmon, and those that CRI-O and BuildKit make themselves:
 * each with the arguments, the environment and the descriptors that they have there.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class ConmonIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  // Through conmon

  /** How podman 4 calls it; with {@code --log} as it does for a runtime that can JSON. */
  private static List<String> podman(
      Conmon conmon, String id, String unique, Path directory, String pidFile, String log) {
    return new ArrayList<>(
        List.of(
            "--api-version",
            "1",
            "-c",
            id,
            "-u",
            unique,
            "-r",
            Jrun.binary().toString(),
            "-b",
            directory.toString(),
            "-p",
            conmon.file(pidFile).toString(),
            "-n",
            "some_name",
            "--exit-dir",
            conmon.file("exits").toString(),
            "--full-attach",
            "-l",
            "k8s-file:" + conmon.file(log),
            "--log-level",
            "warning",
            "--runtime-arg",
            "--log-format=json",
            "--runtime-arg",
            "--log",
            "--runtime-arg=" + conmon.file("oci-log")));
  }

  /** How podman 4 creates. */
  private static String[] asPodman(Conmon conmon, Bundle bundle, String id, String... more) {
    bundle.write();
    List<String> args = podman(conmon, id, id, bundle.directory(), "pidfile", "ctr.log");
    args.add("--persist-dir");
    args.add(conmon.file("persist").toString());
    args.add("--conmon-pidfile");
    args.add(conmon.file("conmon.pid").toString());
    args.addAll(Arrays.asList(more));
    return Conmon.words(args, conmon.root());
  }

  /** How CRI-O creates. */
  private static String[] asCrio(Conmon conmon, Bundle bundle, String id, String... more) {
    bundle.write();
    List<String> args =
        new ArrayList<>(
            List.of(
                "-b",
                bundle.directory().toString(),
                "-c",
                id,
                "--exit-dir",
                conmon.file("exits").toString(),
                "-l",
                conmon.file("ctr.log").toString(),
                "--log-level",
                "info",
                "-n",
                "k8s_" + id,
                "-P",
                conmon.file("conmon.pid").toString(),
                "-p",
                conmon.file("pidfile").toString(),
                "--persist-dir",
                conmon.file("persist").toString(),
                "-r",
                Jrun.binary().toString(),
                "--runtime-arg",
                "--root=" + conmon.bench().root(),
                "--socket-dir-path",
                conmon.file("sockets").toString(),
                "-u",
                id));
    args.addAll(Arrays.asList(more));
    return args.toArray(String[]::new);
  }

  /**
   * The lines of a log, each {@code stream F text} without its time. What a terminal's line came in
   * as parts is several there, all but the last with a P: they are put together.
   */
  private static String logged(Conmon conmon, String log) {
    Map<String, String> begun = new HashMap<>();
    StringBuilder lines = new StringBuilder();
    for (String line : conmon.read(log).lines().toList()) {
      String[] words = line.split(" ", 4);
      String text = begun.getOrDefault(words[1], "") + words[3];
      boolean ends = words[2].equals("F");
      begun.put(words[1], ends ? "" : text);
      lines.append(ends ? words[1] + " F " + text + "\n" : "");
    }
    return lines.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aContainerIsCreatedStartedAndReaped(boolean podman, Workbench bench) throws IOException {
    Conmon conmon = Conmon.of(bench);
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().script("echo out; echo err >&2; exit 7");
    conmon.start(podman ? asPodman(conmon, bundle, id) : asCrio(conmon, bundle, id));
    int pid = conmon.awaitTold(1).get(podman ? "data" : "pid").asInt();
    assertEquals(Integer.toString(pid), conmon.read("pidfile"));
    assertEquals("created", bench.status(id));
    assertEquals(Integer.toString(conmon.pid()), HostProcess.status(pid).get("PPid"));
    bench.start(id).succeedsSilently();
    // Its end is the end of what it reads: nobody else has a hand on the container's output.
    conmon.awaitEnd();
    assertEquals("7", conmon.read("exits/" + id));
    List<String> log = logged(conmon, "ctr.log").lines().sorted().toList();
    assertEquals(List.of("stderr F err", "stdout F out"), log);
    assertEquals("stopped", bench.status(id));
    if (podman) {
      assertEquals("", conmon.read("oci-log"), "nothing was said");
    }
    bench.deleteByForce(id).succeedsSilently();
  }

  @Test
  void aContainerHasATerminal(Workbench bench) {
    Conmon conmon = Conmon.of(bench);
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().set("/process/terminal", true).script("tty; stty size; exit 4");
    conmon.start(asPodman(conmon, bundle, id, "-t"));
    conmon.awaitTold(1);
    bench.start(id).succeedsSilently();
    conmon.awaitEnd();
    assertEquals("4", conmon.read("exits/" + id));
    assertTrue(logged(conmon, "ctr.log").startsWith("stdout F /dev/pts/0\n"), "its own");
  }

  @Test
  void inputIsPassedOn(Workbench bench) throws IOException {
    Conmon conmon = Conmon.of(bench);
    String id = bench.keep(Workbench.id());
    conmon.start(asCrio(conmon, bench.bundle().script("cat; echo over"), id, "-i"));
    conmon.awaitTold(1);
    bench.start(id).succeedsSilently();
    assertEquals("running", bench.status(id));
    bench.kill(id, "KILL").succeedsSilently();
    conmon.awaitEnd();
    assertEquals("137", conmon.read("exits/" + id));
  }

  @Test
  void aContainerThatCannotBeIsToldWithTheReason(Workbench bench) {
    Conmon podman = Conmon.of(bench);
    String id = Workbench.id();
    podman.start(asPodman(podman, bench.bundle().args("nosuch"), id));
    JsonNode told = podman.awaitTold(1);
    assertTrue(told.get("data").asInt() < 0, told::toString);
    // One object, which is all that podman takes.
    assertEquals(1, podman.read("oci-log").lines().count());
    assertTrue(
        podman.read("oci-log").contains("executable file not found in $PATH\",\"time\":\""),
        () -> podman.read("oci-log"));
    podman.awaitEnd();
    Conmon crio = Conmon.of(bench);
    crio.start(asCrio(crio, bench.bundle().args("nosuch"), id));
    told = crio.awaitTold(1);
    assertEquals(-1, told.get("pid").asInt());
    assertTrue(
        told.get("message").asText().contains("executable file not found in $PATH"),
        told::toString);
    crio.awaitEnd();
    bench.assertNothingOf(id);
  }

  private static Path process(Workbench bench, String script, boolean terminal) throws IOException {
    return process(bench, terminal, "sh", "-c", script);
  }

  /** As engines write it, with a HOME that is there and empty. */
  private static Path process(Workbench bench, boolean terminal, String... args)
      throws IOException {
    return Files.writeString(
        Files.createTempFile(bench.directory(), "exec-process-", ""),
        JSON.writeValueAsString(
            Map.of(
                "terminal",
                terminal,
                "user",
                Map.of("uid", 0, "gid", 0),
                "args",
                args,
                "env",
                List.of("PATH=/bin", "TERM=xterm", "HOME="),
                "cwd",
                "/")));
  }

  /** How podman 4 executes. */
  private static String[] podmanExec(Conmon conmon, String id, Path process, String... more) {
    List<String> args =
        podman(conmon, id, Workbench.id(), conmon.directory(), "exec_pid", "exec.log");
    args.addAll(List.of("-e", "--exec-process-spec", process.toString(), "--exec-attach"));
    args.addAll(Arrays.asList(more));
    return Conmon.words(args, conmon.root());
  }

  @ParameterizedTest
  @CsvSource({"false, 'stdout F no'", "true, 'stdout F /dev/pts/0'"})
  void podmanExecutes(boolean terminal, String line, Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Conmon conmon = Conmon.of(bench);
    Path process = process(bench, "tty >/dev/null && tty || echo no; echo $HOME; exit 3", terminal);
    String[] more = terminal ? new String[] {"-t"} : new String[] {};
    conmon.startAttached(podmanExec(conmon, id, process, more));
    int pid = conmon.awaitTold(1).get("data").asInt();
    assertEquals(Integer.toString(pid), conmon.read("exec_pid"));
    assertEquals(3, conmon.awaitTold(2).get("data").asInt());
    conmon.awaitEnd();
    assertEquals(line, logged(conmon, "exec.log").lines().findFirst().orElse(""));
    assertTrue(logged(conmon, "exec.log").contains("stdout F /root"), "HOME was looked up");
  }

  @Test
  void podmanIsToldWhyItCannotExecute(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Conmon conmon = Conmon.of(bench);
    conmon.startAttached(podmanExec(conmon, id, process(bench, false, "nosuch")));
    JsonNode told = conmon.awaitTold(1);
    assertTrue(told.get("data").asInt() < 0, told::toString);
    assertTrue(told.get("message").asText().contains("executable file not found"), told::toString);
    assertEquals(1, conmon.read("oci-log").lines().count());
    conmon.awaitEnd();
  }

  /** How CRI-O probes. */
  private static String[] crioExec(Conmon conmon, String id, Path process, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "-c",
                id,
                "-n",
                "k8s_" + id,
                "-r",
                Jrun.binary().toString(),
                "-p",
                conmon.file("exec_pid").toString(),
                "-e",
                "-l",
                conmon.file("exec.log").toString(),
                "--socket-dir-path",
                conmon.file("sockets").toString(),
                "--log-level",
                "info",
                "--runtime-arg",
                "--root=" + conmon.bench().root(),
                "--exec-process-spec",
                process.toString()));
    args.addAll(Arrays.asList(more));
    return args.toArray(String[]::new);
  }

  @Test
  void crioProbes(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Conmon conmon = Conmon.of(bench);
    conmon.start(crioExec(conmon, id, process(bench, "echo out; echo err >&2; exit 3", false)));
    assertEquals(3, conmon.awaitTold(1).get("exit_code").asInt());
    conmon.awaitEnd();
    assertEquals(
        List.of("stderr F err", "stdout F out"),
        logged(conmon, "exec.log").lines().sorted().toList());
    Conmon missing = Conmon.of(bench);
    missing.start(crioExec(missing, id, process(bench, false, "nosuch")));
    JsonNode told = missing.awaitTold(1);
    assertEquals(-1, told.get("exit_code").asInt());
    assertTrue(told.get("message").asText().contains("executable file not found"), told::toString);
    Conmon slow = Conmon.of(bench);
    slow.start(crioExec(slow, id, process(bench, false, "sleep", "1000"), "-T", "1"));
    told = slow.awaitTold(1);
    assertEquals(-1, told.get("exit_code").asInt());
    assertEquals("command timed out", told.get("message").asText());
    missing.awaitEnd();
    slow.awaitEnd();
  }

  // CRI-O itself

  /** The runtime as CRI-O calls it; with a word among the options, where it has a state root. */
  private static Jrun crio(Workbench bench, String... args) {
    return bench.command(args).env("XDG_RUNTIME_DIR", "").env("PATH", "/usr/bin:/bin");
  }

  @Test
  void crioHandlesAContainer(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .set("/root/readonly", false)
            .script("trap 'exit 0' TERM; touch /tmp/ready; while :; do sleep 1000 & wait; done");
    String id = bench.created(bundle);
    crio(bench, "start", id).run().succeedsSilently();
    Workbench.await("it is ready", () -> Files.exists(bundle.inside("/tmp/ready")));
    for (String status : List.of("paused", "running")) {
      crio(bench, status.equals("paused") ? "pause" : "resume", id).run().succeedsSilently();
      JsonNode state = crio(bench, "state", id).run().succeedsSilently().json();
      assertEquals(status, state.get("status").asText());
    }
    Path nothing =
        Files.writeString(
            bench.directory().resolve("resources"),
            "{\"memory\":{\"limit\":0},\"cpu\":{\"shares\":0,\"quota\":0,\"period\":0}}");
    crio(bench, "update", "--resources", "-", id).stdin(nothing).run().succeedsSilently();
    crio(bench, "kill", id, "SIGTERM").run().succeedsSilently();
    bench.awaitStatus(id, "stopped");
    for (String signal : List.of("KILL", "SIGRTMIN+3", "15")) {
      crio(bench, "kill", id, signal).run().failsNaming("container not running");
    }
    crio(bench, "kill", "-a", id, "9").run().succeedsSilently();
    crio(bench, "delete", "--force", id).run().succeedsSilently();
    crio(bench, "delete", "--force", id).run().succeedsSilently();
    crio(bench, "state", id).run().failsNaming("does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SIGUSR1", "USR1", "10", "SIGRTMIN+3", "37"})
  void aStopSignalIsANameOrANumber(String signal, Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().set("/root/readonly", false);
    bundle.script(
        "trap 'echo USR1 >/tmp/got' USR1; trap 'echo RTMIN+3 >/tmp/got' 37; touch /tmp/ready;"
            + " while :; do sleep 1000 & wait; done");
    String id = bench.running(bundle);
    Workbench.await("it is ready", () -> Files.exists(bundle.inside("/tmp/ready")));
    crio(bench, "kill", id, signal).run().succeedsSilently();
    Workbench.await("the signal", () -> Files.exists(bundle.inside("/tmp/got")));
    String expected = signal.contains("USR1") || signal.equals("10") ? "USR1\n" : "RTMIN+3\n";
    Workbench.await("its name", () -> read(bundle.inside("/tmp/got")).equals(expected));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void crioExecutesInTheForeground(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path process = process(bench, "cat; echo err >&2; exit 5", false);
    Path input = Files.writeString(bench.directory().resolve("input"), "typed\n");
    Outcome outcome =
        bench.command("exec", "--process", process.toString(), id).stdin(input).run().exits(5);
    assertEquals("typed\n", outcome.out());
    assertEquals("err\n", outcome.err());
    Path shell = process(bench, "stty size; until stty size | grep 99; do sleep 0.05; done", true);
    bench
        .command("exec", "--process", shell.toString(), id)
        .atTerminal("expect", "24 80", "resize", "33x99", "expect", "33 99", "end")
        .run()
        .exits(0);
    Path killed = process(bench, "kill -9 $$", false);
    bench.command("exec", "--process", killed.toString(), id).run().exits(137);
  }

  /** What CRI-O and podman ask before they offer checkpoints. */
  @Test
  void crioAsksWhatThereIs(Workbench bench) {
    Outcome features =
        bench.bareCommand("features").through("exec \"$@\" 2>&1").run().succeedsSilently();
    assertFalse(features.json().get("ociVersionMin").asText().isEmpty());
    assertFalse(features.json().get("ociVersionMax").asText().isEmpty());
    assertTrue(features.json().at("/linux/mountExtensions/idmap/enabled").asBoolean());
    assertEquals(
        "true",
        features.json().at("/annotations/org.opencontainers.runc.checkpoint.enabled").asText());
    bench.bareCommand("checkpoint", "--help").run().exits(0);
    Outcome restore = bench.bareCommand("restore", "--lsm-mount-context").run().exits(1);
    assertTrue(restore.err().contains("flag needs an argument"), restore::toString);
  }

  /** go-runc and CRI-O read what a command says to its end, and only then see how it ended. */
  @Test
  void noCommandLeavesAnOutputOpen(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    for (String[] args :
        List.of(
            new String[] {"start", id},
            new String[] {"state", id},
            new String[] {"pause", id},
            new String[] {"resume", id},
            new String[] {"ps", "--format", "json", id},
            new String[] {"list", "--format", "json"},
            new String[] {"kill", id, "9"},
            new String[] {"delete", "--force", id})) {
      bench.command(args).through("said=$(\"$@\" 2>&1) || exit; : $said").run().succeeds();
    }
  }

  // BuildKit

  @Test
  void buildkitRunsAStepAndExecutesBesideIt(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        bench.bundle().script("while ! test -e /dev/shm/end; do usleep 9000; done; exit 6");
    bundle.write();
    String log = bench.directory() + "/runc-log.json";
    Jrun.Running step =
        bench
            .command(
                "--log",
                log,
                "--log-format",
                "json",
                "run",
                "--bundle",
                bundle.directory().toString(),
                "--keep",
                id)
            .start();
    Workbench.await(
        "it runs", () -> bench.jrun("state", id).out().contains("\"status\": \"running\""));
    Path pidFile = bench.directory().resolve("exec.pid");
    Path process = process(bench, "echo beside; sleep 1000", false);
    Jrun.Running exec =
        bench
            .command(
                "--log",
                log,
                "--log-format",
                "json",
                "exec",
                "--process",
                process.toString(),
                "--pid-file",
                pidFile.toString(),
                id)
            .start();
    Workbench.await("its output", () -> exec.written().equals("beside\n"));
    Workbench.await("its pid", () -> Files.exists(pidFile));
    // It is signalled by its pid, and not through the runtime.
    Podman.execute("kill", "-TERM", read(pidFile));
    assertEquals(143, exec.await().exitCode());
    bench.exec(id, "touch", "/dev/shm/end").succeedsSilently();
    step.await().exits(6);
    assertEquals("stopped", bench.status(id));
    bench.command("--log", log, "--log-format", "json", "delete", id).run().succeedsSilently();
    assertEquals("", read(Path.of(log)));
  }

  @Test
  void buildkitCancelsAStep(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Jrun.Running step = bench.runCommand(bench.bundle().script("sleep 1000"), id, "--keep").start();
    Workbench.await(
        "it runs", () -> bench.jrun("state", id).out().contains("\"status\": \"running\""));
    bench.kill(id, "9").succeedsSilently();
    step.await().exits(137);
    bench.delete(id).succeedsSilently();
  }
}
