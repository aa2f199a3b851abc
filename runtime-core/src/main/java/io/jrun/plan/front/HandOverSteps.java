// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Tty;
import io.jrun.linux.UnixSocket;
import io.jrun.linux.Value;
import io.jrun.plan.Sockets;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.nio.charset.StandardCharsets;

/**
 * The front's side of a terminal and of a pidfd that somebody waits for. Whoever is to have one is
 * found before anything else happens: a socket nobody listens at, or a caller without a terminal,
 * costs nothing. The console socket's contract is runc's: a stream, one message with a name that
 * nobody reads and exactly one descriptor, and then its end.
 */
public final class HandOverSteps {
  /** What is sent beside a master. */
  private static final String MASTER_NAME = "/dev/ptmx";

  private HandOverSteps() {}

  /**
   * Who waits for what: a register each, null where nobody does.
   *
   * @param terminal whether the process has one
   * @param console the console socket
   * @param caller the terminal that the process's is shown at
   * @param pidfd the socket for a pidfd
   */
  public record Receivers(boolean terminal, Fd console, Fd caller, Fd pidfd) {}

  /** Finds the receivers. */
  public static Receivers open(Recorder recorder, boolean terminal, Sockets sockets) {
    boolean hasConsole = !sockets.console().isEmpty();
    Fd console =
        terminal && hasConsole ? connect(recorder, "console socket", sockets.console()) : null;
    Fd caller = terminal && !hasConsole ? callersTerminal(recorder) : null;
    Fd pidfd =
        sockets.pidfd().isEmpty() ? null : connect(recorder, "pidfd socket", sockets.pidfd());
    return new Receivers(terminal, console, caller, pidfd);
  }

  private static Fd connect(Recorder recorder, String what, String path) {
    recorder.step("connect to the " + what + " " + path);
    if (path.getBytes(StandardCharsets.UTF_8).length <= UnixSocket.MAX_PATH) {
      return UnixSocket.connect(recorder, path);
    }
    // An address has room for 107 bytes: a longer path is gone to.
    Fd here = recorder.openat(Fd.CWD, ".", Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    int slash = path.lastIndexOf('/');
    recorder.chdir(path.substring(0, slash + 1));
    Fd socket = UnixSocket.connect(recorder, path.substring(slash + 1));
    recorder.fchdir(here);
    recorder.close(here);
    return socket;
  }

  /** The first of the standard descriptors that is a terminal, or the session's own. */
  private static Fd callersTerminal(Recorder recorder) {
    recorder.step("find the caller's terminal", "/process/terminal");
    Fd found = recorder.fdRegister("caller");
    Label done = new Label();
    Block modes = Block.room(Tty.TERMIOS_SIZE);
    for (Fd fd : new Fd[] {Fd.STDERR, Fd.STDOUT, Fd.STDIN}) {
      Label next = new Label();
      recorder
          .on(Errno.ENOTTY, next)
          .on(Errno.EINVAL, next)
          .on(Errno.EBADF, next)
          .on(Errno.EIO, next);
      Tty.modes(recorder, fd, modes);
      recorder.into(found).dup(fd, 3);
      recorder.jump(done);
      recorder.place(next);
    }
    recorder
        .failing(
            FailureText.words("open /dev/tty: ")
                .andErrno()
                .and(": process.terminal is true and the caller has no terminal: give it one,")
                .and(" or set it to false"))
        .into(found)
        .openat(Fd.CWD, "/dev/tty", Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_CLOEXEC);
    recorder.place(done);
    return found;
  }

  /**
   * Takes the master from the process on the channel; passes it on, or makes it ready for use.
   *
   * @return both ends of a proxy; null where there is none to run
   */
  public static Recorder.Proxy takeMaster(Recorder recorder, Receivers receivers, Fd channel) {
    if (!receivers.terminal()) {
      return null;
    }
    recorder.step("take the terminal's master", "/process/terminal");
    recorder.free(recorder.await(channel, SyncCode.TERMINAL, false));
    return pass(recorder, receivers, recorder.take(channel));
  }

  /** The same with a master that the front has already. */
  public static Recorder.Proxy pass(Recorder recorder, Receivers receivers, Fd master) {
    if (receivers.console() != null) {
      recorder.step("send the terminal's master to the console socket", "/process/terminal");
      recorder.hand(receivers.console(), master, Block.text(MASTER_NAME));
      recorder.close(master);
      recorder.close(receivers.console());
      return null;
    }
    fitToCaller(recorder, receivers.caller(), master);
    return new Recorder.Proxy(master, receivers.caller());
  }

  /** Lets the process on the channel go on, which waits for that. */
  public static void sayTaken(Recorder recorder, Receivers receivers, Fd channel) {
    if (receivers.terminal()) {
      recorder.step("let the process go on", "/process/terminal");
      recorder.sync(channel, SyncCode.TAKEN, Value.of(0));
    }
  }

  /** The size of the caller's terminal; and line ends as they are where no terminal shows them. */
  private static void fitToCaller(Recorder recorder, Fd caller, Fd master) {
    recorder.step("fit the terminal to the caller's", "/process/terminal");
    Block size = Block.room(Tty.WINSIZE_SIZE);
    Label unknown = new Label();
    Label known = new Label();
    recorder.on(Errno.EIO, unknown);
    Tty.size(recorder, caller, size);
    recorder.on(Errno.ENODATA, known).check(size, 0, 4, -1L, 0, Errno.ENODATA);
    recorder.jump(unknown);
    recorder.place(known);
    Tty.setSize(recorder, master, size);
    recorder.place(unknown);
    Label elsewhere = new Label();
    Label done = new Label();
    Block modes = Block.room(Tty.TERMIOS_SIZE);
    recorder.on(Errno.ENOTTY, elsewhere).on(Errno.EINVAL, elsewhere).on(Errno.EIO, elsewhere);
    Tty.modes(recorder, Fd.STDOUT, modes);
    recorder.jump(done);
    recorder.place(elsewhere);
    Block own = Block.room(Tty.TERMIOS_SIZE);
    Tty.modes(recorder, master, own);
    own.patch(Tty.OFLAG_OFFSET, 4, Value.of(Tty.OPOST));
    Tty.setModes(recorder, master, own);
    recorder.place(done);
  }

  /** Sends the pidfd to whoever waits for it; {@code name} says of what it is. */
  public static void sendPidfd(Recorder recorder, Receivers receivers, Fd pidfd, String name) {
    if (receivers.pidfd() == null) {
      return;
    }
    recorder.step("send the pidfd to the pidfd socket");
    recorder.hand(
        receivers.pidfd(), pidfd, Block.bytes(name.getBytes(StandardCharsets.US_ASCII), name));
    recorder.close(receivers.pidfd());
  }
}
