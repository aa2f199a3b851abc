// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.container.ExecSpec;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Sockets;
import java.util.Optional;

/**
 * All that an exec's programs are made of.
 *
 * @param options those of the container's launch, with the switches of this command
 */
public record ExecInput(ExecSpec spec, LaunchOptions options, ExecTarget target, Manner manner) {
  /**
   * How to run it.
   *
   * @param sockets who waits for the terminal and for a pidfd
   * @param umask the caller's, for the pid file
   * @param seccomp what goes with the container's filter of system calls
   * @param isAll whether the command ends with it
   */
  public record Manner(
      boolean detach,
      Optional<String> pidFile,
      Sockets sockets,
      long umask,
      Seccomp seccomp,
      boolean isAll) {
    /** Without a filter. */
    public Manner(boolean detach, Optional<String> pidFile, Sockets sockets, long umask) {
      this(detach, pidFile, sockets, umask, Seccomp.NONE, true);
    }
  }

  /**
   * A filter and what is said of the process to whoever listens to it.
   *
   * @param filter classic BPF; empty if there is none
   * @param listenerState the container process state, with {@code HookSteps.PID_ROOM} for the pid
   *     of the process; empty if nobody listens
   */
  public record Seccomp(byte[] filter, byte[] listenerState) {
    public static final Seccomp NONE = new Seccomp(new byte[0], new byte[0]);
  }

  /** The same for a process that goes into another cgroup. */
  public ExecInput into(ExecTarget other) {
    return new ExecInput(spec, options, other, manner);
  }
}
