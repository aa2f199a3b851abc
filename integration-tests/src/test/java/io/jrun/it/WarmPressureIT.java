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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a warm core does not answer, or has run out of something: no front waits for ever, and no
 * core ends that could go on.
 */
@ExtendWith(ResidueExtension.class)
@Tag("own-core")
@Tag("jvm")
class WarmPressureIT {

  private static final Duration SOON = Workbench.patiently(Duration.ofSeconds(5));

  private static final List<String> AS_ANOTHER =
      List.of("setpriv", "--reuid", "4321", "--regid", "4321", "--clear-groups");

  private static void signal(WarmCore core, String name) throws Exception {
    String pid = Long.toString(core.process().pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "run", "exec", "delete --force"})
  void aCoreThatIsStoppedIsPassedOver(String verb, Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    WarmCore core = WarmCore.start(bench);
    signal(core, "STOP");
    try (core) {
      Jrun command =
          switch (verb) {
            case "run" -> bench.runCommand(bench.bundle().args("true"), Workbench.id());
            case "exec" -> bench.command("exec", id, "true");
            case "delete --force" -> bench.command("delete", "--force", id);
            default -> bench.command("list", "-q");
          };
      assertEquals("", core.asked(command).run().succeeds().err());
      signal(core, "CONT");
    }
  }

  @Test
  void aCoreThatIsStoppedAndDemandedIsNotWaitedForForEver(Workbench bench) throws Exception {
    WarmCore core = WarmCore.start(bench);
    signal(core, "STOP");
    try (core) {
      Outcome demanded = core.command(bench, "list").run().exits(1);
      assertEquals(
          "jrun: no warm core at " + core.socket() + ": it did not answer\n", demanded.err());
      signal(core, "CONT");
    }
  }

  @Test
  void whoeverListensAndSaysNothingIsPassedOver(Workbench bench) {
    Path socket = bench.directory().resolve("silent.sock");
    try (Peer silent = Peer.silent(socket)) {
      Jrun version = bench.command("--version").env("JRUN_SOCKET", silent.socket().toString());
      assertEquals("", version.env("JRUN_CORE", "auto").run().succeeds().err());
      version.env("JRUN_CORE", "warm").run().exits(1);
    }
  }

  @Test
  void whoeverListensAndAcceptsNobodyIsPassedOver(Workbench bench) throws IOException {
    Path socket = bench.directory().resolve("full.sock");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    // A queue of one has room for two.
    try (ServerSocketChannel full =
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1);
        SocketChannel first = SocketChannel.open(address);
        SocketChannel second = SocketChannel.open(address)) {
      assertTrue(full.isOpen() && first.isConnected() && second.isConnected());
      Jrun version = bench.command("--version").env("JRUN_SOCKET", socket.toString());
      assertEquals("", version.env("JRUN_CORE", "auto").run().succeeds().err());
      Outcome demanded = version.env("JRUN_CORE", "warm").run().exits(1);
      assertEquals("jrun: no warm core at " + socket + ": it did not answer\n", demanded.err());
    } finally {
      Files.delete(socket);
    }
  }

  /** Whoever says in time that it is at work has all the time it wants. */
  @Test
  void aCoreThatIsAtWorkIsWaitedFor(Workbench bench) {
    Path socket = bench.directory().resolve("slow.sock");
    try (Peer slow = Peer.slow(socket, Duration.ofMillis(1500), 7)) {
      Jrun list = bench.command("list").env("JRUN_SOCKET", slow.socket().toString());
      assertEquals("", list.env("JRUN_CORE", "warm").run().exits(7).err());
    }
  }

  @Test
  void aClientThatSaysNothingKeepsNoCoreFromEnding(Workbench bench) throws IOException {
    Path socket = WarmCore.place(bench);
    try (WarmCore core = WarmCore.start(Jrun.binary(), socket, List.of(), "--idle-timeout", "2");
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      assertEquals(0, core.awaitEnd());
      assertTrue(client.isOpen());
      assertFalse(Files.exists(socket));
    }
  }

  @Test
  void aClientThatSaysNothingIsLetGoWhenACoreIsTold(Workbench bench) throws Exception {
    WarmCore core = WarmCore.start(bench);
    try (core;
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(core.socket()))) {
      core.command(bench, "--version").run().succeeds();
      long began = System.nanoTime();
      core.process().destroy();
      assertEquals(128 + 15, core.awaitEnd());
      assertTrue(System.nanoTime() - began < SOON.toNanos(), "it waited for one who says nothing");
      assertTrue(client.isOpen());
    }
  }

  @Test
  void aCoreWithoutDescriptorsGoesOn(Workbench bench) throws Exception {
    List<String> few = List.of("bash", "-c", "ulimit -n 64; exec \"$@\"", "bash");
    List<SocketChannel> clients = new ArrayList<>();
    try (WarmCore core = WarmCore.start(Jrun.binary(), WarmCore.place(bench), few)) {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(core.socket());
      for (int i = 0; i < 100; i++) {
        clients.add(SocketChannel.open(address));
      }
      // Too many for all of them to be served: one is, or goes to a cold core.
      assertEquals("", core.asked(bench.command("--version")).run().succeeds().err());
      for (SocketChannel each : clients) {
        each.close();
      }
      Workbench.await(
          "a core that serves again", () -> core.command(bench, "--version").run().exitCode() == 0);
      assertTrue(core.process().isAlive());
      assertFalse(core.words().contains("Exception"), core::words);
    }
  }

  /** Each of them needs most of the memory that a core may have. */
  @Test
  void aCoreWithoutMemoryGoesOn(Workbench bench) {
    List<String> absent = new ArrayList<>();
    for (int i = 0; i < 12_000; i++) {
      absent.add("/masked-" + i);
    }
    String bundle = bench.bundle().set("/linux/maskedPaths", absent).write().directory().toString();
    try (WarmCore core = WarmCore.start(bench)) {
      List<Jrun.Running> plans = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        plans.add(core.command(bench, "plan", "--bundle", bundle, "large").start());
      }
      for (Jrun.Running each : plans) {
        Outcome outcome = each.await();
        assertTrue(outcome.exitCode() == 0 || outcome.exitCode() == 1, outcome::err);
        assertEquals(outcome.exitCode(), outcome.err().lines().count(), outcome::err);
      }
      core.command(bench, "--version").run().succeeds();
      assertTrue(core.process().isAlive());
      assertFalse(core.words().contains("Exception"), core::words);
    }
  }

  @Test
  void aCoreWithoutThreadsGoesOn(Workbench bench) throws Exception {
    Path directory = Files.createDirectory(bench.directory().resolve("theirs"));
    Files.setAttribute(directory, "unix:uid", 4321);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<SocketChannel> clients = new ArrayList<>();
    try (WarmCore core =
        WarmCore.start(Jrun.binary(), directory.resolve("core.sock"), AS_ANOTHER)) {
      limitThreads(core, "1:");
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(core.socket());
      for (int i = 0; i < 20; i++) {
        clients.add(SocketChannel.open(address));
      }
      for (SocketChannel each : clients) {
        each.close();
      }
      limitThreads(core, "10000:");
      Workbench.await(
          "a core that serves again",
          () ->
              core.demanded(bench.bareCommand("--version"))
                      .through("exec setpriv --reuid 4321 --regid 4321 --clear-groups -- \"$@\"")
                      .run()
                      .exitCode()
                  == 0);
      assertTrue(core.process().isAlive());
      assertFalse(core.words().contains("Exception"), core::words);
    }
  }

  private static void limitThreads(WarmCore core, String limit) throws Exception {
    String pid = Long.toString(core.process().pid());
    List<String> command = new ArrayList<>(AS_ANOTHER);
    command.addAll(List.of("prlimit", "--pid", pid, "--nproc=" + limit));
    assertEquals(0, new ProcessBuilder(command).start().waitFor());
  }
}
