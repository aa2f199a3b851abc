// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.program.FailureText;
import io.jrun.program.Recorder;
import java.util.List;

/**
 * What {@code start} does: init, which waits at its gate, is let go on, and says how that went. It
 * cannot hang: a gate nobody waits at gives ENXIO.
 */
public final class StartSteps {
  public static final String NOT_WAITING = "cannot start an already running container";

  /** No SYNC comes through the start channel: its end is the answer. */
  private static final int NO_CODE = 0xffff;

  private StartSteps() {}

  /**
   * The start itself, for a program that runs now as for one that is stored.
   *
   * @param running the parts of the record that it runs, around init's pid and start time
   */
  public static void record(
      Recorder recorder, Fd directory, List<byte[]> running, Pid pid, Value started) {
    Fd answers = openAnswers(recorder, directory);
    // On record before it is done: what may run must never look as if it did not.
    recorder.step("put on record that it runs");
    // "created" becomes "running": a full file system must not keep it from starting.
    StateSteps.replace(recorder, directory, StateSteps.STATE, running, pid, started);
    pokeInit(recorder, directory, answers);
    recorder.step("take the gate away");
    recorder.ignoring(Errno.ENOENT).unlinkat(directory, StateSteps.EXEC_FIFO, 0);
    recorder.ignoring(Errno.ENOENT).unlinkat(directory, StateSteps.START_FIFO, 0);
  }

  /**
   * Opens what init answers by. Init has it open for both directions, so that it can be opened for
   * writing; one that somebody has put in its place would never be written to nor end.
   */
  private static Fd openAnswers(Recorder recorder, Fd directory) {
    long flags = Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC;
    recorder.step("find init's end of " + StateSteps.START_FIFO);
    Fd held =
        recorder
            .failing(
                FailureText.words(
                        NOT_WAITING
                            + ": its init does not have "
                            + StateSteps.START_FIFO
                            + " open: ")
                    .andErrno())
            .openat(directory, StateSteps.START_FIFO, Linux.O_WRONLY | flags);
    Fd answers = recorder.openat(directory, StateSteps.START_FIFO, Linux.O_RDONLY | flags);
    recorder.failing(notInits(StateSteps.START_FIFO)).fcntl(answers, Linux.F_GETPIPE_SZ, 0);
    recorder.close(held);
    return answers;
  }

  private static void pokeInit(Recorder recorder, Fd directory, Fd answers) {
    recorder.step("let init go on");
    // Init ends if this is closed again without a byte: it is opened last.
    Fd gate =
        recorder
            .failing(NOT_WAITING, Errno.ENOENT, Errno.ENXIO)
            .openat(
                directory,
                StateSteps.EXEC_FIFO,
                Linux.O_WRONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    recorder.failing(notInits(StateSteps.EXEC_FIFO)).fcntl(gate, Linux.F_GETPIPE_SZ, 0);
    recorder.write(gate, Block.bytes(new byte[] {1}, "go"));
    recorder.step("wait until init has become the program");
    recorder.free(recorder.await(answers, NO_CODE, true));
    recorder.close(gate);
    recorder.close(answers);
  }

  private static FailureText notInits(String fifo) {
    return FailureText.words(fifo + " is not the one that the container's init has open: ")
        .andErrno()
        .and("; jrun delete --force removes it");
  }
}
