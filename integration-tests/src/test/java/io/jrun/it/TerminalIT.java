// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A container with a terminal in the foreground, run from a real one by a user who types. Every run
 * that ends with the actions {@code end}, {@code cooked} has given the caller's terminal back as it
 * was.
 */
@ExtendWith(ResidueExtension.class)
class TerminalIT {
  private static final int MEGABYTES = 10;

  private static Bundle terminal(Workbench bench, String script) {
    return bench.bundle().script(script).set("/process/terminal", true);
  }

  private static Outcome user(Workbench bench, Bundle bundle, String... actions) {
    return bench.runCommand(bundle, Workbench.id()).atTerminal(actions).run();
  }

  // The document of the spec command, as it is: runc's has a terminal too.
  @Test
  @Tag("smoke")
  void theDefaultBundleIsAShell(Workbench bench) {
    Bundle bundle = bench.bundle();
    bench.jrun("spec", "--bundle", bundle.directory().toString()).succeedsSilently();
    Outcome outcome =
        bench
            .command("run", "--bundle", bundle.directory().toString(), Workbench.id())
            .atTerminal(
                "expect",
                "# ",
                "type",
                "tty; hostname\\r",
                "expect",
                "/dev/pts/0\\r\\njrun\\r\\n",
                "raw",
                "type",
                "echo $((6 * 7))\\r",
                "expect",
                "42\\r\\n",
                "type",
                "exit 3\\r",
                "end",
                "cooked")
            .run()
            .exits(3);
    assertEquals("", outcome.err());
  }

  @Test
  void theSizeIsTheCallersFromTheFirstInstructionOn(Workbench bench) {
    Outcome outcome =
        user(
            bench,
            terminal(bench, "stty size")
                .set("/process/consoleSize", Map.of("height", 5, "width", 6)),
            "end",
            "cooked");
    assertEquals("24 80\r\n", outcome.exits(0).out());
  }

  @Test
  void aNewSizeIsPassedOn(Workbench bench) {
    user(
            bench,
            terminal(
                bench,
                "trap 'stty size' WINCH; trap 'exit 0' INT; echo ready; while :; do sleep 0.05;"
                    + " done"),
            "expect",
            "ready",
            "resize",
            "40x120",
            "expect",
            "40 120",
            "resize",
            "10x30",
            "expect",
            "10 30",
            "type",
            "\\x03",
            "end",
            "cooked")
        .exits(0);
  }

  @Test
  void keysAreTheShellsToInterpret(Workbench bench) {
    user(
            bench,
            terminal(bench, "sh -i"),
            "expect",
            "# ",
            "type",
            "sh -c 'echo there; sleep 1000'\\r",
            "expect",
            "\\r\\nthere\\r\\n",
            "type",
            "\\x1a",
            "expect",
            "Stopped",
            "expect",
            "# ",
            "type",
            "fg\\r",
            "expect",
            "sleep 1000",
            "run",
            "sleep 0.3",
            "type",
            "\\x03",
            "expect",
            "# ",
            "type",
            "echo still $((40 + 2))\\r",
            "expect",
            "still 42",
            "expect",
            "# ",
            "type",
            "\\x04",
            "end",
            "cooked")
        .exits(0);
  }

  // What a full-screen program sends after it has switched its terminal to raw.
  @Test
  void bytesOfFullScreenProgramsAreNotTouched(Workbench bench) {
    String screen =
        "\\033[?1049h\\033[2J\\033[1;1Hline\\n"
            + "stairs\\r"
            + "back\\033[31;1mred\\033[0m\\t\\b\\007\\033[6n\\303\\251end";
    Outcome outcome =
        user(
            bench,
            terminal(bench, "stty raw -echo; printf '" + screen + "'; head -c 4 | od -An -tx1"),
            "expect",
            "end",
            "type",
            "\\e[A\\x03",
            "end",
            "cooked");
    assertEquals(
        "\033[?1049h\033[2J\033[1;1Hline\nstairs\rback\033[31;1mred\033[0m\t\b\007\033[6n\u00e9end"
            + " 1b 5b 41 03\n",
        outcome.exits(0).out());
  }

  @Test
  void tenMegabytesArriveByteForByte(Workbench bench) throws IOException {
    String text = text(MEGABYTES << 20);
    Bundle bundle = terminal(bench, "stty raw; cat /text");
    Files.writeString(bundle.inside("/text"), text);
    Outcome outcome = user(bench, bundle, "end", "cooked").exits(0);
    assertEquals(text.length(), outcome.out().length());
    assertEquals(digest(text), digest(outcome.out()));
  }

  private static String text(int size) {
    Random random = new Random(1);
    StringBuilder out = new StringBuilder(size);
    while (out.length() < size) {
      out.append((char) (random.nextInt(16) == 0 ? '\n' : ' ' + random.nextInt(94)));
    }
    return out.toString();
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @RepeatedTest(10)
  void whatIsWrittenLastIsThere(Workbench bench) {
    Outcome outcome = user(bench, terminal(bench, "seq 1 9000; printf last"), "end", "cooked");
    assertTrue(outcome.exits(0).out().endsWith("9000\r\nlast"), outcome::toString);
    assertEquals(9001, outcome.lines().size());
  }

  @Test
  void whatIsWrittenBeforeAKillIsThere(Workbench bench) {
    Outcome outcome =
        user(
            bench,
            terminal(bench, "seq 1 9000; kill -9 $$").withoutNamespace("pid"),
            "end",
            "cooked");
    assertTrue(outcome.exits(137).out().endsWith("9000\r\n"), outcome::toString);
  }

  @Test
  void theOthersDoNotHoldUpTheEnd(Workbench bench) {
    user(
            bench,
            terminal(bench, "sleep 1000 & yes & exit 4").withoutNamespace("pid"),
            "end",
            "cooked")
        .exits(4);
  }

  @Test
  void muchIsTypedAndAllOfItArrives(Workbench bench) {
    Outcome outcome =
        user(
            bench,
            terminal(bench, "stty raw -echo; echo ready; head -c 300000 | wc -c"),
            "expect",
            "ready",
            "paste",
            "300000",
            "end",
            "cooked");
    assertEquals("ready\n300000\n", outcome.exits(0).out());
  }

  // Nobody reads what appears, all buffers are full: Ctrl-C goes through all the same.
  @Test
  void aTerminalThatIsNotReadDoesNotStopWhatIsTyped(Workbench bench) {
    Path flag = bench.directory().resolve("interrupted");
    Bundle bundle =
        terminal(
                bench,
                "trap 'touch /flags/interrupted; exit 9' INT; echo ready; while :; do seq 1 1000;"
                    + " done")
            .mount("/flags", "bind", bench.directory().toString(), "bind");
    user(
            bench,
            bundle,
            "expect",
            "ready",
            "hold",
            "run",
            "sleep 1",
            "type",
            "\\x03",
            "run",
            "for i in $(seq 200); do [ -e " + flag + " ] && exit; sleep 0.05; done; exit 1",
            "read",
            "end",
            "cooked")
        .exits(9);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15})
  void signalsOfTheFrontAreForwardedAndTheTerminalIsGivenBack(int signal, Workbench bench) {
    user(
            bench,
            terminal(
                bench,
                "trap 'exit "
                    + (40 + signal)
                    + "' "
                    + signal
                    + "; echo ready; while :; do sleep 0.05; done"),
            "expect",
            "ready",
            "raw",
            "signal",
            Integer.toString(signal),
            "end",
            "cooked")
        .exits(40 + signal);
  }

  @Test
  void aContainerThatIsKilledFromElsewhereGivesTheTerminalBack(Workbench bench) {
    String id = Workbench.id();
    bench
        .runCommand(terminal(bench, "echo ready; sleep 1000"), id)
        .atTerminal(
            "expect",
            "ready",
            "raw",
            "run",
            Jrun.binary() + " --root " + bench.root() + " kill " + id + " KILL",
            "end",
            "cooked")
        .run()
        .exits(137);
    bench.assertNothingOf(id);
  }

  @Test
  void aProgramThatCannotBeExecutedLeavesTheTerminalAlone(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .executable("/run.sh", "#!/nosuch\n")
            .args("/run.sh")
            .set("/process/terminal", true);
    Outcome outcome = user(bench, bundle, "end", "cooked").exits(1);
    assertTrue(
        outcome.out().contains("exec /run.sh: no such file or directory"), outcome::toString);
  }

  // A file has the lines the program has written, and not those of a terminal.
  @Test
  void anOutputThatIsAFileHasPlainLines(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("file");
    user(
            bench,
            terminal(bench, "echo one; read line; echo $line; seq 1 20000"),
            "--stdout",
            file.toString(),
            "raw",
            // Typed before, it would be echoed before.
            "run",
            "for i in $(seq 400); do grep -q one " + file + " && exit; sleep 0.05; done; exit 1",
            "type",
            "two\\r",
            "end",
            "cooked")
        .exits(0);
    String written = Files.readString(file);
    assertTrue(written.startsWith("one\ntwo\ntwo\n1\n2\n"), written);
    assertTrue(written.endsWith("19999\n20000\n"));
  }

  @Test
  void anInputThatIsAFileIsTyped(Workbench bench) throws IOException {
    Path file = Files.writeString(bench.directory().resolve("file"), "from a file\n");
    Outcome outcome =
        user(
            bench,
            terminal(bench, "stty -echo; echo ready; read line; sleep 0.3; echo \"got $line\""),
            "--stdin",
            file.toString(),
            "end",
            "cooked");
    assertTrue(outcome.exits(0).out().endsWith("got from a file\r\n"), outcome::toString);
  }

  @Test
  void aCallerWithoutATerminalIsToldSoBeforeAnythingIsDone(Workbench bench) {
    String id = Workbench.id();
    bench
        .runCommand(terminal(bench, "true"), id)
        .through("exec setsid \"$@\"")
        .run()
        .failsNaming("run failed: open /dev/tty: no such device or address");
    bench.assertNothingOf(id);
  }

  // All three are redirected, but the session has one: what is typed there is the input's, though.
  @Test
  void theSessionsTerminalWillDo(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("file");
    bench
        .runCommand(terminal(bench, "stty size; read line; echo $line"), Workbench.id())
        .through("\"$@\" <<<typed >" + file + " 2>&1")
        .atTerminal("end", "cooked")
        .run()
        .exits(0);
    assertTrue(Files.readString(file).contains("24 80\n"), Files.readString(file));
    assertTrue(Files.readString(file).endsWith("typed\n"), Files.readString(file));
  }

  // TIOCSTI on a terminal of the host's would type commands there.
  @Test
  void theContainersTerminalIsNotTheCallers(Workbench bench) {
    Outcome outcome =
        user(
            bench,
            terminal(
                bench,
                "for fd in /proc/1/fd/*; do readlink $fd; done; stat -L -c %t:%T /proc/self/fd/0"),
            "end",
            "cooked");
    List<String> lines = outcome.exits(0).lines();
    assertEquals(List.of("/dev/pts/0", "/dev/pts/0", "/dev/pts/0"), lines.subList(0, 3));
    assertTrue(lines.stream().noneMatch(line -> line.contains("ptmx")), outcome::toString);
    assertTrue(lines.contains("88:0"), outcome::toString);
  }

  @Test
  void theTerminalIsTheUsersAndIsTheConsole(Workbench bench) {
    Outcome outcome =
        user(
            bench,
            terminal(bench, "stat -c %u:%g:%a /dev/pts/0; echo on the console >/dev/console; tty")
                .set("/process/user", Map.of("uid", 1000, "gid", 1000)),
            "end",
            "cooked");
    assertEquals("1000:5:620\r\non the console\r\n/dev/pts/0\r\n", outcome.exits(0).out());
  }

  // It stops, as any job does that changes a terminal of another's, and goes on once it is called.
  @Test
  void aJobInTheBackgroundWaitsForTheTerminal(Workbench bench) {
    bench
        .runCommand(terminal(bench, "read line; echo \"got $line\"; exit 6"), Workbench.id())
        .through(
            "set -m; \"$@\" & until jobs -s | grep -q Stopped; do sleep 0.05; done;"
                + " echo it waits; read go; fg >/dev/null; echo \"ended with $?\"")
        .atTerminal(
            "expect",
            "it waits",
            "cooked",
            "type",
            "go\\r",
            "raw",
            "type",
            "hello\\r",
            "expect",
            "got hello",
            "expect",
            "ended with 6",
            "end",
            "cooked")
        .run()
        .exits(0);
  }

  // Stopped from outside and called again: the shell has had the terminal meanwhile.
  @Test
  void aJobThatWasStoppedGoesOnInRawMode(Workbench bench) {
    Bundle bundle =
        terminal(bench, "touch /flags/on; echo ready; read line; echo \"got $line\"; exit 6")
            .mount("/flags", "bind", bench.directory().toString(), "bind");
    bench
        .runCommand(bundle, Workbench.id())
        .through(
            "set -m; (until [ -e "
                + bench.directory()
                + "/on ]; do sleep 0.05; done; sleep 1; kill -STOP $(pgrep -P $$ jrun | head -1)) &"
                + " \"$@\"; stty sane; echo it is stopped; fg %2 >/dev/null; echo \"ended with"
                + " $?\"")
        .atTerminal(
            "expect",
            "ready",
            "raw",
            "expect",
            "it is stopped",
            "raw",
            "type",
            "hello\\r",
            "expect",
            "got hello",
            "expect",
            "ended with 6",
            "end")
        .run()
        .exits(0);
  }
}
