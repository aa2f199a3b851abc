// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code exec} with a terminal: in the foreground and to a console socket, as run and create. */
@ExtendWith(ResidueExtension.class)
class ExecTerminalIT {
  private static Outcome user(Workbench bench, String id, String script, String... actions) {
    return bench.execCommand(List.of("--tty"), id, "sh", "-c", script).atTerminal(actions).run();
  }

  private static Outcome receive(
      Workbench bench, List<String> options, String id, String script, String... actions) {
    String socket = bench.directory() + "/console.sock";
    List<String> all = new ArrayList<>(List.of("--console-socket", socket, "--detach"));
    all.addAll(options);
    List<String> typist = new ArrayList<>(List.of("--socket", socket));
    typist.addAll(List.of(actions));
    return bench
        .execCommand(all, id, "sh", "-c", script)
        .atTerminal(typist.toArray(String[]::new))
        .run();
  }

  @Test
  void aShellIsTypedTo(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench
        .execCommand(List.of("-t"), id, "sh", "-i")
        .atTerminal(
            "expect",
            "# ",
            "raw",
            "type",
            "tty; stty size\\r",
            "expect",
            "/dev/pts/0\\r\\n24 80\\r\\n",
            "resize",
            "40x100",
            "type",
            "until stty size | grep 100; do sleep 0.05; done\\r",
            "expect",
            "40 100",
            // Who has the terminal says so: the shell gives it away after it has echoed the line.
            "type",
            "sh -c 'echo re\"\"ady; sleep 1000'\\r",
            "expect",
            "ready\\r\\n",
            "type",
            "\\x03",
            "expect",
            "# ",
            "type",
            "exit 7\\r",
            "end",
            "cooked")
        .run()
        .exits(7);
    assertEquals("running", bench.status(id));
  }

  @Test
  void eachHasATerminalOfItsOwn(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    user(
            bench,
            id,
            "echo ready; read line; echo $line",
            "expect",
            "ready",
            "run",
            Jrun.binary() + " --root " + bench.root() + " exec -d " + id + " sh -c '[ ! -t 0 ]'",
            "type",
            "x\\r",
            "end",
            "cooked")
        .exits(0);
    assertEquals("/dev/pts/0\r\n", user(bench, id, "tty", "end", "cooked").exits(0).out());
  }

  /** A program that does nothing else asks before a front that is late would have set it. */
  @Test
  void theSizeIsThereFromTheFirst(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    for (int i = 0; i < 12; i++) {
      assertEquals("24 80\r\n", user(bench, id, "exec stty size", "end").exits(0).out());
    }
  }

  @Test
  void whatIsWrittenLastIsThere(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    for (int i = 0; i < 5; i++) {
      Outcome outcome = user(bench, id, "seq 1 9000; printf last; exit 2", "end", "cooked");
      assertTrue(outcome.exits(2).out().endsWith("9000\r\nlast"), outcome::toString);
      assertEquals(9001, outcome.lines().size());
    }
  }

  @Test
  void theTerminalIsTheUsers(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome =
        bench
            .execCommand(
                List.of("-t", "--user", "1000:1000"),
                id,
                "sh",
                "-c",
                "stat -c %u:%g:%a /dev/pts/0; echo ok >/dev/pts/0; cut -d' ' -f7 /proc/self/stat")
            .atTerminal("end", "cooked")
            .run();
    assertEquals("1000:5:620\r\nok\r\n" + (136 << 8) + "\r\n", outcome.exits(0).out());
  }

  // kubectl exec -t by CRI-O: a document with a terminal, in the foreground.
  @Test
  void aDocumentMayAskForIt(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    Path file =
        Files.writeString(
            bench.directory().resolve("process.json"),
            "{\"terminal\":true,\"args\":[\"sh\",\"-c\",\"tty; exit 5\"],\"cwd\":\"/\","
                + "\"user\":{\"uid\":0,\"gid\":0},\"env\":[\"PATH=/bin\"]}");
    Outcome outcome =
        bench
            .command("exec", "--process", file.toString(), id)
            .atTerminal("end", "cooked")
            .run()
            .exits(5);
    assertEquals("/dev/pts/0\r\n", outcome.out());
  }

  @Test
  void theMasterIsSentToTheConsoleSocket(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome =
        receive(
            bench,
            List.of("--tty"),
            id,
            "tty; read line; echo \"got $line\"; sleep 1000",
            "expect",
            "/dev/pts/0",
            "type",
            "x\\r",
            "expect",
            "got x");
    assertEquals("received /dev/ptmx\n", outcome.exits(0).err());
  }

  @Test
  void keysMakeSignals(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    receive(
            bench,
            List.of("--tty"),
            id,
            "trap 'echo interrupted' INT; echo ready; while :; do sleep 0.05; done",
            "expect",
            "ready",
            "type",
            "\\x03",
            "expect",
            "interrupted")
        .exits(0);
  }

  @Test
  void aContainerWithATerminalHasAnExecWithoutOne(Workbench bench) {
    String id = bench.keep(Workbench.id());
    Bundle bundle = bench.bundle().lasting().set("/process/terminal", true).write();
    String socket = bench.directory() + "/console.sock";
    bench
        .command(
            "run", "-d", "--bundle", bundle.directory().toString(), "--console-socket", socket, id)
        .atTerminal(
            "--socket",
            socket,
            "end",
            "run",
            Jrun.binary()
                + " --root "
                + bench.root()
                + " exec "
                + id
                + " sh -c '[ ! -t 0 ]' </dev/null")
        .run()
        .exits(0);
  }

  @Test
  void aPidfdIsSent(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    String socket = bench.directory() + "/pidfd.sock";
    String pidFile = bench.directory() + "/pid";
    Outcome outcome =
        bench
            .execCommand(
                List.of("-d", "--pidfd-socket", socket, "--pid-file", pidFile), id, "sleep", "1000")
            .atTerminal("--pidfd", socket)
            .run()
            .succeedsSilently();
    assertEquals("setns " + read(pidFile) + "\n", outcome.out());
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void otherCombinationsAreRefusedAsRuncDoes(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    Outcome detached = bench.execCommand(List.of("-d", "-t"), id, "true").run().exits(255);
    assertEquals(
        "exec failed: cannot allocate tty if "
            + Jrun.name()
            + " will detach without setting console socket",
        detached.message());
    Outcome socket =
        bench.execCommand(List.of("-t", "--console-socket", "/s"), id, "true").run().exits(255);
    assertEquals(
        "exec failed: cannot use console socket if "
            + Jrun.name()
            + " will not detach or allocate tty",
        socket.message());
  }

  // A container that has mounted another thing there: nothing of it is opened.
  @Test
  void aDevptsThatIsNoneIsRefused(Workbench bench) {
    Bundle bundle = bench.bundle().lasting().mount("/dev/pts", "tmpfs", "tmpfs");
    String id = bench.running(bundle);
    Outcome outcome =
        bench.execCommand(List.of("-t"), id, "true").atTerminal("end", "cooked").run().exits(255);
    assertTrue(outcome.out().contains("is not the root of a devpts"), outcome::toString);
  }
}
