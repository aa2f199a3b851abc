// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.checkpoint.CriuAnswer;
import io.jrun.checkpoint.CriuCommand;
import io.jrun.checkpoint.CriuRequest;
import io.jrun.checkpoint.CriuRequest.Switch;
import io.jrun.checkpoint.CriuRequest.Type;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.checkpoint.Descriptors;
import io.jrun.checkpoint.Externals;
import io.jrun.checkpoint.MountPoints;
import io.jrun.checkpoint.RestoreRequest;
import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.document.StateDocument;
import io.jrun.failure.ContainerException;
import io.jrun.failure.FailureWords;
import io.jrun.failure.Failures;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.lifecycle.CriuConversation;
import io.jrun.lifecycle.CriuDirectories;
import io.jrun.lifecycle.ExitStatus;
import io.jrun.lifecycle.Launch;
import io.jrun.lifecycle.LaunchChecks;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.Session;
import io.jrun.lifecycle.StoredVerbs;
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
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

  /** In /proc/PID/cgroup, of cgroup v2: cgroups(7). */
  private static final String UNIFIED = "0::";

  private static final String STATE_OF_HOOKS = "creating";

  private final Session session;
  private final LaunchRequest launching;
  private final RestoreRequest request;
  private Launch launch;
  private Claimed claimed;
  private CriuConversation criu;
  private HandOverSteps handOver;
  private ContainerState restored;

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
    launch = Launch.prepare(session, launching, false, request.detach(), Launch.Ending.NONE);
    LaunchChecks.checkTerminal(
        spec().process().terminal().isPresent(), request.detach(), launching.sockets());
    if (spec().namespaces().isJoined(NamespaceType.CGROUP)) {
      throw new ContainerException(
          spec().namespaces().get(NamespaceType.CGROUP).orElseThrow().pointer()
              + ": CRIU cannot join a cgroup namespace: remove the path");
    }
    Recorder recorder = new Recorder();
    CriuDirectories directories =
        CriuDirectories.open(session, recorder, request.options(), OptionalLong.empty());
    final Descriptors descriptors = directories.descriptors();
    claim(recorder.next());
    try {
      carryOut(command, directories, descriptors);
    } catch (ContainerException e) {
      undo();
      throw e;
    }
    return end();
  }

  private ContainerSpec spec() {
    return launch.bundle().spec();
  }

  private void claim(Recorder recorder) {
    claimed = launch.plan().claimOnly(recorder);
    Outcome outcome = session.front().run(claimed.front().program());
    if (outcome.succeeded()) {
      return;
    }
    if (outcome.instruction() > claimed.claimedAt()) {
      criu = null;
      undo();
    }
    throw new ContainerException(Failures.describe(outcome));
  }

  private void carryOut(CriuCommand command, CriuDirectories directories, Descriptors descriptors) {
    Recorder recorder = claimed.front().next();
    if (!request.detach()) {
      recorder.step("let signals wait");
      recorder.blockSignals(-1L);
      if (request.subreaper()) {
        recorder.prctl(Linux.PR_SET_CHILD_SUBREAPER, 1);
      }
    }
    MountPoints.make(recorder, spec().rootfs().path(), launch.options().mounts(spec()));
    List<Fd> passed = new ArrayList<>();
    CriuRequest restoring = new CriuRequest(Type.RESTORE);
    pass(recorder, restoring, passed, descriptors);
    CriuSteps.Place place =
        new CriuSteps.Place(
            spec().rootfs().path(),
            new CallersFiles(session.front()).directory(directories.workPath()));
    CriuSteps.Start how =
        new CriuSteps.Start(
            command,
            claimed.cgroup(),
            directories.images(),
            directories.work(),
            Optional.of(place),
            session.front().caller().umask());
    criu = CriuConversation.begin(session, recorder, how, passed);
    enterUnit();
    fill(restoring);
    CriuAnswer answer = criu.ask(restoring, directories.log(LOG), this::on);
    if (restored == null || answer.pid().isEmpty()) {
      throw new ContainerException("criu has restored no process");
    }
    criu.end();
  }

  /** Where systemd makes the cgroup, it is asked to put CRIU there, and all that CRIU makes. */
  private void enterUnit() {
    if (launch.unit().isPresent()) {
      LaunchOptions options = launch.options();
      launch.unit().get().start(spec(), options.id(), criu.pid(), options.cgroupMount());
      launch.plan().enterOnly(criu.between(), Pid.of(criu.pid()));
    }
  }

  /** What CRIU is executed with: /dev/null, and namespaces of others. */
  private void pass(
      Recorder recorder, CriuRequest restoring, List<Fd> passed, Descriptors descriptors) {
    recorder.step("open what CRIU is to have");
    passed.add(recorder.openat(Fd.CWD, "/dev/null", Linux.O_RDWR | Linux.O_CLOEXEC));
    descriptors.replacements(CriuSteps.FIRST_PASSED).forEach(restoring::inherit);
    for (NamespaceType type : NamespaceType.values()) {
      String key = Externals.key(type);
      if (key != null && spec().namespaces().isJoined(type)) {
        restoring.inherit(key, CriuSteps.FIRST_PASSED + passed.size());
        String path = spec().namespaces().get(type).orElseThrow().path();
        recorder.step("open the namespace " + path, spec().namespaces().get(type).get().pointer());
        passed.add(recorder.openat(Fd.CWD, path, Linux.O_RDONLY | Linux.O_CLOEXEC));
      }
    }
  }

  private void fill(CriuRequest restoring) {
    request
        .options()
        .into(restoring)
        .log(LOG)
        .root(spec().rootfs().path())
        .with(Switch.EVASIVE_DEVICES, true)
        .with(Switch.RST_SIBLING, true)
        .lsm(request.lsmProfile(), request.lsmMountContext());
    CriuCommand.configuration(spec()).ifPresent(restoring::configuredBy);
    Externals.restoreMounts(
        restoring, spec(), launch.options().mounts(spec()), launch.options().cgroupDirectory());
    Externals.restoreNamespaces(restoring, spec().namespaces());
    if (!launch.options().cgroup().isEmpty()) {
      cgroupRoot(restoring);
    }
  }

  /**
   * Where CRIU is, is where the container is to be, whatever its cgroup was called before. The
   * hierarchies of cgroup v1 are not the container's, and nothing of them is restored.
   */
  private void cgroupRoot(CriuRequest restoring) {
    for (String line : Procfs.read("/proc/" + criu.pid() + "/cgroup").orElse("").split("\n")) {
      if (line.startsWith(UNIFIED)) {
        restoring.cgroupRoot("", line.substring(UNIFIED.length()));
      }
    }
  }

  private void on(CriuAnswer notification, Optional<Fd> descriptor) {
    switch (notification.script()) {
      case "setup-namespaces" -> runHooks(Pid.of(notification.pid().orElseThrow()));
      case "orphan-pts-master" -> {
        if (descriptor.isPresent() && claimed.handOver() != null) {
          handOver = claimed.handOver().in(criu.between());
          handOver.pass(descriptor.get());
        }
      }
      case "post-restore" -> putOnRecord(notification.pid().orElseThrow());
      default -> {}
    }
  }

  /** Those that runc runs: prestart and createRuntime, when the namespaces are there. */
  private void runHooks(Pid pid) {
    if (spec().hooks().prestart().isEmpty() && spec().hooks().createRuntime().isEmpty()) {
      return;
    }
    Recorder recorder = criu.between();
    recorder.step("go to the bundle");
    recorder.chdir(launch.options().bundle());
    byte[] document =
        StateDocument.forHook(launch.record(), STATE_OF_HOOKS, HookSteps.PID_ROOM)
            .getBytes(StandardCharsets.UTF_8);
    HookSteps.record(recorder, "prestart", spec().hooks().prestart(), document, pid);
    HookSteps.record(recorder, "createRuntime", spec().hooks().createRuntime(), document, pid);
  }

  /** CRIU waits: nothing of the container runs yet. */
  private void putOnRecord(long number) {
    long started =
        Procfs.stat(number)
            .map(Procfs.Stat::startTime)
            .orElseThrow(() -> new ContainerException("criu has restored no process"));
    restored = launch.record().with(Phase.RUNNING, new ProcessIdentity(number, started));
    Recorder recorder = criu.between();
    Pid pid = Pid.of(number);
    if (request.detach()) {
      recorder.step("store the verbs that follow");
      StateSteps.write(
          recorder,
          claimed.directory(),
          StoredVerbs.FILE,
          StoredVerbs.compile(
              restored,
              launch.options().stateDirectory(),
              spec().hooks(),
              session.front().caller().version(),
              pid,
              Value.of(started)));
    }
    recorder.step("put the container on record");
    StateSteps.write(recorder, claimed.directory(), StateSteps.STATE, StateFile.write(restored));
    if (launching.pidFile().isPresent()) {
      PidFileSteps.write(
          recorder, launching.pidFile().get(), pid, session.front().caller().umask());
    }
  }

  private int end() {
    if (request.detach()) {
      return 0;
    }
    Recorder recorder = criu.between().next();
    recorder.step("unlock: others may use the container while it runs");
    recorder.close(claimed.directory());
    recorder.step("wait for the end of the container");
    Pid pid = Pid.of(restored.init().pid());
    Fd pidfd = recorder.pidfdOpen(pid);
    Value status = recorder.relay(pid, pidfd, handOver == null ? null : handOver.proxy());
    recorder.report(ReportTag.STATUS, status);
    Outcome outcome = session.run(recorder);
    remove(recorder.next());
    return ExitStatus.code(outcome.number(ReportTag.STATUS).orElseThrow());
  }

  /** Another command may have deleted it meanwhile. */
  private void remove(Recorder recorder) {
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

  /** Ends and removes all that was made. What cannot be is left to delete --force. */
  private void undo() {
    Recorder recorder = claimed.front().next();
    if (criu != null) {
      criu.end();
      recorder = criu.between().next();
    }
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
    StateSteps.remove(recorder, claimed.directory(), launch.options().stateDirectory());
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      session
          .notices()
          .warn("what the failed restore has made is not all gone: " + FailureWords.of(outcome));
    }
  }

  private void stopUnit(SystemdUnit unit) {
    try {
      unit.stop();
    } catch (ContainerException e) {
      session.notices().warn(e.getMessage());
    }
  }
}
