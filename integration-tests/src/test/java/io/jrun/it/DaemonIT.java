// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code jrun daemon} itself: its command line, where it listens, when and how it ends. */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class DaemonIT {

  private static Outcome daemon(Workbench bench, String... args) {
    List<String> all = new ArrayList<>(List.of("daemon"));
    all.addAll(List.of(args));
    return bench.bareCommand(all.toArray(String[]::new)).run();
  }

  private static void assertSays(String message, Outcome outcome) {
    outcome.exits(1);
    assertEquals("", outcome.out(), outcome::toString);
    assertEquals("jrun daemon: " + message + "\n", outcome.err(), outcome::toString);
  }

  @Test
  void itHasHelpOfItsOwn(Workbench bench) {
    List<String> lines = daemon(bench, "--help").succeedsSilently().lines();
    assertTrue(lines.get(1).startsWith("   jrun daemon - "), lines.get(1));
    assertEquals(lines, bench.bareCommand("help", "daemon").run().succeedsSilently().lines());
    Outcome all = bench.bareCommand("help").run().succeedsSilently();
    assertTrue(all.out().contains("\n   daemon "), all::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "--bogus,                flag provided but not defined: -bogus",
    "--idle-timeout,         flag needs an argument: --idle-timeout",
    "--idle-timeout=x,       invalid value \"x\" for flag --idle-timeout",
    "--idle-timeout=-1,      invalid value \"-1\" for flag --idle-timeout",
    "--idle-timeout=1.5,     invalid value \"1.5\" for flag --idle-timeout",
    "--idle-timeout=9999999999, invalid value \"9999999999\" for flag --idle-timeout",
    "--socket=core.sock,     the socket's path must be absolute: core.sock",
    "word,                   takes no arguments: word",
  })
  void aWrongCommandLineIsRefusedInOneLine(String argument, String message, Workbench bench) {
    assertSays(message, daemon(bench, argument));
  }

  @Test
  void withoutAPlaceToListenItSaysSo(Workbench bench) {
    Outcome outcome =
        bench
            .bareCommand("daemon")
            .through(
                "unset JRUN_SOCKET; exec setpriv --reuid 1234 --regid 1234 --clear-groups \"$@\"")
            .run();
    assertSays(
        "no place to listen: neither --socket, JRUN_SOCKET nor XDG_RUNTIME_DIR is given", outcome);
  }

  @Test
  void whereItCannotListenItSaysWhy(Workbench bench) throws IOException {
    Path directory = bench.directory();
    Path file = Files.writeString(directory.resolve("file"), "precious");
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path theirs = Files.createDirectory(directory.resolve("theirs"));
    Files.setAttribute(theirs, "unix:uid", 1234);
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    Path deep = directory.resolve("not").resolve("there").resolve("core.sock");
    Path longest = directory.resolve("x".repeat(120));
    assertCannotListen(bench, file, "a file that is no socket is there");
    assertCannotListen(bench, link, "a file that is no socket is there");
    assertCannotListen(bench, link.resolveSibling("outputs"), "a file that is no socket is there");
    assertCannotListen(bench, open.resolve("core.sock"), "others can write to " + open);
    assertCannotListen(bench, theirs.resolve("core.sock"), "others can write to " + theirs);
    assertCannotListen(bench, deep, "its directory's parent is not there");
    assertCannotListen(bench, longest, "the path of a socket has 107 bytes at most");
    assertCannotListen(bench, Path.of("/proc/self/core.sock"), "No such file or directory");
    assertEquals("precious", Files.readString(file));
  }

  private static void assertCannotListen(Workbench bench, Path socket, String reason) {
    assertSays(
        "cannot listen at " + socket + ": " + reason, daemon(bench, "--socket", socket.toString()));
  }

  @Test
  void thereIsOneForASocket(Workbench bench) {
    try (WarmCore core = WarmCore.start(bench)) {
      assertCannotListen(bench, core.socket(), "a warm core listens there already");
      core.command(bench, "--version").run().succeedsSilently();
    }
  }

  @Test
  void theSocketOfOneThatWasKilledIsTakenOver(Workbench bench) throws IOException {
    WarmCore killed = WarmCore.start(bench);
    killed.destroy();
    assertTrue(Files.exists(killed.socket()), "a killed core leaves its socket");
    try (WarmCore core = WarmCore.start(bench)) {
      core.command(bench, "--version").run().succeedsSilently();
    }
    Files.delete(killed.said());
  }

  @Test
  void itEndsWhenItHasBeenIdleForLongEnough(Workbench bench) {
    Path socket = WarmCore.place(bench);
    try (WarmCore core = WarmCore.launch(Jrun.binary(), socket, List.of(), "--idle-timeout", "1")) {
      assertEquals(0, core.awaitEnd());
      assertFalse(Files.exists(core.socket()));
      assertEquals("", core.words());
    }
  }

  // Held back by who listens there and does not answer, until the idle time has passed.
  @Test
  void theIdleTimeBeginsWhenItListens(Workbench bench) throws Exception {
    Path socket = WarmCore.place(bench);
    Files.createDirectory(
        socket.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    WarmCore held;
    // A queue of one has room for two.
    try (ServerSocketChannel other =
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1);
        SocketChannel first = SocketChannel.open(address);
        SocketChannel second = SocketChannel.open(address)) {
      held = WarmCore.launch(Jrun.binary(), socket, List.of(), "--idle-timeout", "4");
      Workbench.pause(5500);
      assertTrue(other.isOpen() && first.isConnected() && second.isConnected());
    }
    try (WarmCore core = held) {
      Workbench.await("a core that listens", () -> core.listens() || !core.process().isAlive());
      core.command(bench, "features").run().succeedsSilently();
    }
  }

  @Test
  void aRequestInProgressIsNotIdleness(Workbench bench) {
    try (WarmCore core = WarmCore.start(bench, "--idle-timeout", "2")) {
      Bundle bundle = bench.bundle().script("sleep 5; exit 3");
      core.demanded(bench.runCommand(bundle, Workbench.id())).run().exits(3);
      assertEquals(0, core.awaitEnd());
    }
  }

  @Test
  @Tag("smoke")
  void toldToEndItLetsRequestsInProgressEnd(Workbench bench) throws IOException {
    try (WarmCore core = WarmCore.start(bench)) {
      Bundle bundle =
          bench.bundle().script("while ! test -e /tmp/go; do usleep 10000; done; exit 3");
      Jrun.Running run = core.demanded(bench.runCommand(bundle, Workbench.id())).start();
      Workbench.await("the container", () -> bench.jrun("list", "-q").out().lines().count() == 1);
      core.process().destroy();
      Workbench.await("no socket", () -> !Files.exists(core.socket()));
      // Whoever comes now is served by a cold core.
      core.asked(bench.command("list")).run().succeedsSilently();
      Files.createFile(bundle.inside("/tmp/go"));
      run.await().exits(3);
      assertEquals(128 + 15, core.awaitEnd());
      assertEquals("", core.words());
    }
  }

  /** A file that a warm core makes is the caller's in its mode as well. */
  @ParameterizedTest
  @CsvSource({"022, rw-r--r--", "027, rw-r-----", "077, rw-------", "000, rw-rw-rw-"})
  void aLogFileHasTheModeThatTheCallersUmaskLeaves(String umask, String mode, Workbench bench)
      throws IOException {
    try (WarmCore core = WarmCore.start(bench)) {
      Path log = bench.directory().resolve("log");
      String root = bench.root().toString();
      core.demanded(bench.bareCommand("--root", root, "--log", log.toString(), "state", "nobody"))
          .through("umask " + umask + "; exec \"$@\"")
          .run()
          .exits(1);
      assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(log)));
    }
  }
}
