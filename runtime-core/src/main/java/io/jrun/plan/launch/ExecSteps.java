// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.container.NamespaceType;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.SchedulingCalls.Attributes;
import io.jrun.linux.Value;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.front.HandOverSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.process.SchedulingSteps;
import io.jrun.plan.process.SeccompSteps;
import io.jrun.program.FailureText;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.Step;
import io.jrun.program.SyncCode;
import java.util.Optional;

/**
 * Everything the front does for an exec, with the exec process's program inside it: a process
 * cloned straight into the container's cgroup, which joins the namespaces and becomes the program.
 * Pure, and in three pieces, as {@link LaunchSteps} is.
 */
public final class ExecSteps {
  /** No sync point has this value: the end of the channel is what is awaited. */
  private static final int NO_CODE = 0xffff;

  /** What the title of the step that opens the container's cgroup begins with. */
  private static final String OPENING = "open the cgroup ";

  private static final String CLONING = "clone the process";

  private ExecSteps() {}

  /** Whether it is the way into the cgroup that has failed, because the cgroup is there no more. */
  public static boolean lacksCgroup(Step step, int errno) {
    return step != null
        && (step.title().startsWith(OPENING) && errno == Errno.ENOENT.number()
            || step.title().equals(CLONING) && errno == Errno.ENODEV.number());
  }

  /** An exec recorded as far as the clone. */
  public record Begun(
      Recorder front, HandOverSteps.Receivers receivers, Recorder.Spawned spawned) {}

  /**
   * What the front holds while the process runs.
   *
   * @param cloned the process that was cloned
   * @param pidfd the process that becomes the program: the same, or a clone of it; the register is
   *     -1 where nothing needs it
   */
  public record Started(Fd cloned, Fd pidfd) {}

  /** Finds who waits for a terminal and for a pidfd, and clones the process. */
  public static Begun begin(Recorder front, ExecInput input) {
    HandOverSteps.Receivers receivers =
        HandOverSteps.open(
            front, input.spec().process().terminal().isPresent(), input.manner().sockets());
    return begin(front, input, receivers);
  }

  /** The same after a program that came no further than the clone: who waits is found already. */
  public static Begun begin(Recorder front, ExecInput input, HandOverSteps.Receivers receivers) {
    if (!input.manner().detach()) {
      front.step("let signals wait");
      front.blockSignals(-1L);
    }
    if (input.spec().affinity().isPresent() && !input.spec().affinity().get().initial().isEmpty()) {
      // The process inherits it and comes into the cgroup with it.
      SchedulingSteps.runOn(front, input.spec().affinity().get().initial(), "initial");
    }
    Fd cgroup = input.target().directory().isEmpty() ? null : openCgroup(front, input.target());
    front.step(CLONING);
    Recorder.Spawned spawned = front.spawn(0, cgroup, input.options().switches().preserveFds());
    front.mark(Mark.SPAWNED);
    return new Begun(front, receivers, spawned);
  }

  /** Has the process do its part, and does the front's, to the end of the command. */
  public static Started finish(Begun begun, ExecInput input) {
    Recorder front = begun.front();
    Fd channel = begun.spawned().channel();
    front.flush();
    front.feed(channel, JoinSteps.compile(input));
    front.flush();
    // While the process is at its program.
    Recorder.Proxy proxy = HandOverSteps.takeMaster(front, begun.receivers(), channel);
    HandOverSteps.sayTaken(front, begun.receivers(), channel);
    boolean clones = input.spec().namespaces().isPrivate(NamespaceType.PID);
    Pid pid = clones ? meetClone(front, begun.spawned()) : begun.spawned().pid();
    // A child that nobody has waited for keeps its pid.
    Fd pidfd = clones ? front.pidfdOpen(pid) : begun.spawned().pidfd();
    Optional<Attributes> lost =
        clones
            ? SchedulingSteps.lostInClone(input.spec().process().scheduling())
            : Optional.empty();
    if (lost.isPresent()) {
      SchedulingSteps.schedule(front, lost.get(), pid, channel);
    }
    HandOverSteps.sendPidfd(front, begun.receivers(), pidfd, "setns");
    if (input.spec().seccomp().isPresent() && input.spec().seccomp().get().listener().isPresent()) {
      SeccompSteps.passOn(
          front,
          input.spec().seccomp().get().listener().get(),
          channel,
          pidfd,
          SeccompSteps.ofAnother(input.manner().seccomp().listenerState(), pid));
    }
    front.step("wait until it has become the program");
    front.free(front.await(channel, NO_CODE, true));
    front.mark(Mark.EXECUTED);
    if (input.manner().pidFile().isPresent()) {
      PidFileSteps.write(front, input.manner().pidFile().get(), pid, input.manner().umask());
    }
    end(front, input.manner(), pid, pidfd, proxy);
    return new Started(begun.spawned().pidfd(), pidfd);
  }

  private static Pid meetClone(Recorder front, Recorder.Spawned spawned) {
    front.step("wait until it is in the pid namespace");
    Pid pid = front.awaitPid(spawned.channel(), SyncCode.CLONED);
    front.waitid(spawned.pidfd());
    return pid;
  }

  private static void end(
      Recorder front, ExecInput.Manner manner, Pid pid, Fd pidfd, Recorder.Proxy proxy) {
    if (manner.detach()) {
      if (manner.isAll()) {
        front.exit(0);
      }
      return;
    }
    front.step("wait for its end");
    Value status = front.relay(pid, pidfd, proxy);
    // Who has lost its core meanwhile ends as it would have otherwise.
    front.ignoring(Errno.EPIPE);
    front.report(ReportTag.STATUS, status);
    if (manner.isAll()) {
      front.exitAs(status);
    }
  }

  /** What is asked for below the container's cgroup cannot be outside: the kernel sees to it. */
  private static Fd openCgroup(Recorder front, ExecTarget target) {
    front.step(OPENING + target.cgroup());
    Fd cgroup =
        front.openat(
            Fd.CWD, target.directory(), Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    if (target.below().isEmpty()) {
      return cgroup;
    }
    return front
        .failing(
            FailureText.words("error adding pid to cgroup " + target.cgroup() + ": ").andErrno())
        .resolve(cgroup, target.below(), Recorder.Missing.FAILS, null, 0);
  }
}
