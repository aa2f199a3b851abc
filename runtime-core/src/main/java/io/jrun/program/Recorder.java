// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import io.jrun.linux.Arg;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.FlagNames;
import io.jrun.linux.Flags;
import io.jrun.linux.Handle;
import io.jrun.linux.Kernel;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import java.util.List;

/**
 * The binding of {@link Kernel} that records: the same calls become instructions of a program for
 * the front or for init. Beside the system calls it has the composites of docs/plan.md, which have
 * no meaning for a process that executes at once.
 *
 * <p>Pure: no I/O, no clock, no randomness. The same calls give the same program.
 */
public final class Recorder extends Recording {
  private static final int SIGCHLD = 17;

  /** A recorder of a program that starts with all registers free, and is kept. */
  public Recorder() {
    this((Sink) null);
  }

  /** The same of a program that is sent piece by piece. */
  public Recorder(Sink sink) {
    super(sink);
  }

  private Recorder(Recorder before) {
    super(before);
  }

  /** A recorder of the program that the same process runs after this one: registers live on. */
  public Recorder next() {
    return new Recorder(this);
  }

  // Control

  /** On this error of the next instruction, go on at the label. */
  public Recorder on(Errno errno, Label to) {
    next.expect(errno, to);
    return this;
  }

  /**
   * What to say if the next instruction fails, in place of naming call and errno. Said once:
   * whoever records for others, and has words for an error of its own, uses {@link #alsoFailing}.
   *
   * @param only with these errors; if none are named, with any
   * @throws IllegalStateException if words are there already
   */
  public Recorder failing(String message, Errno... only) {
    return failing(FailureText.words(message), only);
  }

  /** The same with what is only known when it has failed. */
  public Recorder failing(FailureText message, Errno... only) {
    next.fail(message, List.of(only));
    return this;
  }

  /** The same with one error, whose words a caller has not: the caller's are for all others. */
  public Recorder alsoFailing(FailureText message, Errno errno) {
    next.alsoFail(message, errno);
    return this;
  }

  /** The next call, which gives a descriptor, gives it to a register that is there already. */
  public Recorder into(Fd register) {
    next.giveTo(register);
    return this;
  }

  // Proofs

  /** Fails with {@code errno} unless the masked value is the wanted one. */
  public void test(Handle value, long mask, long wanted, Errno errno) {
    add(
        Op.TEST,
        "test",
        null,
        Arg.of(value),
        Arg.flags(mask, Flags.MODE),
        Arg.flags(wanted, Flags.MODE),
        Arg.flags(errno.number(), Flags.ERRNO));
  }

  /** Fails with {@code errno} unless two values are the same. */
  public void testSame(Handle value, Handle wanted, Errno errno) {
    add(
        Op.TEST,
        "test",
        null,
        Arg.of(value),
        Arg.imm(-1),
        Arg.of(wanted),
        Arg.flags(errno.number(), Flags.ERRNO));
  }

  /** Fails with {@code errno} unless a number in a block, masked, is the wanted one. */
  public void check(Block block, int offset, int width, long mask, long wanted, Errno errno) {
    Value value = load(block, offset, width);
    test(value, mask, wanted, errno);
    free(value);
  }

  // Composites

  /** What RESOLVE does where nothing is. */
  public enum Missing {
    FAILS,
    BECOMES_DIRECTORY,
    BECOMES_FILE,
    BECOMES_LIKE
  }

  /** A path below a root, as an O_PATH descriptor. {@code like} is for BECOMES_LIKE, else null. */
  public Fd resolve(Fd root, String path, Missing missing, Fd like, long resolveFlags) {
    return resolve(fdRegister("target"), root, path, missing, like, resolveFlags);
  }

  /** The same into a register that is there already: for programs whose ways meet again. */
  public Fd resolve(Fd target, Fd root, String path, Missing missing, Fd like, long resolveFlags) {
    add(
        Op.RESOLVE,
        "resolve",
        target,
        Arg.of(root),
        Arg.of(path),
        Arg.flags(missing.ordinal(), Flags.KIND),
        like == null ? Arg.imm(0) : Arg.of(like),
        Arg.flags(resolveFlags, Flags.RESOLVE));
    return target;
  }

  /** Copies all that lies in one directory into another, which is empty. */
  public void copy(Fd from, Fd to) {
    add(Op.COPY, "copy", null, Arg.of(from), Arg.of(to));
  }

  /**
   * Finds a field of the first line that has a key in another; see docs/plan.md.
   *
   * @param at where in {@code into} it is written, with a final NUL
   * @param room how many bytes it may have there
   */
  public void lookUp(
      Fd file, String key, int keyField, int valueField, Block into, int at, int room) {
    add(
        Op.LOOKUP,
        "lookup",
        null,
        Arg.of(file),
        Arg.of(key),
        Arg.imm(keyField),
        Arg.imm(valueField),
        new Arg.OffsetOf(into, at),
        Arg.imm(room));
  }

  /**
   * Removes all that lies in a directory.
   *
   * @param files whether files are removed; else they are the kernel's and go with their directory
   */
  public void clear(Fd directory, boolean files) {
    add(Op.CLEAR, "clear", null, Arg.of(directory), Arg.imm(files ? 1 : 0));
  }

  public void write(Fd fd, Block bytes) {
    add(Op.WRITE, "write", null, Arg.of(fd), Arg.of(bytes));
  }

  /** Writes a number's decimal digits. */
  public void write(Fd fd, Handle number) {
    add(Op.WRITE, "write", null, Arg.of(fd), Arg.of(number));
  }

  /** Reads until the end of the file or of the block; gives the count. */
  public Value readAll(Fd fd, Block into) {
    Value count = Value.register(take(), "count");
    add(Op.READ, "read", count, Arg.of(fd), Arg.of(into));
    return count;
  }

  public void report(int tag, Handle value) {
    add(Op.REPORT, "report", null, Arg.imm(tag), Arg.of(value));
  }

  public void report(int tag, Block bytes, Value length) {
    add(Op.REPORT, "report", null, Arg.imm(tag), Arg.of(bytes), Arg.of(length));
  }

  /** What SPAWN leaves in registers. */
  public record Spawned(Pid pid, Fd channel, Fd pidfd) {}

  /**
   * Clones init, which waits for its program.
   *
   * @param cgroup the cgroup it is born in; null: the caller's
   * @param preserved descriptors from 3 up that it keeps
   */
  public Spawned spawn(long cloneFlags, Fd cgroup, int preserved) {
    Fd channel = fdRegister("init");
    Fd pidfd = fdRegister("pidfd");
    Pid pid = Pid.register(take(), "pid");
    add(
        Op.SPAWN,
        "spawn",
        pid,
        Arg.of(cloneArgs(cloneFlags, cgroup)),
        Arg.imm(channel.number()),
        Arg.imm(pidfd.number()),
        Arg.imm(preserved));
    return new Spawned(pid, channel, pidfd);
  }

  /** Sends a spawned init its program. */
  public void feed(Fd channel, Program program) {
    children.add(program);
    add(Op.FEED, "feed", null, Arg.of(channel), new Arg.Mem(null));
  }

  /** Goes on in a clone with these flags; the pid of the clone is sent under {@code code}. */
  public void fork(long cloneFlags, int code) {
    add(Op.FORK, "fork", null, Arg.of(cloneArgs(cloneFlags, null)), Arg.imm(code));
  }

  /**
   * struct clone_args of linux/sched.h, 88 bytes; exit_signal is SIGCHLD, but the kernel wants none
   * beside CLONE_PARENT.
   */
  private static Block cloneArgs(long flags, Fd cgroup) {
    long all = flags | (cgroup == null ? 0 : Linux.CLONE_INTO_CGROUP);
    Block block = Block.struct(88, "{" + FlagNames.spell(Flags.CLONE, all) + "}").u64(0, all);
    block.u64(32, (flags & Linux.CLONE_PARENT) != 0 ? 0 : SIGCHLD);
    return cgroup == null ? block : block.patch(80, 8, cgroup);
  }

  /** {@code channel} null: the process's own. */
  public void sync(Fd channel, int code, Handle value) {
    add(
        Op.SYNC,
        "sync",
        null,
        channel == null ? null : Arg.of(channel),
        Arg.imm(code),
        Arg.of(value));
  }

  /** Waits for a SYNC; with {@code endIsSuccess} the end of the channel will do (an execve). */
  public Value await(Fd channel, int code, boolean endIsSuccess) {
    Value value = Value.register(take(), "value");
    add(
        Op.AWAIT,
        "await",
        value,
        channel == null ? null : Arg.of(channel),
        Arg.imm(code),
        Arg.imm(endIsSuccess ? 1 : 0),
        Arg.imm(0));
    return value;
  }

  /** Waits for a SYNC that carries the pid of a process. */
  public Pid awaitPid(Fd channel, int code) {
    Pid pid = Pid.register(take(), "pid");
    add(
        Op.AWAIT,
        "await",
        pid,
        channel == null ? null : Arg.of(channel),
        Arg.imm(code),
        Arg.imm(0),
        Arg.imm(0));
    return pid;
  }

  /** Runs a program and gives its wait status; see docs/plan.md. */
  public Value hook(
      String path, List<String> argv, List<String> envp, Block stdin, long timeoutMs, int tag) {
    Block block = Block.vector(envp, "[" + envp.size() + " variables]");
    return hook(path, argv, block, stdin, timeoutMs, tag);
  }

  /** The same with an environment that a program may have as well. */
  public Value hook(
      String path, List<String> argv, Block envp, Block stdin, long timeoutMs, int tag) {
    Value status = Value.register(take(), "status");
    add(
        Op.HOOK,
        "hook",
        status,
        Arg.of(path),
        Arg.of(Block.vector(argv, argv)),
        Arg.of(envp),
        Arg.of(stdin),
        Arg.imm(timeoutMs),
        Arg.imm(tag));
    return status;
  }

  /** The same without input, environment or limit of time; argv is filled in as it runs. */
  public Value hook(String path, Block argv, int tag) {
    Value status = Value.register(take(), "status");
    add(
        Op.HOOK,
        "hook",
        status,
        Arg.of(path),
        Arg.of(argv),
        Arg.of(Block.vector(List.of(), "[0 variables]")),
        Arg.of(Block.bytes(new byte[0], "nothing")),
        Arg.imm(0),
        Arg.imm(tag));
    return status;
  }

  /**
   * Waits for the end of a process without a terminal, or until something can be read: then it
   * fails with EAGAIN.
   */
  public Value relayUntil(Pid pid, Fd pidfd, Fd readable) {
    Value status = Value.register(take(), "status");
    add(Op.RELAY, "relay", status, Arg.of(pid), Arg.of(pidfd), null, null, Arg.of(readable));
    return status;
  }

  /** The terminal of a process and the caller's, between which bytes go. */
  public record Proxy(Fd master, Fd caller) {}

  /** Waits for the end of a process; {@code proxy} is null where it has no terminal. */
  public Value relay(Pid pid, Fd pidfd, Proxy proxy) {
    Value status = Value.register(take(), "status");
    if (proxy == null) {
      add(Op.RELAY, "relay", status, Arg.of(pid), Arg.of(pidfd));
    } else {
      add(
          Op.RELAY,
          "relay",
          status,
          Arg.of(pid),
          Arg.of(pidfd),
          Arg.of(proxy.master()),
          Arg.of(proxy.caller()));
    }
    return status;
  }

  /** The last instruction of the front's: the command ends with this code and asks no core. */
  public void exit(int code) {
    add(Op.EXIT, "exit", null, Arg.imm(code), Arg.imm(0));
  }

  /** The same with what a shell makes of a wait status: see wait(2) and docs/plan.md. */
  public void exitAs(Value waitStatus) {
    add(Op.EXIT, "exit", null, Arg.of(waitStatus), Arg.imm(1));
  }

  /** Sends a descriptor with some bytes; {@code socket} null: the process's own channel. */
  public void hand(Fd socket, Fd fd, Block bytes) {
    add(Op.HAND, "hand", null, socket == null ? null : Arg.of(socket), Arg.of(fd), Arg.of(bytes));
  }

  /** Takes the descriptor that comes with the next byte. */
  public Fd take(Fd socket) {
    Fd taken = fdRegister("fd");
    add(Op.TAKE, "take", taken, Arg.of(socket));
    return taken;
  }

  public Value startTime(Pid pid) {
    Value ticks = Value.register(take(), "ticks");
    add(Op.STARTTIME, "starttime", ticks, Arg.of(pid));
    return ticks;
  }

  public void until(Fd fd, String text, long timeoutMs) {
    Block needle =
        Block.bytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "\"" + text + "\"");
    add(Op.UNTIL, "until", null, Arg.of(fd), Arg.of(needle), Arg.imm(timeoutMs));
  }

  public void channel(Fd fd) {
    add(Op.CHANNEL, "channel", null, Arg.of(fd));
  }
}
