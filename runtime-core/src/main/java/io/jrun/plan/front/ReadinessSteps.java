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
  public static Fd listen(Recorder recorder, String stateDirectory) {
    recorder.step("listen for the container's readiness");
    recorder.umask(0);
    Fd directory =
        recorder.openat(
            Fd.CWD,
            directory(stateDirectory),
            Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    // A path may be longer than an address has room for.
    recorder.fchdir(directory);
    recorder.ignoring(Errno.ENOENT).unlinkat(directory, SOCKET, 0);
    Fd socket = UnixSocket.datagrams(recorder, Linux.O_NONBLOCK);
    UnixSocket.bind(recorder, socket, SOCKET);
    recorder.close(directory);
    recorder.chdir("/");
    return socket;
  }

  /** Others may use the container from here on. */
  public static void unlock(Recorder recorder, Fd directory) {
    recorder.step("unlock: others may use the container while it gets ready");
    recorder.close(directory);
  }

  /** Reports one datagram, if there is one, and whether the process has ended. */
  public static void await(Recorder recorder, Fd socket, Fd pidfd) {
    recorder.step("wait until the container is ready");
    Block polled =
        Block.struct(16, "{" + socket.show() + ", POLLIN}, {" + pidfd.show() + ", POLLIN}")
            .patch(0, 4, socket)
            .u16(4, (int) Linux.POLLIN)
            .patch(8, 4, pidfd)
            .u16(12, (int) Linux.POLLIN);
    recorder.poll(polled, 2);
    Value ended = recorder.load(polled, 14, 2);
    recorder.report(ReportTag.ENDED, ended);
    recorder.free(ended);
    Label nothing = new Label();
    Block message = Block.room(ROOM);
    recorder.on(Errno.EAGAIN, nothing);
    Value count = recorder.readOnce(socket, message);
    recorder.report(ReportTag.NOTIFICATION, message, count);
    recorder.free(count);
    recorder.place(nothing);
  }

  /**
   * Passes signals on until the process has ended, whose wait status is reported, or until there is
   * a datagram, which is.
   */
  public static void awaitRelaying(Recorder recorder, Fd socket, Pid pid, Fd pidfd) {
    recorder.step("wait until the container is ready or has ended");
    Label told = new Label();
    Label end = new Label();
    recorder.on(Errno.EAGAIN, told);
    recorder.report(ReportTag.STATUS, recorder.relayUntil(pid, pidfd, socket));
    recorder.jump(end);
    recorder.place(told);
    Block message = Block.room(ROOM);
    recorder.on(Errno.EAGAIN, end);
    recorder.report(ReportTag.NOTIFICATION, message, recorder.readOnce(socket, message));
    recorder.place(end);
  }

  /**
   * Sends a message, and waits until it was read: who has sent it must be there to be asked for
   * then. The wait is by sd_notify(3)'s BARRIER=1, a pipe that the reader closes.
   */
  public static void tell(Recorder recorder, String target, String message) {
    recorder.step("pass on that the container is ready");
    Fd socket = UnixSocket.datagrams(recorder, 0);
    recorder.failing(FailureText.words("connect to " + target + ": ").andErrno());
    UnixSocket.connect(recorder, socket, target);
    recorder.write(socket, text(message));
    Block ends = Block.room(8);
    recorder.pipe2(ends);
    Fd reading = asFd(recorder.load(ends, 0, 4));
    Fd writing = asFd(recorder.load(ends, 4, 4));
    recorder.free(UnixSocket.send(recorder, socket, text("BARRIER=1"), writing));
    recorder.close(writing);
    Block polled = Block.struct(8, "{" + reading.show() + "}").patch(0, 4, reading);
    recorder.free(recorder.pollFor(polled, 1, PATIENCE_MS));
    recorder.close(reading);
    recorder.close(socket);
  }

  private static Fd asFd(Value number) {
    return Fd.register((int) number.number(), "pipe");
  }

  private static Block text(String text) {
    return Block.bytes(
        text.getBytes(StandardCharsets.UTF_8), "\"" + text.strip().replace("\n", "; ") + "\"");
  }
}
