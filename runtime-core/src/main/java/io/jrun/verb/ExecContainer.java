// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.ProcessFile;
import io.jrun.container.ExecSpec;
import io.jrun.container.InvalidSpecException;
import io.jrun.container.Paths;
import io.jrun.container.Problems;
import io.jrun.container.ProcessSpec;
import io.jrun.container.SeccompSpec;
import io.jrun.failure.ContainerException;
import io.jrun.failure.FailureWords;
import io.jrun.failure.Failures;
import io.jrun.failure.NotExecutedException;
import io.jrun.host.PreservedFds;
import io.jrun.host.Rootless;
import io.jrun.host.SecurityModules;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.ExitStatus;
import io.jrun.lifecycle.Filters;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.LaunchChecks;
import io.jrun.lifecycle.LaunchWarnings;
import io.jrun.lifecycle.RecordedLaunch;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Capability;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Procfs;
import io.jrun.linux.Signal;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.plan.launch.ExecInput;
import io.jrun.plan.launch.ExecSteps;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Mark;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.spec.Spec;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code exec}: one more process in a container. It takes no lock and leaves no record: who the
 * process is, is compared where it is joined. Everything is one program of the front.
 */
public final class ExecContainer {
  private final Session session;

  public ExecContainer(Session session) {
    this.session = session;
  }

  /**
   * Runs a process in a container.
   *
   * @return the code to exit with: the program's status, or 128 and the signal; 0 when detached
   * @throws ContainerException if the process could not become its program; then it is gone
   */
  public int exec(ExecRequest request) {
    ContainerState state = session.load(request.id());
    checkStatus(session.store().status(state), request.ignorePaused());
    ExecInput input = input(state, request);
    Recorder recorder = session.recorder();
    ExecSteps.Begun begun = ExecSteps.begin(recorder, input);
    Outcome outcome = carryOut(begun, input);
    if (request.cgroup().isEmpty() && (isRefusedByCgroup(outcome) || lacksCgroup(outcome))) {
      ExecInput elsewhere = input.into(withCgroupOfInit(input.target(), input.options()));
      outcome = carryOut(ExecSteps.begin(recorder.next(), elsewhere, begun.receivers()), elsewhere);
    }
    if (!outcome.succeeded()) {
      String message = describe(outcome, input.target());
      throw Failures.isExecution(outcome) && input.spec().process().terminal().isEmpty()
          ? new NotExecutedException(FailureWords.of(outcome), message)
          : new ContainerException(message);
    }
    LaunchWarnings.ofAmbient(session, outcome);
    return request.detach() ? 0 : ExitStatus.code(outcome.number(ReportTag.STATUS).orElseThrow());
  }

  /** What is asked for, checked, with what the host has for it. */
  private ExecInput input(ContainerState state, ExecRequest request) {
    ExecSpec spec = spec(state, request);
    LaunchChecks.checkTerminal(
        spec.process().terminal().isPresent(), request.detach(), request.sockets());
    if (request.pidFile().isPresent()) {
      LaunchChecks.checkPidFile(request.pidFile().get());
    }
    PreservedFds preserved = LaunchWarnings.preserved(session, request.preserveFds());
    LaunchOptions options =
        RecordedLaunch.ofExec(state, session.store().directory(state.id()), preserved);
    if (spec.process().labels().isPresent()) {
      SecurityModules.require(spec.process().labels().get());
    }
    warn(spec, options);
    String below = request.cgroup().isPresent() ? below(request.cgroup().get()) : "";
    if (!below.isEmpty() && state.location().cgroup().isEmpty()) {
      throw new ContainerException("--cgroup: the container has no cgroup of its own");
    }
    ExecTarget target =
        new ExecTarget(
            state.init().pid(), state.init().startTime(), state.location().cgroup(), below);
    ExecInput.Manner manner =
        new ExecInput.Manner(
            request.detach(),
            request.pidFile(),
            request.sockets(),
            session.front().caller().umask(),
            spec.seccomp().isEmpty()
                ? ExecInput.Seccomp.NONE
                : seccomp(spec.seccomp().get(), state),
            session.hasNothingToSay() && spec.process().capabilities().raisableAmbient() == 0);
    return new ExecInput(spec, options, target, manner);
  }

  /** Records the rest and runs all of it; of what fails no process is left. */
  private Outcome carryOut(ExecSteps.Begun begun, ExecInput input) {
    ExecSteps.Started started;
    try {
      started = ExecSteps.finish(begun, input);
    } catch (RuntimeException e) {
      Optional<Outcome> sent = session.front().cutShort(begun.front());
      if (sent.isPresent()) {
        Fd cloned = begun.spawned().pidfd();
        abandon(begun.front(), new ExecSteps.Started(cloned, cloned), sent.get());
      }
      throw Launch.refused(e);
    }
    Program all = begun.front().program();
    if (session.notices().isDebugging()) {
      session.tell("front", all);
      session.tell("process", all.children().get(0));
    }
    Outcome outcome = session.front().finish(begun.front());
    if (!outcome.succeeded()) {
      abandon(begun.front(), started, outcome);
    }
    return outcome;
  }

  private ExecInput.Seccomp seccomp(SeccompSpec profile, ContainerState state) {
    byte[] told =
        profile.listener().isEmpty()
            ? new byte[0]
            : Filters.listenerState(
                profile,
                state,
                session.store().status(state).word(),
                HookSteps.PID_ROOM,
                Long.toString(state.init().pid()));
    return new ExecInput.Seccomp(Filters.make(session, profile), told);
  }

  private static void checkStatus(ContainerStatus status, boolean ignorePaused) {
    switch (status) {
      case CREATED, RUNNING -> {}
      case STOPPED -> throw new ContainerException("cannot exec in a stopped container");
      case PAUSED -> {
        if (!ignorePaused) {
          throw new ContainerException(
              "cannot exec in a paused container (use --ignore-paused to override)");
        }
      }
      default ->
          throw new ContainerException(
              "cannot exec in a container in the " + status.word() + " state");
    }
  }

  private ExecSpec spec(ContainerState state, ExecRequest request) {
    Spec kept = Bundle.kept(session.config(state.id()));
    if (asksForGroups(kept) && !isOwn(state)) {
      kept = withoutAnnotations(kept);
    }
    if (request.processFile().isPresent()) {
      String file = request.processFile().get();
      return ProcessFile.parse(
          new CallersFiles(session.front()).read(file, Bundle.MAX_MIB), file, kept);
    }
    if (request.overrides().args().isEmpty()) {
      throw new ContainerException("exec args cannot be empty");
    }
    try {
      return ExecSpec.parse(kept, request.overrides());
    } catch (InvalidSpecException e) {
      throw new ContainerException(e.line(), e);
    }
  }

  private static boolean asksForGroups(Spec spec) {
    return spec.annotations() != null && spec.annotations().containsKey(ProcessSpec.KEEPS_GROUPS);
  }

  /** Whether the caller is who made the container: one who is not lends it none of their groups. */
  private boolean isOwn(ContainerState state) {
    CallerContext caller = session.front().caller();
    return Rootless.rights(caller) == state.launch().rights()
        && session.store().isOwnedBy(state.id(), caller.euid());
  }

  private static Spec withoutAnnotations(Spec spec) {
    return new Spec(
        spec.ociVersion(),
        spec.root(),
        spec.process(),
        spec.hostname(),
        spec.domainname(),
        spec.mounts(),
        spec.hooks(),
        Map.of(),
        spec.linux());
  }

  /** A path below the container's cgroup, beginning with a slash; empty for the cgroup itself. */
  private static String below(String written) {
    int colon = written.indexOf(':');
    if (colon > 0) {
      throw new ContainerException(
          "unknown controller "
              + written.substring(0, colon)
              + " in --cgroup: with cgroup v2 it is a path and nothing else");
    }
    String path = written.substring(colon + 1);
    if (List.of(path.split("/")).contains("..")) {
      throw new ContainerException("bad sub cgroup path: " + path);
    }
    String clean = Paths.clean(path);
    return clean.equals("/") ? "" : clean;
  }

  private void warn(ExecSpec spec, LaunchOptions options) {
    for (Problems.Entry warning : spec.warnings()) {
      session.notices().warn(warning.line());
    }
    long missing = spec.process().capabilities().all() & ~options.host().capabilities();
    if (missing == 0) {
      return;
    }
    for (Capability each : Capability.values()) {
      if ((missing & each.bit()) != 0) {
        session.notices().warn(each + " is not available to the container: left out");
      }
    }
  }

  /**
   * A cgroup whose controllers were handed on to those below it takes no processes. Init has been
   * moved then, by whoever did that, and the process goes where init is.
   */
  private static boolean isRefusedByCgroup(Outcome outcome) {
    return outcome.failed() != null
        && outcome.origin() == Outcome.Origin.FRONT
        && outcome.failed().op() == Op.SPAWN
        && outcome.errno() == Errno.EBUSY.number();
  }

  /**
   * Whoever may write to the host's cgroups may have moved init to another one, and its own is gone
   * then: BuildKit's daemon does that in a privileged pod, and systemd removes the empty unit.
   */
  private static boolean lacksCgroup(Outcome outcome) {
    return outcome.origin() == Outcome.Origin.FRONT
        && ExecSteps.lacksCgroup(outcome.step(), outcome.errno());
  }

  private static ExecTarget withCgroupOfInit(ExecTarget target, LaunchOptions options) {
    String own =
        Procfs.read("/proc/" + target.pid() + "/cgroup")
            .orElse("")
            .lines()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> Procfs.name(line.substring(3)))
            .findFirst()
            .orElseThrow(() -> new ContainerException("container not running"));
    return new ExecTarget(target.pid(), target.startTime(), options.cgroupMount() + own, "");
  }

  /** Nothing of a process that did not become its program, or that nobody will hear of, stays. */
  private void abandon(Recorder done, ExecSteps.Started process, Outcome outcome) {
    if (!outcome.passed(Mark.SPAWNED)) {
      return;
    }
    Recorder recorder = done.next();
    recorder.step("end the process");
    for (Fd each : List.of(process.cloned(), process.pidfd())) {
      recorder.ignoring(Errno.ESRCH, Errno.EBADF).pidfdSendSignal(each, Signal.KILL);
      recorder.ignoring(Errno.ECHILD, Errno.EBADF).waitid(each);
    }
    session.front().run(recorder.program());
  }

  private static boolean hasEnded(ExecTarget target) {
    Optional<Procfs.Stat> init = Procfs.stat(target.pid());
    return init.isEmpty() || init.get().isEnding() || init.get().startTime() != target.startTime();
  }

  private static String describe(Outcome outcome, ExecTarget target) {
    if (isRefusedByCgroup(outcome)) {
      return "error adding pid to cgroup "
          + target.directory()
          + target.below()
          + ": "
          + Errno.words(outcome.errno())
          + ": it has controllers enabled for those below it";
    }
    boolean isGone =
        outcome.failed() != null
            && outcome.failed().name().equals("setns")
            && outcome.errno() == Errno.ESRCH.number();
    if (!isGone) {
      // Whatever an exec fails by beside a delete, that is why.
      return hasEnded(target) && !outcome.hasOwnWords()
          ? IdentityGuard.NOT_RUNNING
          : Failures.describeExec(outcome);
    }
    // It is by its first thread that init is joined. Engines know the words before the colon.
    return Procfs.stat(target.pid()).filter(Procfs.Stat::isHeadless).isPresent()
        ? IdentityGuard.NOT_RUNNING + ": the first thread of its init has ended, others have not"
        : IdentityGuard.NOT_RUNNING;
  }
}
