// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchShape;
import io.jrun.plan.Rights;
import io.jrun.plan.process.HomeSteps;
import io.jrun.plan.process.HookSteps;
import io.jrun.plan.process.ProcessSteps;
import io.jrun.plan.process.SchedulingSteps;
import io.jrun.plan.process.SeccompSteps;
import io.jrun.plan.process.TerminalSteps;
import io.jrun.program.Label;
import io.jrun.program.Mark;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.SyncCode;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Init's program from its first instruction to the user's: the order of everything that happens
 * inside a container before its own program runs. Each part is a class of its own; the order is
 * here, with its reasons.
 */
public final class InitSteps {
  private final LaunchInput input;
  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final LaunchShape shape;
  private final LaunchDocuments documents;
  private final Recorder recorder = new Recorder();

  private InitSteps(LaunchInput input) {
    this.input = input;
    this.spec = input.spec();
    this.options = input.options();
    this.shape = input.shape();
    this.documents = input.documents();
  }

  public static Program compile(LaunchInput input) {
    return new InitSteps(input).compile();
  }

  private Program compile() {
    HooksSpec hooks = spec.hooks();
    recorder.step("begin");
    recorder.setName("jrun-init");
    recorder.setsid();
    if (shape.waitsForCgroup()) {
      recorder.step("wait until the cgroup is made", "/linux/cgroupsPath");
      recorder.sync(null, SyncCode.BORN, Value.of(0));
      recorder.free(recorder.await(null, SyncCode.PLACED, false));
    }
    if (options.host().rights() == Rights.USER) {
      // Until it is in its user namespace: what is to be written in its /proc directory belongs to
      // the user only if the process can be dumped.
      recorder.prctl(Linux.PR_SET_DUMPABLE, 1);
    }
    oomScore(recorder, spec.process().oomScoreAdj(), options.host().rights());
    GateSteps gate = options.switches().waits() ? new GateSteps(recorder, spec, options) : null;
    SourceSteps sources = SourceSteps.record(recorder, input);
    final boolean ownsStdio = SourceSteps.giveStdio(recorder, input);
    NamespaceSteps.record(recorder, input, sources);
    RootfsSteps rootfs = new RootfsSteps(recorder, input, sources);
    rootfs.prepare();
    MountSteps mounts = new MountSteps(recorder, input, rootfs.root(), sources);
    for (MountSpec mount : input.options().mounts(spec)) {
      mounts.record(mount);
    }
    sources.close();
    DevSteps.record(recorder, input, rootfs.root(), rootfs.deviceNodes());
    Optional<TerminalSteps> terminal = terminal(rootfs.root());
    // All is in place, and the host's tree can be seen still: hooks may add to it.
    Pid pid = shape.meetsWhenMounted() ? meetWhenMounted() : null;
    if (!hooks.createContainer().isEmpty()) {
      recorder.step("go to the root file system");
      recorder.fchdir(rootfs.root());
      HookSteps.record(
          recorder,
          "createContainer",
          hooks.createContainer(),
          documents.hookState("creating"),
          pid);
    }
    rootfs.enter();
    DevSteps.takeNull(recorder, spec);
    if (terminal.isPresent()) {
      terminal.get().handOver();
      terminal.get().become();
    }
    // After the hooks: a parameter may be of a device that one of them has made.
    names();
    if (!spec.names().sysctls().isEmpty()) {
      SysctlSteps.record(recorder, spec.names().sysctls(), sources.procfs());
    }
    // A missing working directory is made while the root can still be written.
    rootfs.makeWorkingDirectory(spec.process().cwd());
    mounts.makeReadOnly();
    rootfs.restrict();
    Optional<Block> home = Optional.empty();
    if (spec.process().needsHome()) {
      home = Optional.of(HomeSteps.record(recorder, spec.process().uid()));
    }
    Optional<SeccompSteps> filter = Optional.empty();
    if (spec.restrictions().seccomp().isPresent()) {
      SeccompSpec profile = spec.restrictions().seccomp().get();
      boolean noNewPrivileges = spec.process().noNewPrivileges();
      filter =
          Optional.of(new SeccompSteps(recorder, profile, documents.filter(), noNewPrivileges));
    }
    ProcessSteps process =
        new ProcessSteps(
            recorder,
            spec.process(),
            options,
            spec.namespaces().isJoined(NamespaceType.USER),
            filter);
    SchedulingSteps.runOnAll(recorder);
    process.becomeUser(!ownsStdio, !shape.frontSetsLimits(), sources.procfs());
    process.findProgram();
    if (gate != null) {
      gate.noticeSignals();
    }
    if (shape.passesListenerOn()) {
      // Only the front of create can pass the listener on.
      process.confine();
    }
    recorder.step("tell the front that all is ready");
    recorder.sync(null, SyncCode.READY, Value.of(0));
    recorder.step("wait until the container is on record");
    recorder.free(recorder.await(null, SyncCode.COMMITTED, false));
    recorder.mark(Mark.RECORDED);
    if (gate != null) {
      gate.await();
    }
    if (!hooks.startContainer().isEmpty()) {
      // Programs of the container's: they get no more than its process.
      process.confine();
    }
    Block environment = process.environment(home);
    HookSteps.record(
        recorder,
        "startContainer",
        hooks.startContainer(),
        documents.hookState("created"),
        pid,
        environment);
    process.execute(gate == null ? Recorder.bornChannel() : gate.channel(), environment);
    return recorder.program();
  }

  /** Written early: once undumpable, /proc/self is root's, and later the host's /proc is gone. */
  public static void oomScore(Recorder recorder, OptionalInt adjustment, Rights rights) {
    if (adjustment.isEmpty()) {
      return;
    }
    int score = adjustment.getAsInt();
    recorder.step("set the OOM score adjustment to " + score, "/process/oomScoreAdj");
    Label kept = new Label();
    Fd file = recorder.openat(Fd.CWD, "/proc/self/oom_score_adj", Linux.O_WRONLY | Linux.O_CLOEXEC);
    String digits = Integer.toString(score);
    if (rights != Rights.ROOT) {
      // Only root lowers it: a score that cannot be had is left as it is, as runc leaves it.
      recorder.on(Errno.EACCES, kept);
    }
    recorder.write(
        file, Block.bytes(digits.getBytes(java.nio.charset.StandardCharsets.US_ASCII), digits));
    recorder.place(kept);
    recorder.close(file);
  }

  private Pid meetWhenMounted() {
    recorder.step("let the hooks of the runtime namespace run");
    recorder.sync(null, SyncCode.MOUNTED, Value.of(0));
    return recorder.awaitPid(null, SyncCode.HOOKED);
  }

  private Optional<TerminalSteps> terminal(Fd root) {
    if (!shape.handsTerminalOver()) {
      return Optional.empty();
    }
    TerminalSteps steps = new TerminalSteps(recorder, spec.process().terminal().get());
    steps.open(root, spec.process().uid());
    steps.showAsConsole(root);
    return Optional.of(steps);
  }

  private void names() {
    if (!spec.names().hostname().isEmpty()) {
      recorder.step("set the hostname to " + spec.names().hostname(), "/hostname");
      recorder.sethostname(spec.names().hostname());
    }
    if (!spec.names().domainname().isEmpty()) {
      recorder.step("set the domainname to " + spec.names().domainname(), "/domainname");
      recorder.setdomainname(spec.names().domainname());
    }
  }
}
