// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.container.Paths;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Handle;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchOptions;
import io.jrun.program.Label;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Steps on the state directory: claim an id, write a document so that a reader sees the old one or
 * the new one and never half of it, remove it all. The lock is flock(2) on the directory itself: it
 * goes with the process that holds it, and a directory that was removed meanwhile is noticed.
 */
public final class StateSteps {
  public static final String STATE = "state.json";
  public static final String CONFIG = "config.json";

  /**
   * The cgroup's directory once more, for when state.json is damaged: what a symbolic link of this
   * name points to, which takes no page of a tmpfs; or the content of a file, where it is more than
   * every file system has room for in a link, or nothing.
   */
  public static final String CGROUP = "cgroup";

  public static final String EXEC_FIFO = "exec.fifo";
  public static final String START_FIFO = "start.fifo";

  /** All that a run without programs for the verbs that follow leaves in the directory. */
  public static final List<String> OF_A_RUN = List.of(CONFIG, CGROUP, STATE);

  /** What the title of the step that claims an id begins with. */
  public static final String CLAIMING = "claim the id ";

  /** XFS takes no longer one. */
  private static final int LONGEST_LINK = 1023;

  private static final String GONE = "container does not exist";

  /** What a document is called until it is whole: behind its name. */
  public static final String TEMPORARY = ".tmp";

  private StateSteps() {}

  /**
   * Makes and locks the directory and puts on record what is about to exist.
   *
   * @return the directory
   */
  public static Fd claim(Recorder recorder, LaunchOptions options, LaunchDocuments documents) {
    recorder.step(CLAIMING + options.id());
    recorder.umask(0);
    makeParents(recorder, options.stateDirectory());
    recorder
        .failing("container with given ID already exists", Errno.EEXIST)
        .mkdirat(Fd.CWD, options.stateDirectory(), 0700);
    recorder.mark(Mark.CLAIMED);
    Fd directory = lock(recorder, options.stateDirectory());
    putCgroup(recorder, directory, options.cgroupDirectory());
    write(recorder, directory, STATE, documents.creating());
    write(recorder, directory, CONFIG, documents.config());
    if (options.switches().waits()) {
      recorder.mknodat(directory, EXEC_FIFO, Linux.S_IFIFO | 0600, 0);
      recorder.mknodat(directory, START_FIFO, Linux.S_IFIFO | 0600, 0);
    }
    return directory;
  }

  private static void putCgroup(Recorder recorder, Fd directory, String cgroup) {
    byte[] bytes = cgroup.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > LONGEST_LINK) {
      write(recorder, directory, CGROUP, bytes);
    } else {
      recorder.symlinkat(cgroup, directory, CGROUP);
    }
  }

  private static void makeParents(Recorder recorder, String directory) {
    for (int slash = directory.indexOf('/', 1);
        slash > 0;
        slash = directory.indexOf('/', slash + 1)) {
      recorder.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, directory.substring(0, slash), 0700);
    }
  }

  /** Opens the directory and takes its lock, waiting for whoever has it. */
  public static Fd lock(Recorder recorder, String stateDirectory) {
    Fd directory = open(recorder, stateDirectory);
    recorder.flock(directory, Linux.LOCK_EX);
    proveCurrent(recorder, directory, stateDirectory);
    return directory;
  }

  private static Fd open(Recorder recorder, String stateDirectory) {
    return recorder
        .failing(GONE, Errno.ENOENT)
        .openat(
            Fd.CWD,
            stateDirectory,
            Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
  }

  /** The same for a stored program. */
  public static Fd lockStored(Recorder recorder, String stateDirectory) {
    recorder.step("lock the state directory");
    return lock(recorder, stateDirectory);
  }

  /**
   * The same where, if a number is 1, whoever has the lock is for a core to wait for, and to end:
   * EWOULDBLOCK.
   */
  public static Fd lockStored(Recorder recorder, String stateDirectory, Value atOnce) {
    recorder.step("lock the state directory");
    Fd directory = open(recorder, stateDirectory);
    Label waits = new Label();
    Label locked = new Label();
    recorder.on(Errno.EALREADY, waits).test(atOnce, -1L, 1, Errno.EALREADY);
    recorder.flock(directory, Linux.LOCK_EX | Linux.LOCK_NB);
    recorder.jump(locked);
    recorder.place(waits);
    recorder.flock(directory, Linux.LOCK_EX);
    recorder.place(locked);
    proveCurrent(recorder, directory, stateDirectory);
    return directory;
  }

  /** While the lock was waited for, the directory may have been removed and made anew. */
  private static void proveCurrent(Recorder recorder, Fd directory, String stateDirectory) {
    Block locked = Block.room(Linux.STATX_SIZE);
    Block current = Block.room(Linux.STATX_SIZE);
    recorder.statx(directory, "", Linux.AT_EMPTY_PATH, locked);
    recorder
        .failing(GONE, Errno.ENOENT)
        .statx(Fd.CWD, stateDirectory, Linux.AT_SYMLINK_NOFOLLOW, current);
    Value wanted = recorder.load(locked, Linux.STATX_INO_OFFSET, 8);
    Value actual = recorder.load(current, Linux.STATX_INO_OFFSET, 8);
    recorder.failing(GONE).testSame(actual, wanted, Errno.ENOENT);
    recorder.free(wanted);
    recorder.free(actual);
  }

  /** Writes a document beside the old one and renames it into place. */
  public static void write(Recorder recorder, Fd directory, String name, byte[] content) {
    Fd file = begin(recorder, directory, name);
    writePart(recorder, file, name, content);
    finish(recorder, directory, name, file);
  }

  /** The same for a block that has numbers to be filled in. */
  public static void write(Recorder recorder, Fd directory, String name, Block content) {
    Fd file = begin(recorder, directory, name);
    recorder.write(file, content);
    finish(recorder, directory, name, file);
  }

  /**
   * The same for a document with two numbers that are only known when it is written.
   *
   * @param parts what stands before, between and after them
   */
  public static void write(
      Recorder recorder,
      Fd directory,
      String name,
      List<byte[]> parts,
      Handle first,
      Handle second) {
    Fd file = begin(recorder, directory, name);
    writePart(recorder, file, name, parts.get(0));
    recorder.write(file, first);
    writePart(recorder, file, name, parts.get(1));
    recorder.write(file, second);
    writePart(recorder, file, name, parts.get(2));
    finish(recorder, directory, name, file);
  }

  /**
   * The same in place of a document of which every byte but a word of the same length stays: where
   * the file system has no room for one beside it, the old one is written over. Whoever reads
   * meanwhile, or after a crash, finds the one word or the other: they lie in the first write.
   */
  public static void replace(
      Recorder recorder,
      Fd directory,
      String name,
      List<byte[]> parts,
      Handle first,
      Handle second) {
    Label full = new Label();
    Label done = new Label();
    whereFull(recorder, full);
    Fd file = begin(recorder, directory, name);
    whereFull(recorder, full);
    writePart(recorder, file, name, parts.get(0));
    whereFull(recorder, full);
    recorder.write(file, first);
    whereFull(recorder, full);
    writePart(recorder, file, name, parts.get(1));
    whereFull(recorder, full);
    recorder.write(file, second);
    whereFull(recorder, full);
    writePart(recorder, file, name, parts.get(2));
    whereFull(recorder, full);
    recorder.fsync(file);
    recorder.closeOnly(file);
    whereFull(recorder, full);
    recorder.renameat(directory, name + TEMPORARY, directory, name);
    recorder.jump(done);
    recorder.place(full);
    recorder.ignoring(Errno.EBADF).close(file);
    recorder.ignoring(Errno.ENOENT).unlinkat(directory, name + TEMPORARY, 0);
    Fd old = recorder.openat(directory, name, Linux.O_WRONLY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    writePart(recorder, old, name, parts.get(0));
    recorder.write(old, first);
    writePart(recorder, old, name, parts.get(1));
    recorder.write(old, second);
    writePart(recorder, old, name, parts.get(2));
    recorder.fsync(old);
    recorder.close(old);
    recorder.place(done);
  }

  private static void whereFull(Recorder recorder, Label full) {
    recorder.on(Errno.ENOSPC, full).on(Errno.EDQUOT, full);
  }

  private static void writePart(Recorder recorder, Fd file, String name, byte[] part) {
    recorder.write(file, Block.bytes(part, part.length + " bytes of " + name));
  }

  private static Fd begin(Recorder recorder, Fd directory, String name) {
    return recorder.openat(
        directory,
        name + TEMPORARY,
        Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW | Linux.O_CLOEXEC,
        0600);
  }

  private static void finish(Recorder recorder, Fd directory, String name, Fd file) {
    recorder.fsync(file);
    recorder.close(file);
    recorder.renameat(directory, name + TEMPORARY, directory, name);
  }

  /** Removes the directory with all that is in it, whatever that is. */
  public static void remove(Recorder recorder, Fd directory, String stateDirectory) {
    recorder.ignoring(Errno.ENOENT);
    recorder.clear(directory, true);
    recorder
        .ignoring(Errno.ENOENT)
        .unlinkat(Fd.CWD, Paths.clean(stateDirectory), Linux.AT_REMOVEDIR);
  }

  /** Removes the directory if these files are all that is in it, as far as they are there. */
  public static void removePlainly(
      Recorder recorder, Fd directory, String stateDirectory, List<String> names) {
    for (String name : names) {
      recorder.ignoring(Errno.ENOENT).unlinkat(directory, name, 0);
    }
    recorder
        .ignoring(Errno.ENOENT)
        .unlinkat(Fd.CWD, Paths.clean(stateDirectory), Linux.AT_REMOVEDIR);
  }
}
