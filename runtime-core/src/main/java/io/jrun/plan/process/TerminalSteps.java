// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.process;

import io.jrun.container.TerminalSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Tty;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;

/**
 * A terminal for a process that is being made, inside the container: a pair of the container's own
 * devpts, whose master goes to the front over the process's channel. No name of the pair is ever
 * looked up: the slave comes from the master, and /dev/console from the slave (CVE-2025-52565).
 */
public final class TerminalSteps {
  private static final String POINTER = "/process/terminal";
  private static final int SLAVE_MAJOR = 136;
  private static final int PTMX_MAJOR = 5;
  private static final int PTMX_MINOR = 2;

  /** The inode of ptmx in every devpts: fs/devpts/inode.c. */
  private static final int PTMX_INODE = 2;

  private static final String NO_DEVPTS = "is not the root of a devpts: a terminal needs one there";
  private static final String OTHER_CONSOLE =
      "/dev/console exists in the root file system and is neither a device nor a plain file";
  private static final String NOT_COVERED = "/dev/console is not the terminal";

  private final Recorder recorder;
  private final TerminalSpec terminal;
  private final Block slaveStat = Block.room(Linux.STATX_SIZE);
  private Fd master;
  private Fd slave;

  public TerminalSteps(Recorder recorder, TerminalSpec terminal) {
    this.recorder = recorder;
    this.terminal = terminal;
  }

  /** Opens the pair, gives it its size and its owner; its group is devpts's to choose. */
  public void open(Fd root, long uid) {
    recorder.step("take a terminal of /dev/pts", POINTER);
    Fd pts =
        recorder
            .failing(
                FailureText.words("/dev/pts: ")
                    .andErrno()
                    .and(": a terminal needs a devpts there: add the mount"))
            .resolve(root, "/dev/pts", Recorder.Missing.FAILS, null, 0);
    isDevpts(pts, "/dev/pts " + NO_DEVPTS);
    // Nothing mounted upon it, no link: a devpts holds no other file of that name.
    master =
        recorder.openat2(
            pts,
            "ptmx",
            Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_NOFOLLOW | Linux.O_CLOEXEC,
            Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_XDEV | Linux.RESOLVE_NO_SYMLINKS);
    recorder.close(pts);
    String wrong = "/dev/pts/ptmx is not the device of a devpts";
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(master, "", Linux.AT_EMPTY_PATH, stat);
    isDevice(stat, PTMX_MAJOR, wrong);
    recorder
        .failing(wrong)
        .check(stat, Linux.STATX_RDEV_MINOR_OFFSET, 4, -1L, PTMX_MINOR, Errno.ENODEV);
    recorder.failing(wrong).check(stat, Linux.STATX_INO_OFFSET, 8, -1L, PTMX_INODE, Errno.ENODEV);
    Tty.unlock(recorder, master);
    slave = Tty.peer(recorder, master);
    recorder.statx(slave, "", Linux.AT_EMPTY_PATH, slaveStat);
    isDevice(slaveStat, SLAVE_MAJOR, "the peer of /dev/pts/ptmx is not a terminal");
    if (terminal.hasSize()) {
      recorder.step(
          "set the terminal's size to " + terminal.rows() + "x" + terminal.columns(),
          "/process/consoleSize");
      Tty.setSize(recorder, master, Tty.winsize(terminal.rows(), terminal.columns()));
    }
    recorder.step("give the terminal to user " + uid, "/process/user/uid");
    recorder.fchown(slave, uid, -1);
  }

  private void isDevpts(Fd directory, String wrong) {
    Block statfs = Block.room(Linux.STATFS_SIZE);
    recorder.fstatfs(directory, statfs);
    recorder.failing(wrong).check(statfs, 0, 8, -1L, Linux.DEVPTS_SUPER_MAGIC, Errno.ENODEV);
  }

  private void isDevice(Block stat, int major, String wrong) {
    recorder
        .failing(wrong)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.ENODEV);
    recorder.failing(wrong).check(stat, Linux.STATX_RDEV_MAJOR_OFFSET, 4, -1L, major, Errno.ENODEV);
  }

  /**
   * Makes the slave /dev/console: runtime-linux.md "Default Devices". Opens no file of the image.
   */
  public void showAsConsole(Fd root) {
    recorder.step("make the terminal /dev/console", POINTER);
    Fd dev = recorder.resolve(root, "/dev", Recorder.Missing.BECOMES_DIRECTORY, null, 0);
    recorder.ignoring(Errno.EEXIST).mknodat(dev, "console", Linux.S_IFREG | 0600, 0);
    Fd target = recorder.openat(dev, "console", Linux.O_PATH | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    Label fine = new Label();
    Block stat = Block.room(Linux.STATX_SIZE);
    recorder.statx(target, "", Linux.AT_EMPTY_PATH, stat);
    Label device = new Label();
    recorder
        .on(Errno.EEXIST, device)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFREG, Errno.EEXIST);
    recorder.jump(fine);
    recorder.place(device);
    recorder
        .failing(OTHER_CONSOLE)
        .check(stat, Linux.STATX_MODE_OFFSET, 2, Linux.S_IFMT, Linux.S_IFCHR, Errno.EEXIST);
    recorder.place(fine);
    Fd copy = recorder.openTree(slave, "", Linux.OPEN_TREE_CLONE | Linux.AT_EMPTY_PATH);
    recorder.moveMount(copy, target);
    recorder.close(copy);
    recorder.close(target);
    Fd found = recorder.openat(dev, "console", Linux.O_PATH | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    recorder.statx(found, "", Linux.AT_EMPTY_PATH, stat);
    same(stat, Linux.STATX_DEV_MAJOR_OFFSET, 4);
    same(stat, Linux.STATX_DEV_MINOR_OFFSET, 4);
    same(stat, Linux.STATX_INO_OFFSET, 8);
    recorder.close(found);
    recorder.close(dev);
  }

  private void same(Block stat, int offset, int width) {
    Value wanted = recorder.load(slaveStat, offset, width);
    Value actual = recorder.load(stat, offset, width);
    recorder.failing(NOT_COVERED).testSame(actual, wanted, Errno.EPERM);
    recorder.free(actual);
    recorder.free(wanted);
  }

  /** The master is the front's from here on, which passes it to whom it is for. */
  public void handOver() {
    recorder.step("hand the terminal's master to the front", POINTER);
    recorder.sync(null, SyncCode.TERMINAL, Value.of(0));
    recorder.hand(null, master, Block.bytes(new byte[1], "the master"));
    recorder.close(master);
  }

  /** For a process that nothing else holds back: its program may ask for the size first of all. */
  public void awaitTaken() {
    recorder.step("wait until the front has the terminal's master", POINTER);
    recorder.free(recorder.await(null, SyncCode.TAKEN, false));
  }

  /** Makes the slave the standard descriptors of a session that this process leads. */
  public void become() {
    recorder.step("make the terminal the controlling one", POINTER);
    // A clone in a joined pid namespace is in the session of the process it was cloned from.
    recorder.ignoring(Errno.EPERM).setsid();
    Tty.makeControlling(recorder, slave);
    recorder.step("make the terminal the standard descriptors", POINTER);
    for (Fd fd : new Fd[] {Fd.STDIN, Fd.STDOUT, Fd.STDERR}) {
      recorder.dup2(slave, fd);
    }
    recorder.close(slave);
  }
}
