// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.ExecSpec;
import io.jrun.container.NamespaceType;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import java.util.Optional;

/**
 * Everything an exec does, in one program of the front with the exec process's inside it: a process
 * cloned straight into the container's cgroup, which joins the namespaces and becomes the program.
 * Pure: made of the description and the options alone.
 *
 * @param front what the front runs
 * @param process what the exec process runs
 * @param handles registers that a later program of the same front uses
 */
public record ExecPlan(Program front, Program process, Handles handles) {
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
   * Where the process goes.
   *
   * @param pid of the container's init, as the front sees it
   * @param startTime of that process, in clock ticks since boot
   * @param directory absolute path of the cgroup
   * @param below a clean path below it, beginning with "/"; empty for the cgroup itself
   */
  public record Target(long pid, long startTime, String directory, String below) {
    /** How messages name the cgroup. */
    String cgroup() {
      return directory + below;
    }
  }

  /**
   * How to run it.
   *
   * @param umask the caller's, for the pid file
   */
  public record Manner(boolean detach, Optional<String> pidFile, long umask) {}

  /**
   * Compiles an exec.
   *
   * @param options those of the container's launch, with the switches of this command
   * @param filter classic BPF, where the container has a filter of system calls
   */
  public static ExecPlan compile(
      ExecSpec spec, LaunchOptions options, Target target, Manner manner, byte[] filter) {
    Program process = ExecSteps.compile(spec, options, target, filter);
    Recorder k = new Recorder();
    if (!manner.detach()) {
      k.step("let signals wait");
      k.blockSignals(-1L);
    }
    Fd cgroup = openCgroup(k, target);
    k.step("clone the process");
    Recorder.Spawned spawned = k.spawn(0, cgroup, process, options.switches().preserveFds());
    final int spawnedAt = k.size() - 1;
    Pid pid = spawned.pid();
    Fd pidfd = spawned.pidfd();
    if (spec.namespaces().isPrivate(NamespaceType.PID)) {
      k.step("wait until it is in the pid namespace");
      pid = k.awaitPid(spawned.channel(), SyncCode.CLONED);
      k.waitid(spawned.pidfd());
      // A child that nobody has waited for keeps its pid.
      pidfd = k.pidfdOpen(pid);
    }
    k.step("wait until it has become the program");
    k.free(k.await(spawned.channel(), NO_CODE, true));
    if (manner.pidFile().isPresent()) {
      k.step("write the pid file " + manner.pidFile().get());
      StateSteps.writePidFile(k, manner.pidFile().get(), pid, manner.umask());
    }
    if (!manner.detach()) {
      k.step("wait for its end");
      Value status = k.relay(pid, pidfd, null);
      k.report(ReportTag.STATUS, status);
    }
    return new ExecPlan(
        k.program(), process, new Handles(k.next(), spawned.pidfd(), pidfd, spawnedAt));
  }

  /** What is asked for below the container's cgroup cannot be outside: the kernel sees to it. */
  private static Fd openCgroup(Recorder k, Target target) {
    k.step("open the cgroup " + target.cgroup());
    Fd cgroup =
        k.openat(Fd.CWD, target.directory(), Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    if (target.below().isEmpty()) {
      return cgroup;
    }
    return k.failing("error adding pid to cgroup " + target.cgroup() + ": %e")
        .resolve(cgroup, target.below(), Recorder.Missing.FAILS, null, 0);
  }
}
