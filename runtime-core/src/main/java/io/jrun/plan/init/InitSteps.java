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
  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final LaunchDocuments documents;
  private final Recorder k = new Recorder();

  private InitSteps(ContainerSpec spec, LaunchOptions options, LaunchDocuments documents) {
    this.spec = spec;
    this.options = options;
    this.documents = documents;
  }

  public static Program compile(
      ContainerSpec spec, LaunchOptions options, LaunchDocuments documents) {
    return new InitSteps(spec, options, documents).compile();
  }

  private Program compile() {
    HooksSpec hooks = spec.hooks();
    k.step("begin");
    k.setName("jrun-init");
    k.setsid();
    if (options.host().entry().waits()) {
      k.step("wait until the cgroup is made", "/linux/cgroupsPath");
      k.sync(null, SyncCode.BORN, Value.of(0));
      k.free(k.await(null, SyncCode.PLACED, false));
    }
    if (options.host().rights() == Rights.USER) {
      // Until it is in its user namespace: what is to be written in its /proc directory belongs to
      // the user only if the process can be dumped.
      k.prctl(Linux.PR_SET_DUMPABLE, 1);
    }
    oomScore(k, spec.process().oomScoreAdj(), options.host().rights());
    GateSteps gate = options.switches().waits() ? new GateSteps(k, spec, options) : null;
    SourceSteps sources = SourceSteps.record(k, spec, options);
    final boolean ownsStdio = SourceSteps.giveStdio(k, spec, options);
    NamespaceSteps.record(k, spec, options, sources);
    RootfsSteps rootfs = new RootfsSteps(k, spec, options, sources);
    rootfs.prepare();
    MountSteps mounts = new MountSteps(k, spec, options, rootfs.root(), sources);
    for (MountSpec mount : spec.mounts()) {
      mounts.record(mount);
    }
    sources.close();
    DevSteps.record(k, spec, options, rootfs.root(), rootfs.deviceNodes());
    Optional<TerminalSteps> terminal = terminal(rootfs.root());
    // All is in place, and the host's tree can be seen still: hooks may add to it.
    Pid pid = LaunchShape.meetsWhenMounted(spec) ? meetWhenMounted() : null;
    if (!hooks.createContainer().isEmpty()) {
      k.step("go to the root file system");
      k.fchdir(rootfs.root());
      HookSteps.record(
          k, "createContainer", hooks.createContainer(), documents.hookState("creating"), pid);
    }
    rootfs.enter();
    if (terminal.isPresent()) {
      terminal.get().handOver();
      terminal.get().become();
    }
    // After the hooks: a parameter may be of a device that one of them has made.
    names();
    if (!spec.names().sysctls().isEmpty()) {
      SysctlSteps.record(k, spec.names().sysctls(), sources.procfs());
    }
    // A missing working directory is made while the root can still be written.
    rootfs.makeWorkingDirectory(spec.process().cwd());
    mounts.makeReadOnly();
    rootfs.restrict();
    Optional<Block> home = Optional.empty();
    if (spec.process().needsHome()) {
      home = Optional.of(HomeSteps.record(k, spec.process().uid()));
    }
    Optional<SeccompSteps> filter = Optional.empty();
    if (spec.restrictions().seccomp().isPresent()) {
      SeccompSpec profile = spec.restrictions().seccomp().get();
      boolean noNewPrivileges = spec.process().noNewPrivileges();
      filter = Optional.of(new SeccompSteps(k, profile, documents.filter(), noNewPrivileges));
    }
    ProcessSteps process =
        new ProcessSteps(
            k, spec.process(), options, spec.namespaces().isJoined(NamespaceType.USER), filter);
    SchedulingSteps.runOnAll(k);
    process.becomeUser(!ownsStdio, !LaunchShape.frontSetsLimits(spec, options), sources.procfs());
    process.findProgram();
    if (gate != null) {
      gate.noticeSignals();
    }
    if (filter.isPresent() && filter.get().isListenedTo()) {
      // Only the front of create can pass the listener on.
      process.confine();
    }
    k.step("tell the front that all is ready");
    k.sync(null, SyncCode.READY, Value.of(0));
    k.step("wait until the container is on record");
    k.free(k.await(null, SyncCode.COMMITTED, false));
    if (gate != null) {
      gate.await();
    }
    if (!hooks.startContainer().isEmpty()) {
      // Programs of the container's: they get no more than its process.
      process.confine();
    }
    Block environment = process.environment(home);
    HookSteps.record(
        k,
        "startContainer",
        hooks.startContainer(),
        documents.hookState("created"),
        pid,
        environment);
    process.execute(gate == null ? Recorder.bornChannel() : gate.channel(), environment);
    return k.program();
  }

  /** Written early: once undumpable, /proc/self is root's, and later the host's /proc is gone. */
  public static void oomScore(Recorder k, OptionalInt adjustment, Rights rights) {
    if (adjustment.isEmpty()) {
      return;
    }
    int score = adjustment.getAsInt();
    k.step("set the OOM score adjustment to " + score, "/process/oomScoreAdj");
    Label kept = new Label();
    Fd file = k.openat(Fd.CWD, "/proc/self/oom_score_adj", Linux.O_WRONLY | Linux.O_CLOEXEC);
    String digits = Integer.toString(score);
    if (rights != Rights.ROOT) {
      // Only root lowers it: a score that cannot be had is left as it is, as runc leaves it.
      k.on(Errno.EACCES, kept);
    }
    k.write(file, Block.bytes(digits.getBytes(java.nio.charset.StandardCharsets.US_ASCII), digits));
    k.place(kept);
    k.close(file);
  }

  private Pid meetWhenMounted() {
    k.step("let the hooks of the runtime namespace run");
    k.sync(null, SyncCode.MOUNTED, Value.of(0));
    return k.awaitPid(null, SyncCode.HOOKED);
  }

  private Optional<TerminalSteps> terminal(Fd root) {
    if (spec.process().terminal().isEmpty()) {
      return Optional.empty();
    }
    TerminalSteps steps = new TerminalSteps(k, spec.process().terminal().get());
    steps.open(root, spec.process().uid());
    steps.showAsConsole(root);
    return Optional.of(steps);
  }

  private void names() {
    if (!spec.names().hostname().isEmpty()) {
      k.step("set the hostname to " + spec.names().hostname(), "/hostname");
      k.sethostname(spec.names().hostname());
    }
    if (!spec.names().domainname().isEmpty()) {
      k.step("set the domainname to " + spec.names().domainname(), "/domainname");
      k.setdomainname(spec.names().domainname());
    }
  }
}
