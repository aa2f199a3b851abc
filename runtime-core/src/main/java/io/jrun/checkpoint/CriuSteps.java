// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Signal;
import io.jrun.linux.UnixSocket;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * CRIU as a child of the front: executed as {@code criu swrk N}, with one end of a pair of sockets
 * as descriptor N; the front has the other and carries messages. The child begins as an init does,
 * from the front's sealed copy, so the front knows nothing of CRIU.
 */
public final class CriuSteps {
  /** Numbers of what CRIU is executed with: the socket, directories, what is passed beside them. */
  private static final int SOCKET = 10;

  static final int IMAGES = 11;
  static final int WORK = 12;
  public static final int FIRST_PASSED = 13;

  /** A message has a few hundred bytes at most, but for a text of CRIU's. */
  private static final int ROOM = 16 << 10;

  /** No sync point has this value: the end of the channel is what is awaited. */
  private static final int NO_CODE = 0xffff;

  private CriuSteps() {}

  /**
   * How CRIU is started.
   *
   * @param cgroup it is born there; null: in the caller's
   * @param images the directory of images
   * @param work the directory that CRIU works in
   * @param place where it runs, if not where the front does
   * @param umask of the caller's
   */
  public record Start(
      CriuCommand command, Fd cgroup, Fd images, Fd work, Optional<Place> place, long umask) {}

  /**
   * A mount namespace of CRIU's own, which a restore needs: CRIU's "--root" has to be a mount, and
   * the host is to see nothing of it.
   *
   * @param rootfs absolute path of the directory that is made a mount
   * @param work absolute path of the directory that CRIU works in: it mounts there
   */
  public record Place(String rootfs, String work) {}

  /** What the front holds: its end of the pair, and the process. */
  public record Started(Fd socket, Recorder.Spawned process) {}

  /** Starts it; {@code passed} become the descriptors from {@link #FIRST_PASSED} up. */
  public static Started start(Recorder k, Start how, List<Fd> passed) {
    k.step("start " + how.command().path());
    long flags = how.place().isEmpty() ? 0 : Linux.CLONE_NEWNS;
    Recorder.Spawned process = k.spawn(flags, how.cgroup(), 0);
    k.feed(process.channel(), program(how, passed.size()));
    Block word = Block.bytes(new byte[] {1}, "a descriptor");
    k.hand(process.channel(), how.images(), word);
    k.hand(process.channel(), how.work(), word);
    for (Fd each : passed) {
      k.hand(process.channel(), each, word);
    }
    Fd ours = k.take(process.channel());
    k.free(k.await(process.channel(), NO_CODE, true));
    k.close(process.channel());
    return new Started(ours, process);
  }

  /**
   * CRIU makes the pair itself: numbers of descriptors in a request are those of whoever has made
   * it.
   */
  private static Program program(Start how, int passed) {
    Recorder k = new Recorder();
    k.step("take what CRIU is to have");
    for (int i = IMAGES; i < FIRST_PASSED + passed; i++) {
      Fd taken = k.take(Recorder.bornChannel());
      k.dup2(taken, Fd.of(i));
      k.close(taken);
    }
    how.place().ifPresent(place -> enter(k, place));
    k.step("make a pair of sockets");
    Block ends = Block.room(8);
    UnixSocket.pairOfMessages(k, ends);
    Fd fronts = asFd(k.load(ends, 0, 4), "front");
    k.hand(null, fronts, Block.bytes(new byte[] {1}, "a descriptor"));
    k.close(fronts);
    k.dup2(asFd(k.load(ends, 4, 4), "own"), Fd.of(SOCKET));
    k.umask(how.umask());
    CriuCommand command = how.command();
    k.step("execute " + command.path());
    List<String> words = List.of("criu", "swrk", Integer.toString(SOCKET));
    List<String> variables = command.environment();
    k.failing(FailureText.words("exec " + command.path() + ": ").andErrno())
        .execve(
            command.path(),
            Block.vector(words, words),
            Block.vector(variables, "[" + variables.size() + " variables]"));
    return k.program();
  }

  private static void enter(Recorder k, Place place) {
    k.step("make the root file system a mount", "/root/path");
    k.propagation("/", Linux.MS_REC | Linux.MS_SLAVE);
    Fd tree = k.openTree(Fd.CWD, place.rootfs(), Linux.OPEN_TREE_CLONE | Linux.AT_RECURSIVE);
    Fd target =
        k.openat(Fd.CWD, place.rootfs(), Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    k.moveMount(tree, target);
    k.close(target);
    k.close(tree);
    k.step("find the directory to work in again");
    Fd work = k.openat(Fd.CWD, place.work(), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    k.dup2(work, Fd.of(WORK));
    k.close(work);
  }

  /** Sends a request, or the answer to a notification. */
  public static void send(Recorder k, Fd socket, byte[] message, String what) {
    k.step("tell CRIU " + what);
    // Who has ended is found out by what is heard then.
    k.ignoring(Errno.EPIPE);
    k.write(socket, Block.bytes(message, what + ", " + message.length + " bytes"));
  }

  /**
   * Waits for what CRIU says, and reports it: {@link ReportTag#CRIU}, nothing at its end; and the
   * number of the descriptor that came along, if one did.
   */
  public static void receive(Recorder k, Fd socket) {
    k.step("hear from CRIU");
    Block room = Block.room(ROOM);
    Label none = new Label();
    k.on(Errno.ECONNRESET, none);
    UnixSocket.Received received = UnixSocket.receive(k, socket, room);
    k.report(ReportTag.CRIU, room, received.count());
    k.free(received.count());
    k.on(Errno.ENODATA, none)
        .check(
            received.header(),
            UnixSocket.Received.CONTROL_LENGTH,
            Long.BYTES,
            -1L,
            UnixSocket.Received.ONE_DESCRIPTOR,
            Errno.ENODATA);
    Value number = k.load(received.control(), UnixSocket.Received.DESCRIPTOR, 4);
    k.report(ReportTag.CRIU_DESCRIPTOR, number);
    k.free(number);
    k.place(none);
  }

  /** Waits until it has ended; {@code kills}: it is ended. */
  public static void end(Recorder k, Started criu, boolean kills) {
    k.step("let CRIU end");
    if (kills) {
      k.ignoring(Errno.ESRCH, Errno.EBADF);
      k.pidfdSendSignal(criu.process().pidfd(), Signal.KILL);
    } else {
      k.ignoring(Errno.EBADF).close(criu.socket());
    }
    k.ignoring(Errno.ECHILD, Errno.EBADF).waitid(criu.process().pidfd());
    if (kills) {
      // Not before: it would have something to say of that on standard error.
      k.ignoring(Errno.EBADF).close(criu.socket());
    }
    k.ignoring(Errno.EBADF).close(criu.process().pidfd());
  }

  /**
   * Opens a directory of images and reports its number under {@code tag}.
   *
   * @param mode to make it with where it is not there, and those above it; empty: it must be there
   */
  public static Fd directory(Recorder k, String path, OptionalLong mode, int tag) {
    k.step("open the directory " + path);
    if (mode.isPresent()) {
      for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
        k.ignoring(Errno.EEXIST, Errno.EROFS).mkdirat(Fd.CWD, path.substring(0, slash), 0755);
      }
      k.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, path, mode.getAsLong());
    }
    Fd directory =
        k.failing(FailureText.words(path + ": ").andErrno())
            .openat(Fd.CWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    k.report(tag, directory);
    return directory;
  }

  /** Fails unless the images of an earlier dump are where they are said to be. */
  public static void requireParent(Recorder k, Fd images, String path) {
    k.step("look for the parent images " + path);
    Fd parent =
        k.failing(
                FailureText.words("invalid parent checkpoint path given: " + path + ": ")
                    .andErrno())
            .openat(images, path, Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    k.close(parent);
  }

  /** Fails unless the caller has given that descriptor. */
  public static void requireOpen(Recorder k, long number) {
    k.step("look for descriptor " + number);
    k.failing(FailureText.words("invalid --status-fd: descriptor " + number + ": ").andErrno())
        .fcntl(Fd.of(number), Linux.F_GETFD, 0);
  }

  /** Tells whoever waits that pages can be asked for: a NUL, as runc does. */
  public static void tellReady(Recorder k, long number) {
    k.step("tell descriptor " + number + " that pages can be asked for");
    k.write(Fd.of(number), Block.bytes(new byte[1], "NUL"));
    k.close(Fd.of(number));
  }

  private static Fd asFd(Value number, String name) {
    return Fd.register((int) number.number(), name);
  }
}
