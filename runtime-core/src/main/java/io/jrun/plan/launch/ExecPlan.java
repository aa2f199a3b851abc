// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.container.ExecSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.SchedulingCalls.Attributes;
import io.jrun.linux.Value;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Sockets;
import io.jrun.plan.front.HandOverSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.process.SchedulingSteps;
import io.jrun.plan.process.SeccompSteps;
import io.jrun.program.FailureText;
import io.jrun.program.Pieces;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import java.util.Optional;

/**
 * Everything an exec does, in one program of the front with the exec process's inside it: a process
 * cloned straight into the container's cgroup, which joins the namespaces and becomes the program.
 * Pure: made of the description and the options alone. Recorded in {@link Pieces} as a {@link
 * LaunchPlan} is.
 */
public final class ExecPlan implements Pieces {
  private static final int PIECES = 3;

  /** No sync point has this value: the end of the channel is what is awaited. */
  private static final int NO_CODE = 0xffff;

  /**
   * What the front holds once its program has run.
   *
   * @param after a recorder for the program that comes next
   * @param cloned the process that was cloned
   * @param pidfd the process that becomes the program: the same, or a clone of it; the register is
   *     -1 where nothing needs it
   * @param spawnedAt index of the instruction that makes the first process
   */
  public record Handles(Recorder after, Fd cloned, Fd pidfd, int spawnedAt) {}

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

  private final Recorder recorder;
  private final ExecSpec spec;
  private final LaunchOptions options;
  private final ExecTarget target;
  private final Manner manner;
  private final HandOverSteps handOver;
  private int recorded;
  private Program process;
  private Recorder.Spawned spawned;
  private Fd pidfd;
  private int spawnedAt;

  private ExecPlan(
      Recorder recorder,
      HandOverSteps handOver,
      ExecSpec spec,
      LaunchOptions options,
      ExecTarget target,
      Manner manner) {
    this.recorder = recorder;
    this.handOver = handOver;
    this.spec = spec;
    this.options = options;
    this.target = target;
    this.manner = manner;
  }

  /**
   * Compiles an exec.
   *
   * @param options those of the container's launch, with the switches of this command
   */
  public static ExecPlan compile(
      ExecSpec spec, LaunchOptions options, ExecTarget target, Manner manner) {
    Recorder recorder = new Recorder();
    HandOverSteps handOver = null;
    if (spec.process().terminal().isPresent() || manner.sockets().areGiven()) {
      handOver = new HandOverSteps(recorder, spec.process().terminal().isPresent());
      handOver.open(manner.sockets());
    }
    return new ExecPlan(recorder, handOver, spec, options, target, manner);
  }

  /** The same after a program that came no further than the clone: who waits is found already. */
  public ExecPlan again(
      ExecSpec newSpec, LaunchOptions newOptions, ExecTarget newTarget, Manner newManner) {
    Recorder next = recorder.next();
    HandOverSteps known = handOver == null ? null : handOver.in(next);
    return new ExecPlan(next, known, newSpec, newOptions, newTarget, newManner);
  }

  /** What the front runs: all of it. */
  public Program front() {
    while (recorded < PIECES) {
      advance();
    }
    return program();
  }

  /** What the exec process runs. */
  public Program process() {
    if (process == null) {
      process = ExecSteps.compile(spec, options, target, manner.seccomp().filter());
    }
    return process;
  }

  @Override
  public Program program() {
    return recorder.program();
  }

  @Override
  public boolean advance() {
    switch (recorded++) {
      case 0 -> begin();
      case 1 -> recorder.feed(spawned.channel(), process());
      default -> finish();
    }
    recorder.cut();
    return recorded < PIECES;
  }

  /** As far as the plan has been recorded. */
  public Handles handles() {
    return new Handles(recorder.next(), spawned.pidfd(), pidfd, spawnedAt);
  }

  /** Up to the clone. */
  private void begin() {
    if (!manner.detach()) {
      recorder.step("let signals wait");
      recorder.blockSignals(-1L);
    }
    if (spec.affinity().isPresent() && !spec.affinity().get().initial().isEmpty()) {
      // The process inherits it and comes into the cgroup with it.
      SchedulingSteps.runOn(recorder, spec.affinity().get().initial(), "initial");
    }
    Fd cgroup = target.directory().isEmpty() ? null : openCgroup(recorder, target);
    recorder.step("clone the process");
    spawned = recorder.spawn(0, cgroup, options.switches().preserveFds());
    pidfd = spawned.pidfd();
    spawnedAt = recorder.size() - 1;
  }

  /** While the process is at its program, and after it. */
  private void finish() {
    if (handOver != null) {
      handOver.takeMaster(spawned.channel());
      handOver.sayTaken(spawned.channel());
    }
    Pid pid = spawned.pid();
    if (spec.namespaces().isPrivate(NamespaceType.PID)) {
      recorder.step("wait until it is in the pid namespace");
      pid = recorder.awaitPid(spawned.channel(), SyncCode.CLONED);
      recorder.waitid(spawned.pidfd());
      // A child that nobody has waited for keeps its pid.
      pidfd = recorder.pidfdOpen(pid);
      Optional<Attributes> lost = SchedulingSteps.lostInClone(spec.process().scheduling());
      if (lost.isPresent()) {
        SchedulingSteps.schedule(recorder, lost.get(), pid, spawned.channel());
      }
    }
    Recorder.Proxy proxy = null;
    if (handOver != null) {
      handOver.sendPidfd(pidfd, "setns");
      proxy = handOver.proxy();
    }
    if (spec.seccomp().isPresent() && spec.seccomp().get().listener().isPresent()) {
      SeccompSteps.passOn(
          recorder,
          spec.seccomp().get().listener().get(),
          spawned.channel(),
          pidfd,
          SeccompSteps.ofAnother(manner.seccomp().listenerState(), pid));
    }
    recorder.step("wait until it has become the program");
    recorder.free(recorder.await(spawned.channel(), NO_CODE, true));
    if (manner.pidFile().isPresent()) {
      PidFileSteps.write(recorder, manner.pidFile().get(), pid, manner.umask());
    }
    if (!manner.detach()) {
      recorder.step("wait for its end");
      Value status = recorder.relay(pid, pidfd, proxy);
      // Who has lost its core meanwhile ends as it would have otherwise.
      recorder.ignoring(Errno.EPIPE);
      recorder.report(ReportTag.STATUS, status);
      if (manner.isAll()) {
        recorder.exitAs(status);
      }
    } else if (manner.isAll()) {
      recorder.exit(0);
    }
  }

  /** What is asked for below the container's cgroup cannot be outside: the kernel sees to it. */
  private static Fd openCgroup(Recorder recorder, ExecTarget target) {
    recorder.step("open the cgroup " + target.cgroup());
    Fd cgroup =
        recorder.openat(
            Fd.CWD, target.directory(), Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    if (target.below().isEmpty()) {
      return cgroup;
    }
    return recorder
        .failing(
            FailureText.words("error adding pid to cgroup " + target.cgroup() + ": ").andErrno())
        .resolve(cgroup, target.below(), Recorder.Missing.FAILS, null, 0);
  }
}
