// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.container.ExecSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Namespaces;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.plan.ExecTarget;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.plan.init.InitSteps;
import io.jrun.plan.init.UserNamespaceSteps;
import io.jrun.plan.process.HomeSteps;
import io.jrun.plan.process.ProcessSteps;
import io.jrun.plan.process.SchedulingSteps;
import io.jrun.plan.process.SeccompSteps;
import io.jrun.plan.process.TerminalSteps;
import io.jrun.program.Label;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The exec process's program from its first instruction to the user's. It runs beside a program
 * that may be hostile, so the order is: be undumpable (the sealed copy is from its start), join
 * everything but the pid namespace, give up all privileges there, and only then be seen by the
 * container: what its processes could trace or look into through /proc holds no descriptor of the
 * host and no capability that the program will not have anyway. With a filter of system calls and
 * without no_new_privs there is one: what loads a filter takes CAP_SYS_ADMIN, and profiles forbid
 * what the clone takes.
 */
final class JoinSteps {
  private static final long SHARABLE =
      Linux.CLONE_NEWNET | Linux.CLONE_NEWIPC | Linux.CLONE_NEWUTS | Linux.CLONE_NEWCGROUP;

  private final ExecSpec spec;
  private final LaunchOptions options;
  private final ExecTarget target;
  private final Recorder recorder = new Recorder();
  private final Optional<TerminalSteps> terminal;
  private final Optional<SeccompSteps> seccomp;
  private final ProcessSteps process;

  private JoinSteps(ExecInput input) {
    this.spec = input.spec();
    this.options = input.options();
    this.target = input.target();
    this.terminal =
        spec.process().terminal().isPresent()
            ? Optional.of(new TerminalSteps(recorder, spec.process().terminal().get()))
            : Optional.empty();
    this.seccomp =
        spec.seccomp().isPresent()
            ? Optional.of(
                new SeccompSteps(
                    recorder,
                    spec.seccomp().get(),
                    input.manner().seccomp().filter(),
                    spec.process().noNewPrivileges()))
            : Optional.empty();
    this.process =
        new ProcessSteps(
            recorder,
            spec.process(),
            options,
            spec.namespaces().isJoined(NamespaceType.USER),
            seccomp);
  }

  static Program compile(ExecInput input) {
    return new JoinSteps(input).compile();
  }

  private Program compile() {
    recorder.step("begin");
    recorder.setName("jrun-exec");
    oomScore();
    runOnCpus();
    process.labelOnHost();
    // What root of the container's user namespace may not do is done before it is that.
    boolean outside = spec.namespaces().hasUser() && options.host().rights() != Rights.USER;
    OptionalLong owner =
        outside ? spec.namespaces().mappings().hostUid(spec.process().uid()) : OptionalLong.empty();
    if (owner.isPresent() && terminal.isEmpty()) {
      ProcessSteps.chownStdio(recorder, owner.getAsLong());
    }
    boolean clones = spec.namespaces().isPrivate(NamespaceType.PID);
    if (clones) {
      process.becomeClone();
    }
    if (outside) {
      process.setLimits();
    }
    boolean keepsGroups = options.host().keepsGroups(spec.process());
    giveUpGroups(keepsGroups);
    joinNamespaces();
    if (spec.namespaces().hasUser()) {
      UserNamespaceSteps.becomeRoot(
          recorder, spec.namespaces().mappings(), spec.process(), keepsGroups);
    }
    if (terminal.isPresent()) {
      openTerminal(terminal.get());
    }
    Optional<Block> home =
        spec.process().needsHome()
            ? Optional.of(HomeSteps.record(recorder, spec.process().uid()))
            : Optional.empty();
    process.becomeUser(owner.isEmpty(), !outside, null);
    if (clones) {
      enterPidNamespace();
    }
    recorder.step("begin a session");
    recorder.setsid();
    if (terminal.isPresent()) {
      terminal.get().become();
    }
    process.findProgram();
    if (seccomp.isPresent() && seccomp.get().isListenedTo()) {
      // The front that passes the listener on waits for it before anything else.
      process.confine();
    }
    process.execute(Recorder.bornChannel(), process.environment(home));
    return recorder.program();
  }

  /** A namespace that an ordinary user has made may forbid it later. */
  private void giveUpGroups(boolean keepsGroups) {
    boolean joins = spec.namespaces().isJoined(NamespaceType.USER);
    boolean mayBeForbidden = joins || options.host().rights() != Rights.ROOT;
    if (spec.namespaces().hasUser() && mayBeForbidden && !keepsGroups) {
      recorder.step("give up the groups of root", "/linux/namespaces");
      recorder.ignoring(Errno.EPERM).setgroups(List.of());
    }
  }

  /** Only children enter a joined pid namespace. The clone is the front's child. */
  private void enterPidNamespace() {
    recorder.step("clone the process into the pid namespace");
    recorder.fork(Linux.CLONE_PARENT, SyncCode.CLONED);
    if (SchedulingSteps.lostInClone(spec.process().scheduling()).isPresent()) {
      SchedulingSteps.awaitScheduled(recorder);
    }
  }

  /** Without a final one, those that were named for the beginning stay: config.md. */
  private void runOnCpus() {
    if (spec.affinity().isPresent() && !spec.affinity().get().last().isEmpty()) {
      SchedulingSteps.runOn(recorder, spec.affinity().get().last(), "final");
    } else if (spec.affinity().isEmpty() || spec.affinity().get().initial().isEmpty()) {
      SchedulingSteps.runOnAll(recorder);
    }
  }

  /** While nobody of the container can see this process, wherever it could be dumped. */
  private void oomScore() {
    boolean ownsFile = options.host().rights() != Rights.USER;
    if (spec.oomScoreAdj().isPresent() && !ownsFile) {
      // The files of a process that cannot be dumped are root's.
      recorder.prctl(Linux.PR_SET_DUMPABLE, 1);
    }
    InitSteps.oomScore(recorder, spec.oomScoreAdj(), options.host().rights());
    if (spec.oomScoreAdj().isPresent() && !ownsFile) {
      recorder.prctl(Linux.PR_SET_DUMPABLE, 0);
    }
  }

  /** With the privileges to do it, and before anything in the container can see this process. */
  private void openTerminal(TerminalSteps terminal) {
    recorder.step("look at the container's root");
    Fd root = recorder.openat(Fd.CWD, "/", Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
    terminal.open(root, spec.process().uid());
    terminal.handOver();
    terminal.awaitTaken();
    recorder.close(root);
  }

  /**
   * All at once through init's pidfd, and only if that is still the process it was: neither a path
   * nor a pid that is another's by now is trusted.
   */
  private void joinNamespaces() {
    Namespaces namespaces = spec.namespaces();
    recorder.step("find the container's init");
    Pid init = Pid.of(target.pid());
    Fd pidfd = recorder.failing(IdentityGuard.NOT_RUNNING, Errno.ESRCH).pidfdOpen(init);
    // Paths in a mount namespace that was joined may start elsewhere than the container's do.
    Fd root = namespaces.isJoined(NamespaceType.MOUNT) ? rootOfInit() : null;
    IdentityGuard.prove(recorder, init, target.startTime(), IdentityGuard.NOT_RUNNING);
    long flags = namespaces.joinFlags();
    if ((SHARABLE & ~flags) != 0) {
      // Those of whoever created the container; without the privilege they are one's own already.
      recorder.step("join the namespaces that are not the container's own", "/linux/namespaces");
      recorder.ignoring(Errno.EPERM).setns(pidfd, SHARABLE & ~flags);
    }
    recorder.step("join the container's namespaces", "/linux/namespaces");
    joinWithTime(pidfd, flags);
    recorder.close(pidfd);
    if (root != null) {
      recorder.step("enter the container's root");
      recorder.fchdir(root);
      recorder.chroot(".");
      recorder.close(root);
    }
  }

  /**
   * What CRIU has restored is in a time namespace, whatever the configuration says, for its clocks
   * to go on: only root restores. A kernel without such namespaces refuses the flag.
   */
  private void joinWithTime(Fd pidfd, long flags) {
    if (options.host().rights() != Rights.ROOT || (flags & Linux.CLONE_NEWTIME) != 0) {
      recorder.setns(pidfd, flags);
      return;
    }
    Label without = new Label();
    Label joined = new Label();
    recorder.on(Errno.EINVAL, without).setns(pidfd, flags | Linux.CLONE_NEWTIME);
    recorder.jump(joined);
    recorder.place(without);
    recorder.setns(pidfd, flags);
    recorder.place(joined);
  }

  private Fd rootOfInit() {
    return recorder
        .failing(IdentityGuard.NOT_RUNNING, Errno.ENOENT, Errno.ESRCH)
        .openat(
            Fd.CWD,
            "/proc/" + target.pid() + "/root",
            Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
  }
}
