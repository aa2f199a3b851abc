// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.hooks.HookFailure;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.CgroupSteps;
import io.jrun.plan.LaunchPlan;
import io.jrun.plan.Recorder;
import io.jrun.plan.ReportTag;
import io.jrun.plan.StateSteps;
import io.jrun.plan.SyncCode;
import io.jrun.shim.Outcome;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFile;
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
    Launch launch = launch(request, true);
    commit(launch, request.pidFile(), Phase.CREATED);
  }

  private ContainerState ready;

  /** Makes everything; in the end init is ready and the container not yet on record as created. */
  Launch launch(LaunchRequest request, boolean waits) {
    if (request.consoleSocket().isPresent()) {
      throw new ContainerException(
          "cannot use console socket if jrun will not detach or allocate tty: process.terminal is false");
    }
    Session.checkId(request.id());
    if (session.store().exists(request.id())) {
      throw new ContainerException("container with given ID already exists");
    }
    Launch launch = prepare(request, waits);
    request.pidFile().ifPresent(CreateContainer::checkPidFile);
    Outcome outcome = session.front().run(launch.plan().front());
    if (!outcome.succeeded()) {
      undo(launch, outcome);
      if (HookFailure.describe(outcome).isPresent()) {
        // A hook's failure goes on where a container is destroyed, poststop hooks included.
        new DeleteContainer(session)
            .poststop(
                launch.plan().handles().after().next(), launch.record(), launch.bundle().spec());
      }
      throw new ContainerException(Failures.describeLaunch(outcome));
    }
    long pid = outcome.number(ReportTag.PID).orElseThrow();
    long start = outcome.number(ReportTag.START_TIME).orElseThrow();
    ready = launch.record().with(Phase.CREATED, new ProcessIdentity(pid, start));
    return launch;
  }

  /** A create of the same id may be ahead: its cgroup is then what is in the way. */
  private Launch prepare(LaunchRequest request, boolean waits) {
    try {
      return Launch.prepare(session, request, waits);
    } catch (ContainerException e) {
      if (session.store().exists(request.id())) {
        throw new ContainerException("container with given ID already exists", e);
      }
      throw e;
    }
  }

  /** The state of what {@link #launch} made. */
  ContainerState ready() {
    return ready;
  }

  /** Puts the container on record and lets init outlive this command. */
  void commit(Launch launch, Optional<String> pidFile, Phase phase) {
    LaunchPlan.Handles handles = launch.plan().handles();
    Recorder k = handles.after();
    k.step("put the container on record");
    ready = ready.with(phase, ready.init());
    StateSteps.write(k, handles.directory(), StateSteps.STATE, StateFile.write(ready));
    k.step("store the verbs that follow");
    StateSteps.write(
        k,
        handles.directory(),
        StoredVerbs.FILE,
        StoredVerbs.compile(
            ready,
            launch.options().stateDirectory(),
            launch.bundle().spec().hooks(),
            session.front().caller().version()));
    if (pidFile.isPresent()) {
      k.step("write the pid file " + pidFile.get());
      StateSteps.writePidFile(
          k, pidFile.get(), ready.init().pid(), session.front().caller().umask());
    }
    k.step("let init go on by itself");
    k.sync(handles.channel(), SyncCode.COMMITTED, Value.of(0));
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      abandon(launch, true);
      pidFile.ifPresent(path -> removePidFile(k.next(), path));
      throw new ContainerException(Failures.describe(outcome));
    }
  }

  private void removePidFile(Recorder k, String path) {
    k.step("take the pid file away");
    k.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, path, 0);
    session.front().run(k.program());
  }

  private static void checkPidFile(String path) {
    Path directory = Path.of(path).getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new ContainerException("pid file " + path + ": no such file or directory");
    }
  }

  private void undo(Launch launch, Outcome outcome) {
    LaunchPlan.Handles handles = launch.plan().handles();
    boolean byInit = outcome.origin() == Outcome.Origin.INIT;
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
    CgroupSteps.remove(k, List.of(cgroup), true);
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      session
          .notices()
          .warn("what the failed launch has made is not all gone: " + outcome.message());
      return;
    }
    giveBack(launch, k.next());
  }

  private void giveBack(Launch launch, Recorder k) {
    k.step("give the id back");
    StateSteps.remove(
        k,
        launch.plan().handles().directory(),
        launch.options().stateDirectory(),
        session.store().files(launch.options().id()));
    session.front().run(k.program());
  }
}
