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
import io.jrun.program.SyncCode;
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

  /** A dump has six or seven. */
  private static final int MOST_NOTIFICATIONS = 16;

  /** A restore has three before it is put on record, and as many afterwards. */
  private static final int MOST_UNHEARD = 4;

  /** Field 1, {@code type}, as a number, and that number: NOTIFY. */
  private static final int TYPE_IS_NOTIFY = 0x08 | CriuAnswer.NOTIFY << 8;

  /**
   * An answer of success that tells a version, its number of bytes aside: as little-endian bytes
   * {@code type: VERSION, success: 1, version: {major: 4}}.
   */
  static final long VERSION_4_TO_7 = 0x04_08_00_52_01_10_0a_08L;

  static final long ALL_BUT_MAJOR = 0xfc_ff_00_ff_ff_ff_ff_ffL;

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
  public static Started start(Recorder recorder, Start how, List<Fd> passed) {
    recorder.step("start " + how.command().path());
    long flags = how.place().isEmpty() ? 0 : Linux.CLONE_NEWNS;
    Recorder.Spawned process = recorder.spawn(flags, how.cgroup(), 0);
    recorder.feed(process.channel(), program(how, passed.size()));
    Block word = Block.bytes(new byte[] {1}, "a descriptor");
    recorder.hand(process.channel(), how.images(), word);
    recorder.hand(process.channel(), how.work(), word);
    for (Fd each : passed) {
      recorder.hand(process.channel(), each, word);
    }
    recorder.free(recorder.await(process.channel(), SyncCode.BORN, false));
    Fd ours = recorder.take(process.channel());
    recorder.free(recorder.await(process.channel(), NO_CODE, true));
    recorder.close(process.channel());
    return new Started(ours, process);
  }

  /**
   * CRIU makes the pair itself: numbers of descriptors in a request are those of whoever has made
   * it.
   */
  private static Program program(Start how, int passed) {
    Recorder recorder = new Recorder();
    recorder.step("take what CRIU is to have");
    for (int i = IMAGES; i < FIRST_PASSED + passed; i++) {
      Fd taken = recorder.take(Recorder.bornChannel());
      recorder.dup2(taken, Fd.of(i));
      recorder.close(taken);
    }
    how.place().ifPresent(place -> enter(recorder, place));
    recorder.step("make a pair of sockets");
    Block ends = Block.room(8);
    UnixSocket.pairOfMessages(recorder, ends);
    Fd fronts = asFd(recorder.load(ends, 0, 4), "front");
    // Reports of a traced program come before it, and the socket right after.
    recorder.sync(null, SyncCode.BORN, Value.of(0));
    recorder.hand(null, fronts, Block.bytes(new byte[] {1}, "a descriptor"));
    recorder.close(fronts);
    recorder.dup2(asFd(recorder.load(ends, 4, 4), "own"), Fd.of(SOCKET));
    recorder.umask(how.umask());
    CriuCommand command = how.command();
    recorder.step("execute " + command.path());
    List<String> words = List.of("criu", "swrk", Integer.toString(SOCKET));
    List<String> variables = command.environment();
    recorder
        .failing(FailureText.words("exec " + command.path() + ": ").andErrno())
        .execve(
            command.path(),
            Block.vector(words, words),
            Block.vector(variables, "[" + variables.size() + " variables]"));
    return recorder.program();
  }

  private static void enter(Recorder recorder, Place place) {
    recorder.step("make the root file system a mount", "/root/path");
    recorder.propagation("/", Linux.MS_REC | Linux.MS_SLAVE);
    Fd tree = recorder.openTree(Fd.CWD, place.rootfs(), Linux.OPEN_TREE_CLONE | Linux.AT_RECURSIVE);
    Fd target =
        recorder.openat(Fd.CWD, place.rootfs(), Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    recorder.moveMount(tree, target);
    recorder.close(target);
    recorder.close(tree);
    recorder.step("find the directory to work in again");
    Fd work =
        recorder.openat(Fd.CWD, place.work(), Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    recorder.dup2(work, Fd.of(WORK));
    recorder.close(work);
  }

  /** Sends a request, or the answer to a notification. */
  public static void send(Recorder recorder, Fd socket, byte[] message, String what) {
    recorder.step("tell CRIU " + what);
    // Who has ended is found out by what is heard then.
    recorder.ignoring(Errno.EPIPE);
    recorder.write(socket, Block.bytes(message, what + ", " + message.length + " bytes"));
  }

  /**
   * Waits for what CRIU says, and reports it: {@link ReportTag#CRIU}, nothing at its end; and the
   * number of the descriptor that came along, if one did.
   */
  public static void receive(Recorder recorder, Fd socket) {
    recorder.step("hear from CRIU");
    Block room = Block.room(ROOM);
    Label none = new Label();
    recorder.on(Errno.ECONNRESET, none);
    UnixSocket.Message message = UnixSocket.Message.into(room);
    report(recorder, room, message, UnixSocket.receive(recorder, socket, message), none);
    recorder.place(none);
  }

  private static void report(
      Recorder recorder, Block room, UnixSocket.Message message, Value count, Label end) {
    recorder.report(ReportTag.CRIU, room, count);
    recorder.free(count);
    recorder
        .on(Errno.ENODATA, end)
        .check(
            message.header(),
            UnixSocket.Message.CONTROL_LENGTH,
            Long.BYTES,
            -1L,
            UnixSocket.Message.ONE_DESCRIPTOR,
            Errno.ENODATA);
    Value number = recorder.load(message.control(), UnixSocket.Message.DESCRIPTOR, 4);
    recorder.report(ReportTag.CRIU_DESCRIPTOR, number);
    recorder.free(number);
  }

  /**
   * Waits for what CRIU says of its version. From 4 to 7 the program goes on; of any other, or what
   * is no such answer, is reported as {@link #receive} does.
   *
   * @param other where the program goes on then
   */
  public static void receiveVersion(Recorder recorder, Fd socket, Label other) {
    recorder.step("hear from CRIU");
    Block room = Block.room(ROOM);
    Label none = new Label();
    Label known = new Label();
    Label told = new Label();
    recorder.on(Errno.ECONNRESET, none);
    Value count = UnixSocket.receive(recorder, socket, UnixSocket.Message.into(room));
    recorder.on(Errno.ENODATA, told);
    recorder.check(room, 0, Long.BYTES, ALL_BUT_MAJOR, VERSION_4_TO_7, Errno.ENODATA);
    recorder.jump(known);
    recorder.place(told);
    recorder.report(ReportTag.CRIU, room, count);
    recorder.free(count);
    recorder.place(none);
    recorder.jump(other);
    recorder.place(known);
  }

  /**
   * Waits for CRIU's answer, or for a notification that somebody waits for, and reports it as
   * {@link #receive} does. The others are acknowledged here, and cost no way to the core and back.
   * One more in a row than there ever are, and what is none that is known, is left to the core.
   *
   * @param unheard notifications at which nothing is to be done; none: at all of them
   * @param acknowledgement the message by which CRIU goes on
   */
  public static void receiveAnswer(
      Recorder recorder, Fd socket, List<CriuNotification> unheard, byte[] acknowledgement) {
    recorder.step("hear from CRIU until it is done");
    Block room = Block.room(ROOM);
    Block goOn = Block.bytes(acknowledgement, "to go on");
    Label heard = new Label();
    Label none = new Label();
    recorder.on(Errno.ECONNRESET, none);
    UnixSocket.Message message = UnixSocket.Message.into(room);
    Value count = UnixSocket.receive(recorder, socket, message);
    int most = unheard.isEmpty() ? MOST_NOTIFICATIONS : MOST_UNHEARD;
    for (int i = 0; i < most; i++) {
      // It begins with its type.
      recorder.on(Errno.ENODATA, heard).check(room, 0, 2, -1L, TYPE_IS_NOTIFY, Errno.ENODATA);
      passOver(recorder, room, unheard, heard);
      recorder.free(count);
      recorder.ignoring(Errno.EPIPE);
      recorder.write(socket, goOn);
      recorder.on(Errno.ECONNRESET, none);
      count = UnixSocket.receive(recorder, socket, message);
    }
    recorder.place(heard);
    report(recorder, room, message, count, none);
    recorder.place(none);
  }

  /** Goes on if it is one of them. */
  private static void passOver(
      Recorder recorder, Block room, List<CriuNotification> unheard, Label heard) {
    if (unheard.isEmpty()) {
      return;
    }
    Label known = new Label();
    for (CriuNotification each : unheard) {
      Label another = new Label();
      recorder.on(Errno.ENODATA, another);
      recorder.check(room, each.at(), Long.BYTES, -1L, each.bytes(), Errno.ENODATA);
      recorder.jump(known);
      recorder.place(another);
    }
    recorder.jump(heard);
    recorder.place(known);
  }

  /** Waits until it has ended; {@code kills}: it is ended. */
  public static void end(Recorder recorder, Started criu, boolean kills) {
    recorder.step("let CRIU end");
    if (kills) {
      recorder.ignoring(Errno.ESRCH, Errno.EBADF);
      recorder.pidfdSendSignal(criu.process().pidfd(), Signal.KILL);
    } else {
      recorder.ignoring(Errno.EBADF).close(criu.socket());
    }
    recorder.ignoring(Errno.ECHILD, Errno.EBADF).waitid(criu.process().pidfd());
    if (kills) {
      // Not before: it would have something to say of that on standard error.
      recorder.ignoring(Errno.EBADF).close(criu.socket());
    }
    recorder.ignoring(Errno.EBADF).close(criu.process().pidfd());
  }

  /**
   * Opens a directory of images and reports its number under {@code tag}.
   *
   * @param mode to make it with where it is not there, and those above it; empty: it must be there
   */
  public static Fd directory(Recorder recorder, String path, OptionalLong mode, int tag) {
    recorder.step("open the directory " + path);
    if (mode.isPresent()) {
      for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
        recorder
            .ignoring(Errno.EEXIST, Errno.EROFS)
            .mkdirat(Fd.CWD, path.substring(0, slash), 0755);
      }
      recorder.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, path, mode.getAsLong());
    }
    Fd directory =
        recorder
            .failing(FailureText.words(path + ": ").andErrno())
            .openat(Fd.CWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    recorder.report(tag, directory);
    return directory;
  }

  /** Fails unless the images of an earlier dump are where they are said to be. */
  public static void requireParent(Recorder recorder, Fd images, String path) {
    recorder.step("look for the parent images " + path);
    Fd parent =
        recorder
            .failing(FailureText.words("invalid --parent-path: " + path + ": ").andErrno())
            .openat(images, path, Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    recorder.close(parent);
  }

  /** Fails unless the caller has given that descriptor. */
  public static void requireOpen(Recorder recorder, long number) {
    recorder.step("look for descriptor " + number);
    recorder
        .failing(FailureText.words("invalid --status-fd: descriptor " + number + ": ").andErrno())
        .fcntl(Fd.of(number), Linux.F_GETFD, 0);
  }

  /** Tells whoever waits that pages can be asked for: a NUL, as runc does. */
  public static void tellReady(Recorder recorder, long number) {
    recorder.step("tell descriptor " + number + " that pages can be asked for");
    recorder.write(Fd.of(number), Block.bytes(new byte[1], "NUL"));
    recorder.close(Fd.of(number));
  }

  private static Fd asFd(Value number, String name) {
    return Fd.register((int) number.number(), name);
  }
}
