// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodReturn;
import org.freedesktop.dbus.spi.message.InputStreamMessageReader;
import org.freedesktop.dbus.types.UInt32;

/**
 * A manager that agrees to everything and does nothing. The training run of the build speaks with
 * it, so that the class-data archive holds what a container under systemd loads.
 */
public final class AgreeableManager {
  private static final String JOB = "/org/freedesktop/systemd1/job/1";

  /** How many lines come before the first message. */
  private static final int GREETING = 3;

  private AgreeableManager() {}

  /**
   * Has it listen, and asks it what a container's life asks of a manager.
   *
   * @param socket absolute path of a socket that is not there yet
   */
  public static void rehearse(String socket) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread thread = new Thread(() -> serve(server));
      thread.setDaemon(true);
      thread.start();
      try (Manager manager = Manager.at(socket)) {
        UnitName name = UnitName.of("", "training", true);
        name.cgroup(manager.controlGroup());
        List<Property> more =
            UnitProperties.of(Map.of(UnitProperties.ANNOTATION + "TimeoutStopSec", "5"));
        manager.start(name, "training", 1, more);
        manager.set(name.unit(), List.of(Property.number("TasksMax", 5)));
        manager.stop(name.unit());
      }
    }
  }

  private static void serve(ServerSocketChannel server) {
    try (SocketChannel channel = server.accept()) {
      converse(channel);
    } catch (IOException | DBusException e) {
      // The other side has hung up: that is how it ends.
      return;
    }
  }

  private static void converse(SocketChannel channel) throws IOException, DBusException {
    ByteBuffer line = ByteBuffer.allocate(1);
    for (int lines = 0; lines < GREETING; ) {
      channel.read(line.clear());
      lines += line.get(0) == '\n' ? 1 : 0;
    }
    channel.write(ByteBuffer.wrap("DATA\r\nOK 0\r\n".getBytes(StandardCharsets.US_ASCII)));
    InputStreamMessageReader reader = new InputStreamMessageReader(channel);
    while (true) {
      Message call = reader.readMessage();
      if (call != null) {
        answer(channel, call);
      }
    }
  }

  private static void answer(SocketChannel channel, Message call)
      throws IOException, DBusException {
    String member = call.getName();
    if (member.equals("Get")) {
      send(channel, new MethodReturn(null, call.getSerial(), "v", (Object) new Object[] {"s", ""}));
    } else if (member.equals("StartTransientUnit") || member.equals("StopUnit")) {
      send(channel, new MethodReturn(null, call.getSerial(), "o", JOB));
      send(
          channel,
          new DBusSignal(
              null,
              "/org/freedesktop/systemd1",
              "org.freedesktop.systemd1.Manager",
              "JobRemoved",
              "uoss",
              new UInt32(1),
              JOB,
              "unit",
              "done"));
    } else {
      send(channel, new MethodReturn(null, call.getSerial(), null));
    }
  }

  private static void send(SocketChannel channel, Message message) throws IOException {
    channel.write(ByteBuffer.wrap(PrivateBus.bytes(message)));
  }
}
