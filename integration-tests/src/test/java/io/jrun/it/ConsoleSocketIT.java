// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code --console-socket}: the master of a terminal of the container's own comes to whoever
 * listens, as containerd's shim and conmon expect it: one connection, one message, one descriptor.
 */
@ExtendWith(ResidueExtension.class)
class ConsoleSocketIT {
  private static Bundle terminal(Workbench bench, String script) {
    return bench.bundle().script(script).set("/process/terminal", true);
  }

  private static String socket(Workbench bench) {
    return bench.directory() + "/console.sock";
  }

  /** A user who takes the master at the console socket, while the container is created. */
  private static Jrun user(
      Workbench bench, Bundle bundle, String id, String verb, String... actions) {
    bundle.write();
    List<String> all = new ArrayList<>(List.of("--socket", socket(bench)));
    all.addAll(Arrays.asList(actions));
    List<String> command =
        new ArrayList<>(
            List.of(verb, "--bundle", bundle.directory().toString(), "--console-socket"));
    command.add(socket(bench));
    command.addAll(List.of("--pid-file", bench.directory() + "/pid"));
    if (verb.equals("run")) {
      command.add("--detach");
    }
    command.add(id);
    return bench.command(command.toArray(String[]::new)).atTerminal(all.toArray(String[]::new));
  }

  private static String jrun(Workbench bench, String... args) {
    return Jrun.binary() + " --root " + bench.root() + " " + String.join(" ", args);
  }

  @Test
  @Tag("smoke")
  void theMasterOfTheContainersTerminalIsSent(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Outcome outcome =
        user(
                bench,
                terminal(bench, "tty; read line; echo \"got $line\"; sleep 1000"),
                id,
                "create",
                "end",
                "run",
                jrun(bench, "start", id),
                "expect",
                "/dev/pts/0\\r\\n",
                "type",
                "hello\\r",
                "expect",
                "got hello\\r\\n")
            .run()
            .succeeds();
    assertEquals("received /dev/ptmx\n", outcome.err());
    assertEquals("/dev/pts/0\r\nhello\r\ngot hello\r\n", outcome.out());
  }

  @Test
  void aDetachedRunSendsItToo(Workbench bench) {
    String id = bench.keep(Workbench.id());
    user(
            bench,
            terminal(bench, "read line; echo \"got $line\"; sleep 1000"),
            id,
            "run",
            "type",
            "x\\r",
            "expect",
            "got x\\r\\n")
        .run()
        .succeeds();
    assertEquals("running", bench.status(id));
  }

  // The program is the leader of a session whose terminal it is; the host has no part in it.
  @Test
  void theTerminalIsTheContainersOwnAndItsControllingOne(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Path found = bench.directory().resolve("found");
    user(
            bench,
            terminal(bench, "sleep 1000"),
            id,
            "create",
            "end",
            "run",
            "cd /proc/$(cat "
                + bench.directory()
                + "/pid) && { readlink fd/*; cut -d' ' -f6,7 stat; } >"
                + found)
        .run()
        .succeeds();
    List<String> lines = Files.readAllLines(found);
    assertEquals(List.of("/dev/pts/0", "/dev/pts/0", "/dev/pts/0"), lines.subList(0, 3));
    assertFalse(lines.contains("/dev/pts/ptmx"), () -> "it has the master: " + lines);
    // By the pid file: when the master is closed the terminal hangs up, which ends the container.
    String pid = Files.readString(bench.directory().resolve("pid"));
    assertEquals(pid + " " + (136 << 8), lines.get(lines.size() - 1));
  }

  @Test
  void signalsOfTheTerminalReachTheProgram(Workbench bench) {
    String id = bench.keep(Workbench.id());
    user(
            bench,
            terminal(
                bench,
                "trap 'echo interrupted' INT; trap 'stty size' WINCH; echo ready; while :; do sleep"
                    + " 0.05; done"),
            id,
            "run",
            "expect",
            "ready",
            "type",
            "\\x03",
            "expect",
            "interrupted",
            "resize",
            "31x99",
            "expect",
            "31 99")
        .run()
        .succeeds();
  }

  @Test
  void theSizeIsThatOfTheDocument(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        terminal(bench, "stty size; sleep 1000")
            .set("/process/consoleSize", Map.of("height", 50, "width", 132));
    user(bench, bundle, id, "run", "expect", "50 132\\r\\n").run().succeeds();
  }

  @Test
  void theSizeMeansNothingWithoutATerminal(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .args("true")
            .set("/process/consoleSize", Map.of("height", 70000, "width", 132));
    bench.run(bundle).succeedsSilently();
  }

  @Test
  void theTerminalIsTheUsersAndOfTheGroupOfDevpts(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        terminal(
                bench,
                "stat -c %u:%g:%a /dev/pts/0; stat -c %u:%t:%T /dev/console; echo ok >/dev/console;"
                    + " sleep 1000")
            .set("/process/user", Map.of("uid", 1000, "gid", 1000));
    user(bench, bundle, id, "run", "expect", "1000:5:620\\r\\n1000:88:0\\r\\nok\\r\\n")
        .run()
        .succeeds();
  }

  @Test
  void theConsoleIsTheTerminal(Workbench bench) {
    String id = bench.keep(Workbench.id());
    user(
            bench,
            terminal(
                bench,
                "stat -c %t:%T:%i /dev/pts/0 /dev/console; read x </dev/console; echo \"$x\""
                    + " >/dev/console; sleep 1000"),
            id,
            "run",
            "expect",
            "88:0:3\\r\\n88:0:3\\r\\n",
            "type",
            "typed\\r",
            "expect",
            "typed\\r\\ntyped\\r\\n")
        .run()
        .succeeds();
  }

  @Test
  void aTerminalWithoutADevOfItsOwnHasAConsoleInTheRootFileSystem(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        terminal(bench, "echo ok >/dev/console; sleep 1000")
            .withoutMount("/dev")
            .set("/root/readonly", true);
    user(bench, bundle, id, "run", "expect", "ok\\r\\n").run().succeeds();
  }

  // A clone in a joined pid namespace starts in another's session.
  @Test
  void aProcessInAJoinedPidNamespaceHasAControllingTerminal(Workbench bench) throws IOException {
    String other = bench.running(bench.bundle().lasting());
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        terminal(bench, "trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done")
            .join("pid", "/proc/" + bench.pid(other) + "/ns/pid");
    user(bench, bundle, id, "run", "expect", "ready", "type", "\\x03", "expect", "interrupted")
        .run()
        .succeeds();
  }

  @Test
  void hooksDoNotDisturbIt(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Bundle bundle = terminal(bench, "echo from the program; sleep 1000");
    for (String kind : new String[] {"createRuntime", "poststart"}) {
      bundle.hook(kind, Map.of("path", "/bin/sh", "args", List.of("sh", "-c", "echo hook")));
    }
    bundle.hook(
        "createContainer", Map.of("path", "/bin/sh", "args", List.of("sh", "-c", "echo hook")));
    user(bench, bundle, id, "run", "expect", "from the program\\r\\n").run().succeeds();
  }

  @Test
  void aPathLongerThanAnAddressIsReached(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Path deep = Files.createDirectories(bench.directory().resolve("d".repeat(120)));
    Bundle bundle = terminal(bench, "echo here; sleep 1000").write();
    bench
        .command(
            "run",
            "-d",
            "--bundle",
            bundle.directory().toString(),
            "--console-socket",
            deep + "/s",
            id)
        .atTerminal("--socket", deep + "/s", "expect", "here")
        .run()
        .succeeds();
  }

  // Failures: nothing of a container is there, and nobody hangs.

  @Test
  void aCreateWithATerminalWantsASocket(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(terminal(bench, "true"), id)
        .failsWith(
            Jrun.name()
                + " create failed: cannot allocate tty if "
                + Jrun.name()
                + " will detach without setting console socket");
    bench.assertNothingOf(id);
  }

  @Test
  void aDetachedRunWithATerminalWantsASocket(Workbench bench) {
    String id = Workbench.id();
    bench
        .runCommand(terminal(bench, "true"), id, "--detach")
        .run()
        .failsNaming("cannot allocate tty if " + Jrun.name() + " will detach");
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRunInTheForegroundWantsNone(boolean terminal, Workbench bench) {
    String id = Workbench.id();
    bench
        .runCommand(
            terminal(bench, "true").set("/process/terminal", terminal),
            id,
            "--console-socket",
            socket(bench))
        .run()
        .failsWith(
            Jrun.name()
                + " run failed: cannot use console socket if "
                + Jrun.name()
                + " will not detach or allocate tty");
    bench.assertNothingOf(id);
  }

  @Test
  void aSocketThatIsNotThereIsNamedBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(terminal(bench, "true"), id, "--console-socket", socket(bench))
        .failsNaming(socket(bench), "connect: no such file or directory (ENOENT)");
    bench.assertNothingOf(id);
  }

  @Test
  void aFileThatIsNoSocketIsNamed(Workbench bench) throws IOException {
    String id = Workbench.id();
    Path file = Files.createFile(bench.directory().resolve("file"));
    bench
        .create(terminal(bench, "true"), id, "--console-socket", file.toString())
        .failsNaming(file.toString(), "connect: connection refused (ECONNREFUSED)");
    bench.assertNothingOf(id);
  }

  @Test
  void aNameThatNoAddressHoldsIsRefused(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(
            terminal(bench, "true"),
            id,
            "--console-socket",
            bench.directory() + "/" + "s".repeat(108))
        .failsNaming("--console-socket", "longer than 107 bytes");
    bench.assertNothingOf(id);
  }

  @Test
  void aContainerWithoutDevptsIsToldWhatIsMissing(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = terminal(bench, "true").withoutMount("/dev/pts");
    Outcome outcome = user(bench, bundle, id, "create").run().exits(200);
    assertTrue(outcome.err().contains("a terminal needs a devpts there"), outcome::toString);
    bench.assertNothingOf(id);
  }

  @Test
  void aSizeThatNoTerminalHasIsRefusedWithItsPlace(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(
            terminal(bench, "true")
                .set("/process/consoleSize", Map.of("height", 24, "width", 65536)),
            id)
        .failsNaming("/process/consoleSize/width: must be between 0 and 65535");
    bench.assertNothingOf(id);
  }

  // The image decides nothing: CVE-2025-52565, CVE-2026-88264.

  @ParameterizedTest
  @ValueSource(strings = {"link", "dangling", "directory", "fifo", "proc"})
  void aConsoleOfTheImageThatIsNoFileIsRefused(String kind, Workbench bench)
      throws IOException, InterruptedException {
    String id = Workbench.id();
    Path canary = Files.writeString(bench.directory().resolve("canary"), "untouched");
    Bundle bundle = terminal(bench, "true").withoutMount("/dev");
    Path console = Files.createDirectories(bundle.inside("/dev")).resolve("console");
    switch (kind) {
      case "link" -> Files.createSymbolicLink(console, canary);
      case "dangling" -> Files.createSymbolicLink(console, bench.directory().resolve("made"));
      case "directory" -> Files.createDirectory(console);
      case "fifo" -> new ProcessBuilder("mkfifo", console.toString()).start().waitFor();
      default -> Files.createSymbolicLink(console, Path.of("/proc/sysrq-trigger"));
    }
    Outcome outcome = user(bench, bundle, id, "create").run().exits(200);
    assertTrue(
        outcome
            .err()
            .contains("/dev/console exists in the root file system and is neither a device nor"),
        outcome::toString);
    assertEquals("untouched", Files.readString(canary));
    assertFalse(Files.exists(bench.directory().resolve("made")), "made through a link");
    bench.assertNothingOf(id);
  }

  @Test
  void aConsoleOfTheImageThatIsAFileIsCovered(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    Bundle bundle =
        terminal(bench, "stat -c %t /dev/console; echo over >/dev/console; sleep 1000")
            .withoutMount("/dev");
    Path console = Files.createDirectories(bundle.inside("/dev")).resolve("console");
    Files.writeString(console, "mine");
    user(bench, bundle, id, "run", "expect", "88\\r\\nover\\r\\n").run().succeeds();
    assertEquals("mine", Files.readString(console));
  }

  // What lies at /dev/pts is looked at, and what is in it is not looked up by name.
  @ParameterizedTest
  @ValueSource(strings = {"tmpfs", "covered", "link"})
  void aDevptsThatIsNoneIsRefused(String kind, Workbench bench) throws IOException {
    String id = Workbench.id();
    Bundle bundle = terminal(bench, "true");
    Path file = Files.writeString(bench.directory().resolve("canary"), "untouched");
    switch (kind) {
      case "tmpfs" -> bundle.mount("/dev/pts", "tmpfs", "tmpfs");
      case "covered" -> bundle.mount("/dev/pts/ptmx", "bind", file.toString(), "bind");
      default -> {
        bundle.withoutMount("/dev").withoutMount("/dev/pts");
        Files.createDirectories(bundle.inside("/dev"));
        Files.createDirectories(bundle.inside("/other"));
        Files.createSymbolicLink(bundle.inside("/dev/pts"), Path.of("/other"));
        Files.createSymbolicLink(bundle.inside("/other/ptmx"), file);
      }
    }
    Outcome outcome = user(bench, bundle, id, "create").run().exits(200);
    assertTrue(
        outcome.err().contains(kind.equals("covered") ? "(EXDEV)" : "is not the root of a devpts"),
        outcome::toString);
    assertEquals("untouched", Files.readString(file));
    bench.assertNothingOf(id);
  }
}
