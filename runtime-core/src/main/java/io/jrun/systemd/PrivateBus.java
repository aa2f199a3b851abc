// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.errors.Error;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.freedesktop.dbus.messages.MethodReturn;
import org.freedesktop.dbus.spi.message.InputStreamMessageReader;
import org.freedesktop.dbus.types.Variant;

/**
 * A manager's private socket, where it speaks D-Bus without a bus between: what systemctl(1) uses.
 * There signals come without being asked for, so the end of a job cannot be missed. Messages are
 * made and read by dbus-java, in the caller's thread; every wait is bounded. Source: the D-Bus
 * Specification, "Authentication Protocol" and "Message Protocol".
 */
final class PrivateBus implements Bus {
  private static final String OBJECT = "/org/freedesktop/systemd1";

  /** As long as systemd's own tools wait for an answer: sd_bus_call(3). */
  private static final long PATIENCE_MS = 25_000;

  private static final int LONGEST_LINE = 256;

  private final String socket;
  private final SocketChannel channel;
  private final Selector selector;
  private final InputStreamMessageReader reader;

  /** Results of jobs that have ended while something else was waited for. */
  private final Map<String, String> jobs = new HashMap<>();

  private PrivateBus(String socket, SocketChannel channel, Selector selector) {
    this.socket = socket;
    this.channel = channel;
    this.selector = selector;
    this.reader = new InputStreamMessageReader(channel);
  }

  /** Connects and says who asks: that is what the kernel tells the other side of the socket. */
  static PrivateBus connect(String socket) {
    SocketChannel channel = null;
    Selector selector = null;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      PrivateBus bus = new PrivateBus(socket, channel, selector);
      bus.authenticate();
      return bus;
    } catch (IOException | SystemdException e) {
      closeQuietly(selector);
      closeQuietly(channel);
      throw e instanceof SystemdException known ? known : unreachable(socket, e);
    }
  }

  private static SystemdException unreachable(String socket, Exception e) {
    String why =
        Files.exists(Path.of(socket))
            ? "it cannot be connected to: " + e.getMessage()
            : "there is no such socket: no systemd runs here, or not this user's: see"
                + " loginctl enable-linger";
    return new SystemdException(
        "systemd cannot be asked at "
            + socket
            + ": "
            + why
            + "; without --systemd-cgroup, with the engine's cgroup manager set to cgroupfs, it is"
            + " not needed",
        e);
  }

  private static void closeQuietly(AutoCloseable each) {
    try {
      if (each != null) {
        each.close();
      }
    } catch (Exception e) {
      // Nothing of it is used any more.
      return;
    }
  }

  /**
   * By nothing but the socket's credentials: a number would be another one in a user namespace. All
   * of it is said at once, as sd-bus says it. A message that systemd reads together with BEGIN
   * would lie in its buffer until something else comes.
   */
  private void authenticate() throws IOException {
    write("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".getBytes(StandardCharsets.US_ASCII));
    String answer = line();
    if (answer.equals("DATA")) {
      answer = line();
    }
    if (!answer.startsWith("OK")) {
      throw new SystemdException(
          "systemd at " + socket + " does not speak with this user: " + answer);
    }
  }

  private String line() throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    StringBuilder out = new StringBuilder();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (out.length() < LONGEST_LINE) {
      one.clear();
      int count = channel.read(one);
      if (count < 0) {
        throw new EOFException("it hung up");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, end, "authenticate");
      } else if (one.get(0) == '\n') {
        return out.toString().trim();
      } else {
        out.append((char) one.get(0));
      }
    }
    throw new SystemdException("what listens at " + socket + " is no systemd");
  }

  private void await(int what, long end, String doing) throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    selector.keys().iterator().next().interestOps(what);
    if (left <= 0 || selector.select(left) == 0 && System.nanoTime() >= end) {
      throw new SystemdException(
          "systemd at "
              + socket
              + " did not answer within "
              + PATIENCE_MS / 1000
              + " s: "
              + doing
              + ": systemctl list-jobs tells what it waits for");
    }
    selector.selectedKeys().clear();
  }

  private void write(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (rest.hasRemaining()) {
      if (channel.write(rest) == 0) {
        await(SelectionKey.OP_WRITE, end, "write");
      }
    }
  }

  @Override
  public List<Object> call(
      String interfaceName, String member, String signature, Object... arguments) {
    try {
      MethodCall call =
          new MethodCall(
              null,
              OBJECT,
              interfaceName,
              member,
              (byte) 0,
              signature,
              WireValues.of(signature, arguments));
      write(bytes(call));
      return answer(call.getSerial(), member);
    } catch (IOException | DBusException e) {
      throw new SystemdException(
          "systemd at " + socket + " hung up on " + member + ": " + e.getMessage(), e);
    }
  }

  /** All of it at once: what is sent in pieces is read in pieces. */
  static byte[] bytes(Message message) {
    int size = 0;
    for (byte[] each : message.getWireData()) {
      size += each == null ? 0 : each.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    for (byte[] each : message.getWireData()) {
      if (each != null) {
        out.put(each);
      }
    }
    return out.array();
  }

  private List<Object> answer(long serial, String member) throws IOException, DBusException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (true) {
      Message message = next(end, member);
      if (message instanceof Error error && error.getReplySerial() == serial) {
        Object[] parameters = error.getParameters();
        throw new RefusedException(
            error.getName(), parameters.length == 0 ? error.getName() : parameters[0].toString());
      }
      if (message instanceof MethodReturn && message.getReplySerial() == serial) {
        return values(message);
      }
    }
  }

  private static List<Object> values(Message message) throws DBusException {
    Object[] parameters = message.getParameters();
    if (parameters == null) {
      return List.of();
    }
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] instanceof Variant<?> variant) {
        parameters[i] = variant.getValue();
      }
    }
    return List.of(parameters);
  }

  /** The next message; what it says of jobs is kept. */
  private Message next(long end, String doing) throws IOException, DBusException {
    Message message;
    while ((message = reader.readMessage()) == null) {
      await(SelectionKey.OP_READ, end, doing);
    }
    if (message instanceof DBusSignal && "JobRemoved".equals(message.getName())) {
      // Number, path, unit, result.
      Object[] parameters = message.getParameters();
      jobs.put(parameters[1].toString(), parameters[3].toString());
    }
    return message;
  }

  @Override
  public String awaitJob(String job) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    try {
      while (!jobs.containsKey(job)) {
        next(end, "wait for job " + job.substring(job.lastIndexOf('/') + 1));
      }
    } catch (IOException | DBusException e) {
      throw new SystemdException(
          "systemd at " + socket + " hung up during a job: " + e.getMessage(), e);
    }
    return jobs.remove(job);
  }

  @Override
  public void close() {
    closeQuietly(selector);
    closeQuietly(channel);
  }
}
