// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.cgroup.CgroupTree;
import io.jrun.cgroup.DeviceProgram;
import io.jrun.container.Sysctl;
import io.jrun.failure.HookFailure;
import io.jrun.linux.Errno;
import io.jrun.linux.OwnKernel;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Sockets;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.init.SysctlSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.program.Instruction;
import io.jrun.program.Program;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.wire.CutShortException;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code create}: everything up to an init that waits for a start. What run shares with it is here
 * too: launching, putting on record, and undoing what a failed launch has left.
 */
public final class CreateContainer {
  private final Session session;

  public CreateContainer(Session session) {
    this.session = session;
  }

  /**
   * Creates a container.
   *
   * @throws ContainerException if it could not be; then nothing of it is left
   */
  public void create(LaunchRequest request) {
    launch(
        request,
        true,
        true,
        // No lambda on the way of a launch: a cold core would link a class for it.
        new Launch.Ending() {
          @Override
          public void record(
              Recorder front,
              LaunchPlan.Ready ready,
              Bundle bundle,
              LaunchOptions options,
              ContainerState record) {
            ContainerState created = record.with(Phase.CREATED, record.init());
            putOnRecord(front, ready, bundle, options, created, request);
            if (ready.netDevices().isPresent()) {
              NetDeviceSteps.close(front, ready.netDevices().get());
            }
            if (hasNothingToSay(bundle)) {
              front.exit(0);
            }
          }
        });
  }

  /** A launch that succeeded: what its program reported, and the container as it is now. */
  record Launched(Launch launch, Outcome outcome, ContainerState state) {}

  /** Where in the front's program a launch is past making, and past putting on record. */
  private int recordedAt = Integer.MAX_VALUE;

  /** What the front does if this core dies; null: it does nothing. */
  private LaunchUndo undoing;

  /** Whether the first of two programs has run to its end. */
  private boolean isOpened;

  /**
   * Makes a container, all in one program of the front: what follows when init is ready is in it.
   *
   * @param detaches whether this command ends while the container runs
   * @return also if the program failed after {@link #putOnRecord}, or init after it was let go on:
   *     what that means is the caller's to judge
   */
  Launched launch(LaunchRequest request, boolean waits, boolean detaches, Launch.Ending ending) {
    Session.checkId(request.id());
    if (session.store().exists(request.id())) {
      throw new ContainerException("container with given ID already exists");
    }
    if (request.pidFile().isPresent()) {
      checkPidFile(request.pidFile().get());
    }
    Launch launch = prepare(request, waits, detaches, ending);
    checkTerminal(
        launch.bundle().spec().process().terminal().isPresent(),
        detaches,
        launch.options().sockets());
    Outcome outcome = carryOut(launch);
    Optional<Long> pid = outcome.number(ReportTag.PID);
    Optional<Long> started = outcome.number(ReportTag.START_TIME);
    if (pid.isEmpty() || started.isEmpty()) {
      throw undone(launch, outcome);
    }
    boolean past = outcome.origin() == Outcome.Origin.INIT || outcome.instruction() >= recordedAt;
    if (!outcome.succeeded() && !past) {
      String lost =
          HostNetDevices.takeBack(session, launch.bundle().spec(), launch.plan(), outcome);
      abandon(launch, true);
      request.pidFile().ifPresent(path -> removePidFile(launch.plan().handles().after(), path));
      throw new ContainerException(Failures.describe(outcome) + lost);
    }
    compareSysctls(launch, outcome);
    warnOfAmbient(session, outcome);
    return new Launched(
        launch,
        outcome,
        launch
            .record()
            .with(
                waits ? Phase.CREATED : Phase.RUNNING,
                new ProcessIdentity(pid.get(), started.get())));
  }

  private Outcome run(Launch launch) {
    if (session.notices().isDebugging()) {
      // All of it has to be known before it is told, and told before it is done.
      Program all = whole(launch.plan());
      session.tell("front", all);
      session.tell("init", launch.plan().init());
      return session.front().run(all);
    }
    try {
      undoing = LaunchUndo.of(launch);
      return session.front().run(launch.plan(), undoing);
    } catch (CutShortException e) {
      if (!e.outcome().succeeded()) {
        throw undone(launch, e.outcome());
      }
      abandon(launch, true);
      throw Launch.refused(e.getCause());
    }
  }

  /** Usually one program; where systemd makes the cgroup, it does so between two. */
  private Outcome carryOut(Launch launch) {
    if (launch.unit().isEmpty()) {
      return run(launch);
    }
    Program rest = whole(launch.plan());
    if (session.notices().isDebugging()) {
      session.tell("front", launch.plan().claiming());
      session.tell("front", rest);
      session.tell("init", launch.plan().init());
    }
    Outcome opening = session.front().run(launch.plan().claiming());
    Optional<Long> pid = opening.number(ReportTag.PID);
    if (pid.isEmpty()) {
      throw undone(launch, opening);
    }
    isOpened = true;
    try {
      launch
          .unit()
          .get()
          .start(
              launch.bundle().spec(),
              launch.options().id(),
              pid.get(),
              launch.options().cgroupMount());
    } catch (ContainerException e) {
      abandon(launch, true);
      throw e;
    }
    return session.front().run(rest).withInit(launch.plan().init());
  }

  /** Nothing that can be wrong with the plan is to be found when systemd has been asked. */
  private static Program whole(LaunchPlan plan) {
    try {
      return plan.front();
    } catch (ProgramTooLongException e) {
      throw Launch.refused(e);
    }
  }

  /** Whether a launch that succeeds needs no core after it. */
  boolean hasNothingToSay(Bundle bundle) {
    return session.notices().areNone()
        && bundle.spec().names().sysctls().isEmpty()
        && bundle.spec().process().capabilities().raisableAmbient() == 0;
  }

  /** The kernel may have rounded a value: that is told, and is no failure. */
  private void compareSysctls(Launch launch, Outcome outcome) {
    List<Sysctl> sysctls = launch.bundle().spec().names().sysctls();
    for (int i = 0; i < sysctls.size(); i++) {
      byte[] read = outcome.bytes(ReportTag.SYSCTL + i);
      String held = new String(read, StandardCharsets.UTF_8).trim();
      Sysctl each = sysctls.get(i);
      if (read.length > 0 && !SysctlSteps.isHeld(each.value(), held)) {
        session
            .notices()
            .warn(each.pointer() + ": " + each.value() + " was written, the kernel holds " + held);
      }
    }
  }

  /** A capability less is no failure: config.md, "capabilities". */
  static void warnOfAmbient(Session session, Outcome outcome) {
    if (outcome.number(ReportTag.NO_AMBIENT).isPresent()) {
      session
          .notices()
          .warn(
              "/process/capabilities/ambient: can't raise ambient capabilities: operation not"
                  + " permitted (EPERM): the caller's securebits forbid it");
    }
  }

  private ContainerException undone(Launch launch, Outcome outcome) {
    boolean outOfMemory =
        Failures.isUnexpectedEnd(outcome)
            && !launch.options().cgroup().isEmpty()
            && CgroupTree.outOfMemoryKills(launch.options().cgroupDirectory()) > 0;
    String lost = HostNetDevices.takeBack(session, launch.bundle().spec(), launch.plan(), outcome);
    undo(launch, outcome);
    if (outOfMemory) {
      return new ContainerException(
          "unable to start container process: container init was OOM-killed (memory limit too"
              + " low?)");
    }
    if (HookFailure.describe(outcome).isPresent()) {
      // A hook's failure goes on where a container is destroyed, poststop hooks included.
      new DeleteContainer(session)
          .poststop(
              launch.plan().handles().after().next(), launch.record(), launch.bundle().spec());
    }
    return new ContainerException(
        Failures.describeLaunch(outcome) + verifier(launch, outcome) + lost);
  }

  /** What the kernel has against a device program, which it is asked only now. */
  private static String verifier(Launch launch, Outcome outcome) {
    Instruction failed = outcome.failed();
    if (failed == null || !failed.name().equals("bpf")) {
      return "";
    }
    String said =
        DeviceProgram.of(launch.bundle().spec().cgroup().devices()).refusal(new OwnKernel());
    return said.isEmpty() ? "" : ": the kernel's verifier says: " + said;
  }

  /** A terminal that nobody would hold the other end of, or a receiver of none: as runc says it. */
  static void checkTerminal(boolean wanted, boolean detaches, Sockets sockets) {
    boolean socket = !sockets.console().isEmpty();
    if (wanted && detaches && !socket) {
      throw new ContainerException(
          "cannot allocate tty if jrun will detach without setting console socket");
    }
    if (socket && !(wanted && detaches)) {
      throw new ContainerException(
          "cannot use console socket if jrun will not detach or allocate tty");
    }
  }

  /** A create of the same id may be ahead: its cgroup is then what is in the way. */
  private Launch prepare(
      LaunchRequest request, boolean waits, boolean detaches, Launch.Ending ending) {
    try {
      return Launch.prepare(session, request, waits, detaches, ending);
    } catch (ContainerException e) {
      if (session.store().exists(request.id())) {
        throw new ContainerException("container with given ID already exists", e);
      }
      throw e;
    }
  }

  /** Puts the container on record and lets init outlive this command. */
  void putOnRecord(
      Recorder k,
      LaunchPlan.Ready ready,
      Bundle bundle,
      LaunchOptions options,
      ContainerState state,
      LaunchRequest request) {
    k.step("store the verbs that follow");
    StateSteps.write(
        k,
        ready.directory(),
        StoredVerbs.FILE,
        StoredVerbs.compile(
            state,
            options.stateDirectory(),
            bundle.spec().hooks(),
            session.front().caller().version(),
            ready.pid(),
            ready.started()));
    letGoOn(k, ready, state, request);
  }

  /** The same without programs for the verbs that follow. */
  void letGoOn(Recorder k, LaunchPlan.Ready ready, ContainerState state, LaunchRequest request) {
    k.step("put the container on record");
    StateSteps.write(
        k,
        ready.directory(),
        StateSteps.STATE,
        StateFile.template(state),
        ready.pid(),
        ready.started());
    if (request.pidFile().isPresent()) {
      PidFileSteps.write(k, request.pidFile().get(), ready.pid(), session.front().caller().umask());
    }
    k.step("let init go on by itself");
    k.sync(ready.channel(), SyncCode.COMMITTED, Value.of(0));
    recordedAt = k.size();
    if (undoing != null) {
      undoing.ends(recordedAt);
    }
  }

  private void removePidFile(Recorder k, String path) {
    PidFileSteps.remove(k, path);
    session.front().run(k.program());
  }

  static void checkPidFile(String path) {
    int slash = path.lastIndexOf('/');
    Optional<String> directory =
        CallersNames.everybodys(slash == 0 ? "/" : path.substring(0, Math.max(slash, 0)));
    if (directory.isPresent() && !Files.isDirectory(Path.of(directory.get()))) {
      throw new ContainerException("pid file " + path + ": no such file or directory");
    }
  }

  private void undo(Launch launch, Outcome outcome) {
    LaunchPlan.Handles handles = launch.plan().handles();
    boolean byInit = isOpened || outcome.origin() == Outcome.Origin.INIT;
    if (!byInit && outcome.instruction() <= handles.claimedAt()) {
      return;
    }
    if (!byInit && outcome.instruction() < handles.cgroupAt()) {
      // The cgroup is nobody's yet, or another's. A directory that has vanished was deleted by
      // someone who held the lock: what is there now is another's too.
      if (outcome.errno() != Errno.ENOENT.number()) {
        giveBack(launch, handles.after().next());
      }
      return;
    }
    if (!byInit
        && outcome.instruction() < handles.spawnedAt()
        && outcome.errno() == Errno.EROFS.number()) {
      // In a tree that is read-only nothing was made; removing it would fail in the same way.
      giveBack(launch, handles.after().next());
      return;
    }
    abandon(launch, byInit || outcome.instruction() > handles.spawnedAt());
  }

  /** Ends and removes all that a launch has made. What cannot be is left to delete --force. */
  void abandon(Launch launch, boolean spawned) {
    LaunchPlan.Handles handles = launch.plan().handles();
    Recorder k = handles.after().next();
    if (spawned) {
      k.step("end init");
      k.ignoring(Errno.ESRCH, Errno.EBADF).pidfdSendSignal(handles.pidfd(), Signal.KILL);
      k.ignoring(Errno.ECHILD, Errno.EBADF).waitid(handles.pidfd());
    }
    String cgroup = launch.options().cgroupDirectory();
    CgroupSteps.kill(k, cgroup);
    CgroupSteps.awaitEmpty(k, cgroup);
    if (launch.unit().isPresent()) {
      k = endUnit(launch.unit().get(), k);
    }
    CgroupSteps.remove(k, cgroup, true);
    Resctrl.remove(k, launch.record());
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      session
          .notices()
          .warn("what the failed launch has made is not all gone: " + outcome.message());
      return;
    }
    giveBack(launch, k.next());
  }

  /**
   * systemd removes the cgroup; if it were gone before systemd has seen that it is empty, the unit
   * would stay.
   */
  private Recorder endUnit(SystemdUnit unit, Recorder k) {
    session.front().run(k.program());
    try {
      unit.stop();
    } catch (ContainerException e) {
      session.notices().warn(e.getMessage());
    }
    return k.next();
  }

  private void giveBack(Launch launch, Recorder k) {
    k.step("give the id back");
    StateSteps.remove(k, launch.plan().handles().directory(), launch.options().stateDirectory());
    session.front().run(k.program());
  }
}
