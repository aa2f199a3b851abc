// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.host.Rootless;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Procfs;
import io.jrun.linux.Value;
import io.jrun.plan.Rights;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A host in the doctor's hands: calls are made there by the front, which has the caller's rights,
 * limits and namespaces, or by a process that the front clones, where they would change it.
 */
final class Examination {
  /** Where the host's programs are looked for: nothing of the caller's is searched. */
  private static final List<String> DIRECTORIES =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  private final Session session;
  private final Patient patient;

  Examination(Session session, Patient patient) {
    this.session = session;
    this.patient = patient;
  }

  Patient patient() {
    return patient;
  }

  CallerContext caller() {
    return session.front().caller();
  }

  Rights rights() {
    return Rootless.rights(caller());
  }

  boolean isOrdinaryUser() {
    return rights() == Rights.USER;
  }

  /** A name that nothing else has while this command runs. */
  String ownName() {
    return "jrun-doctor-" + caller().pid();
  }

  /** The front's own program; empty where /proc does not tell. */
  Optional<String> frontProgram() {
    try {
      return Optional.of(
          Files.readSymbolicLink(Path.of("/proc/" + caller().pid() + "/exe")).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A program of the host's. */
  static Optional<String> program(String name) {
    for (String directory : DIRECTORIES) {
      if (Files.isExecutable(Path.of(directory, name))) {
        return Optional.of(directory + "/" + name);
      }
    }
    return Optional.empty();
  }

  /** Has the front make calls. */
  Outcome attempt(Consumer<Recorder> calls) {
    return attempt(new Recorder(), calls);
  }

  private Outcome attempt(Recorder recorder, Consumer<Recorder> calls) {
    recorder.step("ask");
    calls.accept(recorder);
    return session.front().run(recorder.program());
  }

  /**
   * A process that makes calls of its own beside the front.
   *
   * @param front what the front has recorded, for what follows it
   * @param outcome of what both have done so far
   */
  record Apart(Recorder front, Recorder.Spawned process, Outcome outcome) {}

  /** What the front does beside such a process. */
  interface Beside {
    void record(Recorder front, Recorder.Spawned process);
  }

  /** Has a process of its own make calls, and waits for its end. */
  Outcome attemptApart(Consumer<Recorder> calls) {
    Apart apart =
        begin(
            calls, (recorder, process) -> recorder.await(process.channel(), SyncCode.READY, true));
    release(apart);
    return apart.outcome();
  }

  /** Clones a process that makes calls, and has the front do something beside it. */
  Apart begin(Consumer<Recorder> calls, Beside beside) {
    Recorder child = new Recorder();
    child.step("ask");
    calls.accept(child);
    Recorder front = new Recorder();
    front.step("clone a process");
    Recorder.Spawned process = front.spawn(0, null, 0);
    front.feed(process.channel(), child.program());
    front.step("wait for it");
    beside.record(front, process);
    return new Apart(front, process, session.front().run(front.program()));
  }

  /** Has the front do something more beside a process, and waits for its end. */
  Outcome end(Apart apart, Beside beside) {
    Recorder front = apart.front().next();
    front.step("wait for its end");
    beside.record(front, apart.process());
    front.await(apart.process().channel(), SyncCode.READY, true);
    Outcome outcome = session.front().run(front.program());
    release(apart);
    return outcome;
  }

  /** It has ended, or does when its channel has. */
  void release(Apart apart) {
    Recorder front = apart.front().next();
    front.step("see it out");
    front.close(apart.process().channel());
    front.waitid(apart.process().pidfd());
    front.close(apart.process().pidfd());
    session.front().run(front.program());
  }

  /**
   * How a program ended.
   *
   * @param code its exit code, 128 and a signal, or -1 if it could not be run
   * @param err what it said; of one that could not be run, why
   */
  record Ran(int code, String out, String err) {}

  /** Runs a program of the host's as the caller, for so long at most. */
  Ran run(String program, List<String> argv, long milliseconds) {
    return run(new Recorder(), program, argv, milliseconds);
  }

  /** The same while a process is there that was begun: what the front holds of it is kept. */
  Ran run(Apart apart, String program, List<String> argv, long milliseconds) {
    return run(apart.front().next(), program, argv, milliseconds);
  }

  private Ran run(Recorder empty, String program, List<String> argv, long milliseconds) {
    Outcome outcome =
        attempt(
            empty,
            recorder -> {
              Value status =
                  recorder.hook(
                      program,
                      argv,
                      caller().environment(),
                      Block.bytes(new byte[0], "nothing"),
                      milliseconds,
                      ReportTag.OUTPUT);
              recorder.report(ReportTag.STATUS, status);
            });
    if (!outcome.succeeded()) {
      return new Ran(-1, "", Errno.describe(outcome.errno()));
    }
    int status = outcome.number(ReportTag.STATUS).orElse(0L).intValue();
    int signal = status & 0x7f;
    return new Ran(
        signal == 0 ? status >> 8 & 0xff : 128 + signal,
        text(outcome, ReportTag.OUTPUT),
        text(outcome, ReportTag.ERROR_OUTPUT));
  }

  private static String text(Outcome outcome, int tag) {
    return new String(outcome.bytes(tag), StandardCharsets.UTF_8).strip();
  }

  /**
   * Makes a directory of the caller's with others and files in it; the outcome of the first
   * failure.
   */
  Outcome makeDirectory(String path, List<String> directories, List<TextFile> files) {
    return attempt(
        recorder -> {
          recorder.mkdirat(Fd.CWD, path, 0700);
          for (String each : directories) {
            recorder.mkdirat(Fd.CWD, path + "/" + each, 0700);
          }
          for (TextFile each : files) {
            Fd fd =
                recorder.openat(
                    Fd.CWD,
                    path + "/" + each.name(),
                    Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_CLOEXEC,
                    0600);
            recorder.write(
                fd, Block.bytes(each.text().getBytes(StandardCharsets.UTF_8), each.name()));
            recorder.close(fd);
          }
        });
  }

  /** A file to be made. */
  record TextFile(String name, String text) {}

  /** Removes what {@link #makeDirectory} has made, and whatever has come into it. */
  void removeDirectory(String path) {
    attempt(
        recorder -> {
          Fd directory =
              recorder.openat(
                  Fd.CWD,
                  path,
                  Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
          recorder.clear(directory, true);
          recorder.close(directory);
          recorder.unlinkat(Fd.CWD, path, Linux.AT_REMOVEDIR);
        });
  }

  /** Where a process has the rights of root over its own mounts. */
  void enter(Recorder recorder, long more) {
    if (!isOrdinaryUser()) {
      recorder.unshare(more);
      return;
    }
    recorder.unshare(more | Linux.CLONE_NEWUSER);
    // Whoever is not dumpable does not own its own files in /proc.
    recorder.prctl(Linux.PR_SET_DUMPABLE, 1);
    write(recorder, "setgroups", "deny");
    write(recorder, "uid_map", "0 " + caller().euid() + " 1");
    write(recorder, "gid_map", "0 " + caller().egid() + " 1");
  }

  private static void write(Recorder recorder, String file, String text) {
    Fd fd = recorder.openat(Fd.CWD, "/proc/self/" + file, Linux.O_WRONLY | Linux.O_CLOEXEC);
    recorder.write(fd, Block.bytes(text.getBytes(StandardCharsets.US_ASCII), text));
    recorder.close(fd);
  }

  /** A file's only line; empty if it cannot be read. */
  static Optional<String> line(String file) {
    return Procfs.read(file).map(String::strip);
  }

  /** A file's number; empty where there is none. */
  static Optional<Long> number(String file) {
    try {
      return line(file).map(Long::parseLong);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** What failed: the call and its errno, in words. */
  static String failure(Outcome outcome) {
    String call = outcome.failed() == null ? "it" : outcome.failed().name();
    return call + ": " + Errno.describe(outcome.errno());
  }

  static boolean failedWith(Outcome outcome, Errno errno) {
    return outcome.errno() == errno.number();
  }
}
