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
  public static void send(Recorder recorder, long pid, long started, int signal) {
    recorder.step("send signal " + signal + " to process " + pid);
    Fd pidfd = IdentityGuard.open(recorder, Pid.of(pid), started, IdentityGuard.NOT_RUNNING);
    recorder.failing(IdentityGuard.NOT_RUNNING, Errno.ESRCH).pidfdSendSignal(pidfd, signal);
    recorder.close(pidfd);
  }

  /** The same where it is fine if the process has gone. */
  public static void sendIfSame(Recorder recorder, long pid, long started, int signal) {
    Label gone = new Label();
    Label end = new Label();
    recorder.on(Errno.ESRCH, end);
    Fd pidfd = recorder.pidfdOpen(Pid.of(pid));
    IdentityGuard.proveOr(recorder, Pid.of(pid), started, gone);
    recorder.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, signal);
    recorder.place(gone);
    recorder.close(pidfd);
    recorder.place(end);
  }
}
