// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.program.Label;
import io.jrun.program.Recorder;

/** What {@code kill} does: a signal for a process, and for no other one that has its pid by now. */
public final class KillSteps {
  private KillSteps() {}

  /** Sends it, and fails where the process has gone. */
  public static void send(Recorder k, long pid, long started, int signal) {
    k.step("send signal " + signal + " to process " + pid);
    Fd pidfd = IdentityGuard.open(k, Pid.of(pid), started, IdentityGuard.NOT_RUNNING);
    k.failing(IdentityGuard.NOT_RUNNING, Errno.ESRCH).pidfdSendSignal(pidfd, signal);
    k.close(pidfd);
  }

  /** The same where it is fine if the process has gone. */
  public static void sendIfSame(Recorder k, long pid, long started, int signal) {
    Label gone = new Label();
    Label end = new Label();
    k.on(Errno.ESRCH, end);
    Fd pidfd = k.pidfdOpen(Pid.of(pid));
    IdentityGuard.proveOr(k, Pid.of(pid), started, gone);
    k.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, signal);
    k.place(gone);
    k.close(pidfd);
    k.place(end);
  }
}
