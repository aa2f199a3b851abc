// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.UnixSocket;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.nio.charset.StandardCharsets;

/**
 * The front's part of readiness, sd_notify(3): a socket in a directory that the container sees, and
 * word to the socket of whoever started the front. What the words mean is not decided here.
 */
public final class ReadinessSteps {
  private static final String DIRECTORY = "notify";
  private static final String SOCKET = "notify.sock";

  /** What a datagram may have: sd_notify(3) sends a few lines. */
  private static final int ROOM = 4096;

  /** How long a manager may take to have read what it was told: systemd's own limit is 5 s. */
  private static final long PATIENCE_MS = 5_000;

  private ReadinessSteps() {}

  /** The directory of the socket. */
  public static String directory(String stateDirectory) {
    return stateDirectory + "/" + DIRECTORY;
  }

  /** Anybody in the container may write to the socket, whoever he is there. */
  public static Fd listen(Recorder k, String stateDirectory) {
    k.step("listen for the container's readiness");
    k.umask(0);
    Fd directory =
        k.openat(
            Fd.CWD,
            directory(stateDirectory),
            Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    // A path may be longer than an address has room for.
    k.fchdir(directory);
    k.ignoring(Errno.ENOENT).unlinkat(directory, SOCKET, 0);
    Fd socket = UnixSocket.datagrams(k, Linux.O_NONBLOCK);
    UnixSocket.bind(k, socket, SOCKET);
    k.close(directory);
    k.chdir("/");
    return socket;
  }

  /** Others may use the container from here on. */
  public static void unlock(Recorder k, Fd directory) {
    k.step("unlock: others may use the container while it gets ready");
    k.close(directory);
  }

  /** Reports one datagram, if there is one, and whether the process has ended. */
  public static void await(Recorder k, Fd socket, Fd pidfd) {
    k.step("wait until the container is ready");
    Block polled =
        Block.struct(16, "{" + socket.show() + ", POLLIN}, {" + pidfd.show() + ", POLLIN}")
            .patch(0, 4, socket)
            .u16(4, (int) Linux.POLLIN)
            .patch(8, 4, pidfd)
            .u16(12, (int) Linux.POLLIN);
    k.poll(polled, 2);
    Value ended = k.load(polled, 14, 2);
    k.report(ReportTag.ENDED, ended);
    k.free(ended);
    Label nothing = new Label();
    Block message = Block.room(ROOM);
    k.on(Errno.EAGAIN, nothing);
    Value count = k.readOnce(socket, message);
    k.report(ReportTag.NOTIFICATION, message, count);
    k.free(count);
    k.place(nothing);
  }

  /**
   * Passes signals on until the process has ended, whose wait status is reported, or until there is
   * a datagram, which is.
   */
  public static void awaitRelaying(Recorder k, Fd socket, Pid pid, Fd pidfd) {
    k.step("wait until the container is ready or has ended");
    Label told = new Label();
    Label end = new Label();
    k.on(Errno.EAGAIN, told);
    k.report(ReportTag.STATUS, k.relayUntil(pid, pidfd, socket));
    k.jump(end);
    k.place(told);
    Block message = Block.room(ROOM);
    k.on(Errno.EAGAIN, end);
    k.report(ReportTag.NOTIFICATION, message, k.readOnce(socket, message));
    k.place(end);
  }

  /**
   * Sends a message, and waits until it was read: who has sent it must be there to be asked for
   * then. The wait is by sd_notify(3)'s BARRIER=1, a pipe that the reader closes.
   */
  public static void tell(Recorder k, String target, String message) {
    k.step("pass on that the container is ready");
    Fd socket = UnixSocket.datagrams(k, 0);
    k.failing(FailureText.words("connect to " + target + ": ").andErrno());
    UnixSocket.connect(k, socket, target);
    k.write(socket, text(message));
    Block ends = Block.room(8);
    k.pipe2(ends);
    Fd reading = asFd(k.load(ends, 0, 4));
    Fd writing = asFd(k.load(ends, 4, 4));
    k.free(UnixSocket.send(k, socket, text("BARRIER=1"), writing));
    k.close(writing);
    Block polled = Block.struct(8, "{" + reading.show() + "}").patch(0, 4, reading);
    k.free(k.pollFor(polled, 1, PATIENCE_MS));
    k.close(reading);
    k.close(socket);
  }

  private static Fd asFd(Value number) {
    return Fd.register((int) number.number(), "pipe");
  }

  private static Block text(String text) {
    return Block.bytes(
        text.getBytes(StandardCharsets.UTF_8), "\"" + text.strip().replace("\n", "; ") + "\"");
  }
}
