// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.freedesktop.dbus.errors.Error;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodReturn;
import org.freedesktop.dbus.spi.message.InputStreamMessageReader;
import org.freedesktop.dbus.types.UInt32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket of a manager that answers as it is told to, in a thread of the test's. */
@Timeout(300)
class PrivateBusTest {
  private static final String MANAGER = "org.freedesktop.systemd1.Manager";

  @TempDir private Path directory;
  private Path socket;
  private ServerSocketChannel server;
  private Thread thread;
  private Throwable wrong;

  /** What the other side does once somebody has connected. */
  private interface Systemd {
    void speak(Peer peer) throws Exception;
  }

  private record Peer(SocketChannel channel, InputStreamMessageReader reader) {
    String line() throws IOException {
      StringBuilder out = new StringBuilder();
      ByteBuffer one = ByteBuffer.allocate(1);
      while (channel.read(one.clear()) > 0 && one.get(0) != '\n') {
        out.append((char) one.get(0));
      }
      return out.toString().trim();
    }

    void say(String line) throws IOException {
      channel.write(ByteBuffer.wrap((line + "\r\n").getBytes(StandardCharsets.US_ASCII)));
    }

    void welcome() throws IOException {
      assertEquals("AUTH EXTERNAL", line());
      assertEquals("DATA", line());
      assertEquals("BEGIN", line());
      say("DATA");
      say("OK 0123456789abcdef0123456789abcdef");
    }

    Message receive() throws Exception {
      Message message;
      do {
        message = reader.readMessage();
      } while (message == null);
      return message;
    }

    void send(Message message) throws IOException {
      for (byte[] each : message.getWireData()) {
        if (each != null) {
          channel.write(ByteBuffer.wrap(each));
        }
      }
    }

    void jobRemoved(String job, String result) throws Exception {
      send(
          new DBusSignal(
              null,
              "/org/freedesktop/systemd1",
              MANAGER,
              "JobRemoved",
              "uoss",
              new UInt32(1),
              job,
              "u.scope",
              result));
    }
  }

  @BeforeEach
  void listen() throws IOException {
    socket = directory.resolve("private");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  @AfterEach
  void end() throws Exception {
    if (thread != null) {
      thread.join();
    }
    server.close();
    assertEquals(null, wrong);
  }

  private void serve(Systemd systemd) {
    thread =
        new Thread(
            () -> {
              try (SocketChannel channel = server.accept()) {
                systemd.speak(new Peer(channel, new InputStreamMessageReader(channel)));
              } catch (Throwable e) {
                wrong = e;
              }
            });
    thread.start();
  }

  private PrivateBus connect() {
    return PrivateBus.connect(socket.toString());
  }

  @Test
  void aCallIsAnsweredWhateverComesBefore() {
    serve(
        peer -> {
          peer.welcome();
          Message call = peer.receive();
          peer.jobRemoved("/other", "done");
          peer.send(new MethodReturn(null, call.getSerial(), "s", "yes, " + call.getName()));
        });
    try (PrivateBus bus = connect()) {
      assertEquals(List.of("yes, Get"), bus.call(MANAGER, "Get", "ss", "a", "b"));
    }
  }

  @Test
  void theEndOfAJobIsNotMissedThoughItComesFirst() {
    serve(
        peer -> {
          peer.welcome();
          Message call = peer.receive();
          peer.jobRemoved("/job/7", "canceled");
          peer.send(new MethodReturn(null, call.getSerial(), "o", "/job/7"));
        });
    try (PrivateBus bus = connect()) {
      String job = bus.call(MANAGER, "StopUnit", "ss", "u", "replace").get(0).toString();
      assertEquals("canceled", bus.awaitJob(job));
    }
  }

  /** The build's own: a whole life of a unit. */
  @Test
  void theManagerOfTheTrainingRunAgreesToEverything() throws IOException {
    AgreeableManager.rehearse(directory.resolve("agreeable").toString());
  }

  @Test
  void propertiesArriveWithTheirTypes() {
    Object[][] seen = new Object[1][];
    serve(
        peer -> {
          peer.welcome();
          Message call = peer.receive();
          seen[0] = call.getParameters();
          peer.send(new MethodReturn(null, call.getSerial(), null));
        });
    try (PrivateBus bus = connect()) {
      new Manager(bus)
          .set(
              "u.scope",
              List.of(
                  Property.number("MemoryMax", -1L),
                  Property.pid("PIDs", 42),
                  Property.bytes("AllowedCPUs", List.of((byte) 3)),
                  Property.flag("Delegate", true),
                  Property.text("Slice", "a.slice")));
    }
    assertEquals("u.scope", seen[0][0]);
    List<?> properties = (List<?>) seen[0][2];
    assertEquals(5, properties.size());
    assertTrue(show(properties.get(0)).contains("18446744073709551615"), show(properties.get(0)));
    assertTrue(show(properties.get(1)).contains("42"), show(properties.get(1)));
  }

  private static String show(Object struct) {
    return java.util.Arrays.deepToString((Object[]) struct);
  }

  @Test
  void anErrorIsARefusalWithItsName() {
    serve(
        peer -> {
          peer.welcome();
          Message call = peer.receive();
          peer.send(
              new Error(
                  null,
                  "org.freedesktop.systemd1.NoSuchUnit",
                  call.getSerial(),
                  "s",
                  "Unit u not loaded."));
        });
    try (PrivateBus bus = connect()) {
      RefusedException e =
          assertThrows(RefusedException.class, () -> bus.call(MANAGER, "StopUnit", "ss", "u", "r"));
      assertTrue(e.is("NoSuchUnit"));
      assertEquals("Unit u not loaded.", e.getMessage());
    }
  }

  @Test
  void whoeverHangsUpIsNamed() {
    serve(
        peer -> {
          peer.welcome();
          peer.receive();
        });
    try (PrivateBus bus = connect()) {
      SystemdException e =
          assertThrows(SystemdException.class, () -> bus.call(MANAGER, "Get", "ss", "a", "b"));
      assertTrue(e.getMessage().contains(socket + " hung up on Get"), e.getMessage());
    }
  }

  @Test
  void whoeverRefusesTheUserIsNamed() {
    serve(
        peer -> {
          peer.line();
          peer.line();
          peer.line();
          peer.say("REJECTED EXTERNAL");
        });
    SystemdException e = assertThrows(SystemdException.class, this::connect);
    assertTrue(e.getMessage().contains("does not speak with this user"), e.getMessage());
  }

  @Test
  void whoeverIsNoSystemdIsNamed() {
    serve(
        peer -> {
          peer.line();
          peer.line();
          peer.line();
          peer.say("x".repeat(300));
        });
    SystemdException e = assertThrows(SystemdException.class, this::connect);
    assertTrue(e.getMessage().contains("is no systemd"), e.getMessage());
  }

  @Test
  void whereNothingIsTheRemedyIsTold() {
    String nowhere = directory.resolve("nothing").toString();
    SystemdException e = assertThrows(SystemdException.class, () -> PrivateBus.connect(nowhere));
    assertTrue(e.getMessage().startsWith("systemd cannot be asked at " + nowhere), e.getMessage());
    assertTrue(e.getMessage().contains("without --systemd-cgroup"), e.getMessage());
  }
}
