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

  /** The cgroup's directory once more, for when state.json is damaged. */
  public static final String CGROUP = "cgroup";

  public static final String EXEC_FIFO = "exec.fifo";
  public static final String START_FIFO = "start.fifo";

  /** All that a run without programs for the verbs that follow leaves in the directory. */
  public static final List<String> OF_A_RUN = List.of(CONFIG, CGROUP, STATE);

  /** What the title of the step that claims an id begins with. */
  public static final String CLAIMING = "claim the id ";

  private static final String GONE = "container does not exist";

  /** What a document is called until it is whole: behind its name. */
  public static final String TEMPORARY = ".tmp";

  private StateSteps() {}

  /** The claimed directory, and the index of the instruction that claimed it. */
  public record Claim(Fd directory, int at) {}

  /** Makes and locks the directory and puts on record what is about to exist. */
  public static Claim claim(Recorder k, LaunchOptions options, LaunchDocuments documents) {
    k.step(CLAIMING + options.id());
    k.umask(0);
    makeParents(k, options.stateDirectory());
    k.failing("container with given ID already exists", Errno.EEXIST)
        .mkdirat(Fd.CWD, options.stateDirectory(), 0700);
    final int at = k.size() - 1;
    Fd directory = lock(k, options.stateDirectory());
    write(k, directory, CGROUP, options.cgroupDirectory().getBytes(StandardCharsets.UTF_8));
    write(k, directory, STATE, documents.creating());
    write(k, directory, CONFIG, documents.config());
    if (options.switches().waits()) {
      k.mknodat(directory, EXEC_FIFO, Linux.S_IFIFO | 0600, 0);
      k.mknodat(directory, START_FIFO, Linux.S_IFIFO | 0600, 0);
    }
    return new Claim(directory, at);
  }

  private static void makeParents(Recorder k, String directory) {
    for (int slash = directory.indexOf('/', 1);
        slash > 0;
        slash = directory.indexOf('/', slash + 1)) {
      k.ignoring(Errno.EEXIST, Errno.EROFS).mkdirat(Fd.CWD, directory.substring(0, slash), 0700);
    }
  }

  /** Opens the directory and takes its lock, waiting for whoever has it. */
  public static Fd lock(Recorder k, String stateDirectory) {
    return lock(k, stateDirectory, Linux.LOCK_EX);
  }

  private static Fd lock(Recorder k, String stateDirectory, long how) {
    Fd directory =
        k.failing(GONE, Errno.ENOENT)
            .openat(
                Fd.CWD,
                stateDirectory,
                Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    k.flock(directory, how);
    proveCurrent(k, directory, stateDirectory);
    return directory;
  }

  /** The same for a stored program. */
  public static Fd lockStored(Recorder k, String stateDirectory) {
    k.step("lock the state directory");
    return lock(k, stateDirectory);
  }

  /** The same where whoever has the lock is for a core to wait for, and to end: EWOULDBLOCK. */
  public static Fd lockAtOnce(Recorder k, String stateDirectory) {
    k.step("lock the state directory");
    return lock(k, stateDirectory, Linux.LOCK_EX | Linux.LOCK_NB);
  }

  /** While the lock was waited for, the directory may have been removed and made anew. */
  private static void proveCurrent(Recorder k, Fd directory, String stateDirectory) {
    Block locked = Block.room(Linux.STATX_SIZE);
    Block current = Block.room(Linux.STATX_SIZE);
    k.statx(directory, "", Linux.AT_EMPTY_PATH, locked);
    k.failing(GONE, Errno.ENOENT).statx(Fd.CWD, stateDirectory, Linux.AT_SYMLINK_NOFOLLOW, current);
    Value wanted = k.load(locked, Linux.STATX_INO_OFFSET, 8);
    Value actual = k.load(current, Linux.STATX_INO_OFFSET, 8);
    k.failing(GONE).testSame(actual, wanted, Errno.ENOENT);
    k.free(wanted);
    k.free(actual);
  }

  /** Writes a document beside the old one and renames it into place. */
  public static void write(Recorder k, Fd directory, String name, byte[] content) {
    Fd file = begin(k, directory, name);
    writePart(k, file, name, content);
    finish(k, directory, name, file);
  }

  /** The same for a block that has numbers to be filled in. */
  public static void write(Recorder k, Fd directory, String name, Block content) {
    Fd file = begin(k, directory, name);
    k.write(file, content);
    finish(k, directory, name, file);
  }

  /**
   * The same for a document with two numbers that are only known when it is written.
   *
   * @param parts what stands before, between and after them
   */
  public static void write(
      Recorder k, Fd directory, String name, List<byte[]> parts, Handle first, Handle second) {
    Fd file = begin(k, directory, name);
    writePart(k, file, name, parts.get(0));
    k.write(file, first);
    writePart(k, file, name, parts.get(1));
    k.write(file, second);
    writePart(k, file, name, parts.get(2));
    finish(k, directory, name, file);
  }

  /**
   * The same in place of a document of which every byte but a word of the same length stays: where
   * the file system has no room for one beside it, the old one is written over. Whoever reads
   * meanwhile, or after a crash, finds the one word or the other: they lie in the first write.
   */
  public static void replace(
      Recorder k, Fd directory, String name, List<byte[]> parts, Handle first, Handle second) {
    Label full = new Label();
    Label done = new Label();
    whereFull(k, full);
    Fd file = begin(k, directory, name);
    whereFull(k, full);
    writePart(k, file, name, parts.get(0));
    whereFull(k, full);
    k.write(file, first);
    whereFull(k, full);
    writePart(k, file, name, parts.get(1));
    whereFull(k, full);
    k.write(file, second);
    whereFull(k, full);
    writePart(k, file, name, parts.get(2));
    whereFull(k, full);
    k.fsync(file);
    k.closeOnly(file);
    whereFull(k, full);
    k.renameat(directory, name + TEMPORARY, directory, name);
    k.jump(done);
    k.place(full);
    k.ignoring(Errno.EBADF).close(file);
    k.ignoring(Errno.ENOENT).unlinkat(directory, name + TEMPORARY, 0);
    Fd old = k.openat(directory, name, Linux.O_WRONLY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    writePart(k, old, name, parts.get(0));
    k.write(old, first);
    writePart(k, old, name, parts.get(1));
    k.write(old, second);
    writePart(k, old, name, parts.get(2));
    k.fsync(old);
    k.close(old);
    k.place(done);
  }

  private static void whereFull(Recorder k, Label full) {
    k.on(Errno.ENOSPC, full).on(Errno.EDQUOT, full);
  }

  private static void writePart(Recorder k, Fd file, String name, byte[] part) {
    k.write(file, Block.bytes(part, part.length + " bytes of " + name));
  }

  private static Fd begin(Recorder k, Fd directory, String name) {
    return k.openat(
        directory,
        name + TEMPORARY,
        Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW | Linux.O_CLOEXEC,
        0600);
  }

  private static void finish(Recorder k, Fd directory, String name, Fd file) {
    k.fsync(file);
    k.close(file);
    k.renameat(directory, name + TEMPORARY, directory, name);
  }

  /** Removes the directory with all that is in it, whatever that is. */
  public static void remove(Recorder k, Fd directory, String stateDirectory) {
    k.ignoring(Errno.ENOENT);
    k.clear(directory, true);
    k.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, Paths.clean(stateDirectory), Linux.AT_REMOVEDIR);
  }

  /** Removes the directory if these files are all that is in it, as far as they are there. */
  public static void removePlainly(
      Recorder k, Fd directory, String stateDirectory, List<String> names) {
    for (String name : names) {
      k.ignoring(Errno.ENOENT).unlinkat(directory, name, 0);
    }
    k.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, Paths.clean(stateDirectory), Linux.AT_REMOVEDIR);
  }
}
