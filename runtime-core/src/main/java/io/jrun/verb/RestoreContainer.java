// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.checkpoint.CriuAnswer;
import io.jrun.checkpoint.CriuCommand;
import io.jrun.checkpoint.CriuNotification;
import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuRequest.Type;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.checkpoint.Descriptors;
import io.jrun.checkpoint.MountPoints;
import io.jrun.checkpoint.RestoreRequest;
import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.MountSpec;
import io.jrun.container.NamespaceType;
import io.jrun.document.StateDocument;
import io.jrun.failure.ContainerException;
import io.jrun.failure.FailureWords;
import io.jrun.failure.Failures;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.Commit;
import io.jrun.lifecycle.CriuConversation;
import io.jrun.lifecycle.CriuDirectories;
import io.jrun.lifecycle.CriuStart;
import io.jrun.lifecycle.ExitStatus;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.LaunchChecks;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.RestoreSteps;
import io.jrun.lifecycle.RuntimeHooks;
import io.jrun.lifecycle.Session;
import io.jrun.lifecycle.SystemdUnit;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Procfs;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.HandOverSteps;
import io.jrun.plan.front.PidFileSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.launch.Claimed;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code restore}: a container made of the images of a checkpoint. The id is claimed, the cgroup
 * made and the container put on record as at a launch; CRIU is born in that cgroup and makes the
 * processes, the first of which becomes the front's child. They run when it is on record.
 */
public final class RestoreContainer {
  /** As runc calls it, which engines look for. */
  private static final String LOG = "restore.log";

  private static final String STATE_OF_HOOKS = "creating";

  private final Session session;
  private final LaunchRequest launching;
  private final RestoreRequest request;

  /**
   * A restore whose id is claimed.
   *
   * @param claiming of the program that claimed it
   */
  private record Begun(Launch launch, Recorder claiming, Claimed claimed) {
    ContainerSpec spec() {
      return launch.bundle().spec();
    }

    List<MountSpec> mounts() {
      return launch.options().mounts(spec());
    }
  }

  /**
   * What CRIU's notifications have brought so far.
   *
   * @param state of the container, once it is on record
   * @param proxy the terminals of a restore in the foreground; null if it has none
   */
  private record Restored(Optional<ContainerState> state, Recorder.Proxy proxy) {}

  public RestoreContainer(Session session, LaunchRequest launching, RestoreRequest request) {
    this.session = session;
    this.launching = launching;
    this.request = request;
  }

  /**
   * Restores a container.
   *
   * @return the code to exit with: the program's status, or 128 and the signal; 0 when detached
   * @throws ContainerException if it could not be; then nothing of it is left
   */
  public int restore() {
    Session.checkId(launching.id());
    CriuConversation.requireRoot(session, "restore");
    if (session.store().exists(launching.id())) {
      throw new ContainerException("container with given ID already exists");
    }
    launching.pidFile().ifPresent(LaunchChecks::checkPidFile);
    CriuCommand command = CriuConversation.command(session);
    Launch launch = Launch.prepare(session, launching, false, request.detach());
    ContainerSpec spec = launch.bundle().spec();
    CriuConversation.requireRestorable(spec);
    LaunchChecks.checkTerminal(
        spec.process().terminal().isPresent(), request.detach(), launching.sockets());
    if (spec.namespaces().isJoined(NamespaceType.CGROUP)) {
      throw new ContainerException(
          spec.namespaces().get(NamespaceType.CGROUP).orElseThrow().pointer()
              + ": CRIU cannot join a cgroup namespace: remove the path");
    }
    Recorder recorder = new Recorder();
    CriuDirectories.Recorded recorded =
        CriuDirectories.record(session, recorder, request.options(), OptionalLong.empty());
    final CriuDirectories directories = recorded.opened(session.run(recorder));
    final Descriptors descriptors = directories.descriptors();
    Begun begun = claim(launch, recorder.next());
    CriuRequest restoring = new CriuRequest(Type.RESTORE);
    CriuConversation criu;
    try {
      criu = start(begun, restoring, command, directories, descriptors);
    } catch (ContainerException e) {
      undo(begun, begun.claiming().next());
      throw e;
    }
    Restored restored;
    try {
      enterUnit(begun, criu);
      restored = carryOut(begun, restoring, criu, directories);
      criu.end();
    } catch (ContainerException e) {
      criu.end();
      abandon(begun, criu.between().next());
      throw e;
    }
    return request.detach()
        ? 0
        : end(begun, criu.between().next(), restored.state().orElseThrow(), restored.proxy());
  }

  private Begun claim(Launch launch, Recorder recorder) {
    Begun begun = new Begun(launch, recorder, LaunchSteps.claim(recorder, launch.input()));
    Outcome outcome = session.front().run(recorder.program());
    if (outcome.succeeded()) {
      return begun;
    }
    if (outcome.passed(Mark.CLAIMED)) {
      undo(begun, recorder.next());
    }
    throw new ContainerException(Failures.describe(outcome));
  }

  /** CRIU, in the container's cgroup, if it is there already. */
  private CriuConversation start(
      Begun begun,
      CriuRequest restoring,
      CriuCommand command,
      CriuDirectories directories,
      Descriptors descriptors) {
    Recorder recorder = begun.claiming().next();
    if (!request.detach()) {
      recorder.step("let signals wait");
      recorder.blockSignals(-1L);
      if (request.subreaper()) {
        recorder.prctl(Linux.PR_SET_CHILD_SUBREAPER, 1);
      }
    }
    MountPoints.make(recorder, begun.spec().rootfs().path(), begun.mounts());
    List<Fd> passed = RestoreSteps.pass(recorder, begun.spec(), restoring, descriptors);
    CriuSteps.Place place =
        new CriuSteps.Place(
            begun.spec().rootfs().path(),
            new CallersFiles(session.front()).directory(directories.workPath()));
    CriuSteps.Start how =
        new CriuSteps.Start(
            command,
            begun.claimed().cgroup(),
            directories.images(),
            directories.work(),
            Optional.of(place),
            session.front().caller().umask());
    return new CriuStart(session, recorder, how).begin(passed);
  }

  /** Where systemd makes the cgroup, it is asked to put CRIU there, and all that CRIU makes. */
  private static void enterUnit(Begun begun, CriuConversation criu) {
    Launch launch = begun.launch();
    if (launch.unit().isPresent()) {
      LaunchOptions options = launch.options();
      launch.unit().get().start(begun.spec(), options.id(), criu.pid(), options.cgroupMount());
      LaunchSteps.enter(criu.between(), launch.input(), Pid.of(criu.pid()));
    }
  }

  private Restored carryOut(
      Begun begun, CriuRequest restoring, CriuConversation criu, CriuDirectories directories) {
    Launch launch = begun.launch();
    RestoreSteps.fill(restoring, begun.spec(), launch.options(), request, criu.pid());
    restoring.log(LOG);
    CriuConversation.Answered<Restored> answered =
        criu.ask(
            restoring,
            directories.log(LOG),
            new Restored(Optional.empty(), null),
            listener(begun, criu));
    if (answered.result().state().isEmpty() || answered.answer().pid().isEmpty()) {
      throw new ContainerException("criu has restored no process");
    }
    return answered.result();
  }

  private CriuConversation.Listener<Restored> listener(Begun begun, CriuConversation criu) {
    return new CriuConversation.Listener<>() {
      @Override
      public Restored on(Restored before, CriuAnswer notification, Optional<Fd> descriptor) {
        return RestoreContainer.this.on(begun, criu.between(), before, notification, descriptor);
      }

      @Override
      public List<CriuNotification> unheard() {
        return CriuNotification.ofNoUse(hasHooks(begun.spec().hooks()));
      }
    };
  }

  private Restored on(
      Begun begun,
      Recorder recorder,
      Restored before,
      CriuAnswer notification,
      Optional<Fd> descriptor) {
    switch (notification.script()) {
      case "setup-namespaces" ->
          runHooks(recorder, begun.launch(), Pid.of(notification.pid().orElseThrow()));
      case "orphan-pts-master" -> {
        HandOverSteps.Receivers receivers = begun.claimed().receivers();
        if (descriptor.isPresent() && receivers.terminal()) {
          return new Restored(
              before.state(), HandOverSteps.pass(recorder, receivers, descriptor.get()));
        }
      }
      case "post-restore" -> {
        ContainerState state = putOnRecord(recorder, begun, notification.pid().orElseThrow());
        return new Restored(Optional.of(state), before.proxy());
      }
      default -> {}
    }
    return before;
  }

  private static boolean hasHooks(HooksSpec hooks) {
    return !hooks.prestart().isEmpty() || !hooks.createRuntime().isEmpty();
  }

  /** Those that runc runs: prestart and createRuntime, when the namespaces are there. */
  private static void runHooks(Recorder recorder, Launch launch, Pid pid) {
    HooksSpec hooks = launch.bundle().spec().hooks();
    if (!hasHooks(hooks)) {
      return;
    }
    recorder.step("go to the bundle");
    recorder.chdir(launch.options().bundle());
    byte[] document =
        StateDocument.forHook(launch.record(), STATE_OF_HOOKS, HookSteps.PID_ROOM)
            .getBytes(StandardCharsets.UTF_8);
    HookSteps.record(recorder, "prestart", hooks.prestart(), document, pid);
    HookSteps.record(recorder, "createRuntime", hooks.createRuntime(), document, pid);
  }

  /** CRIU waits: nothing of the container runs yet. */
  private ContainerState putOnRecord(Recorder recorder, Begun begun, long number) {
    Launch launch = begun.launch();
    Fd directory = begun.claimed().directory();
    long started =
        Procfs.stat(number)
            .map(Procfs.Stat::startTime)
            .orElseThrow(() -> new ContainerException("criu has restored no process"));
    ContainerState restored =
        launch.record().with(Phase.RUNNING, new ProcessIdentity(number, started));
    Pid pid = Pid.of(number);
    if (request.detach()) {
      Commit.storeVerbs(session, launch, recorder, directory, restored, pid, Value.of(started));
    }
    recorder.step("put the container on record");
    StateSteps.write(recorder, directory, StateSteps.STATE, StateFile.write(restored));
    if (launching.pidFile().isPresent()) {
      PidFileSteps.write(
          recorder, launching.pidFile().get(), pid, session.front().caller().umask());
    }
    return restored;
  }

  private int end(Begun begun, Recorder recorder, ContainerState restored, Recorder.Proxy proxy) {
    recorder.step("unlock: others may use the container while it runs");
    recorder.close(begun.claimed().directory());
    recorder.step("wait for the end of the container");
    Pid pid = Pid.of(restored.init().pid());
    Fd pidfd = recorder.pidfdOpen(pid);
    Value status = recorder.relay(pid, pidfd, proxy);
    recorder.report(ReportTag.STATUS, status);
    Outcome outcome = session.run(recorder);
    remove(recorder.next(), restored);
    return ExitStatus.code(outcome.number(ReportTag.STATUS).orElseThrow());
  }

  /** Another command may have deleted it meanwhile. */
  private void remove(Recorder recorder, ContainerState restored) {
    if (!session.store().exists(restored.id())) {
      return;
    }
    recorder.step("lock " + restored.id());
    Fd directory = StateSteps.lock(recorder, session.store().directory(restored.id()));
    if (session.front().run(recorder.program()).succeeded()
        && session.store().exists(restored.id())) {
      new Removal(session).destroy(recorder.next(), directory, restored, false);
    }
  }

  /**
   * There may have been an init: what hooks have made, poststop hooks take back, as of a launch.
   */
  private void abandon(Begun begun, Recorder after) {
    Recorder recorder = undo(begun, after);
    RuntimeHooks.poststop(session, recorder, begun.launch().record(), begun.spec());
  }

  /**
   * Ends and removes all that was made. What cannot be is left to delete --force.
   *
   * @return what goes on
   */
  private Recorder undo(Begun begun, Recorder after) {
    Launch launch = begun.launch();
    Recorder recorder = after;
    String cgroup = launch.options().cgroupDirectory();
    CgroupSteps.kill(recorder, cgroup);
    CgroupSteps.awaitEmpty(recorder, cgroup);
    if (launch.unit().isPresent()) {
      session.front().run(recorder.program());
      recorder = recorder.next();
      stopUnit(launch.unit().get());
    }
    CgroupSteps.remove(recorder, cgroup, true);
    recorder.step("give the id back");
    StateSteps.remove(recorder, begun.claimed().directory(), launch.options().stateDirectory());
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      session
          .notices()
          .warn("what the failed restore has made is not all gone: " + FailureWords.of(outcome));
    }
    return recorder.next();
  }

  private void stopUnit(SystemdUnit unit) {
    try {
      unit.stop();
    } catch (ContainerException e) {
      session.notices().warn(e.getMessage());
    }
  }
}
