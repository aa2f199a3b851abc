// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.program.Label;
import io.jrun.program.Recorder;

/**
 * Proof that a process is the one it was: its pid may be another's by now. A pidfd is opened first
 * and the start time compared after that: from then on the pidfd is of that process, whatever
 * becomes of the pid. Source: pidfd_open(2), proc_pid_stat(5).
 */
public final class IdentityGuard {
  /** What is said where the process has gone, in words that engines match on. */
  public static final String NOT_RUNNING = "container not running";

  private IdentityGuard() {}

  /**
   * Opens a process; ESRCH if there is none, or another one.
   *
   * @param started its start time, in clock ticks since boot
   * @param failure what to say then
   */
  public static Fd open(Recorder recorder, Pid pid, long started, String failure) {
    Fd pidfd = recorder.failing(failure, Errno.ESRCH).pidfdOpen(pid);
    prove(recorder, pid, started, failure);
    return pidfd;
  }

  /** The second half, of a process that has just been opened. */
  public static void prove(Recorder recorder, Pid pid, long started, String failure) {
    Value found = recorder.failing(failure, Errno.ESRCH).startTime(pid);
    recorder.failing(failure, Errno.ESRCH).test(found, -1L, started, Errno.ESRCH);
    recorder.free(found);
  }

  /** The same where it is no failure that the process has gone: then this goes on elsewhere. */
  public static void proveOr(Recorder recorder, Pid pid, long started, Label gone) {
    recorder.on(Errno.ESRCH, gone);
    Value found = recorder.startTime(pid);
    recorder.on(Errno.ESRCH, gone).test(found, -1L, started, Errno.ESRCH);
    recorder.free(found);
  }

  /** Opens a process that is only known when the program runs; ESTALE if it is another one. */
  public static Fd open(Recorder recorder, Pid pid, Value started) {
    Fd pidfd = recorder.pidfdOpen(pid);
    Value found = recorder.startTime(pid);
    recorder.testSame(found, started, Errno.ESTALE);
    recorder.free(found);
    return pidfd;
  }

  /** What poll(2) waits for to see a process end: its pidfd can be read then, reaped or not. */
  public static Block end(Fd pidfd) {
    return Block.struct(8, "{" + pidfd.show() + ", POLLIN}")
        .patch(0, 4, pidfd)
        .u16(4, (int) Linux.POLLIN);
  }
}
