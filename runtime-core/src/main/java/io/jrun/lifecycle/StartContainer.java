// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.container.ContainerSpec;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.Phase;
import io.jrun.state.StateDocument;
import io.jrun.state.StateFile;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * {@code start}: lets a created container's init execute the user's program, and says how that
 * went. It cannot hang: a gate nobody waits at gives ENXIO.
 */
public final class StartContainer {
  private final Session session;

  public StartContainer(Session session) {
    this.session = session;
  }

  public void start(String id) {
    Session.checkId(id);
    if (!session.store().exists(id)) {
      throw new ContainerNotFoundException();
    }
    Recorder locking = new Recorder();
    locking.step("lock " + id);
    Fd directory = StateSteps.lock(locking, session.store().directory(id));
    session.run(locking);
    ContainerState state = session.load(id);
    if (session.front().caller().stored().isInits()) {
      throw failure(session.front().caller().stored(), List.of(), state, id);
    }
    ContainerStatus status = session.store().status(state);
    // A start that was killed has left its gate: whether it got through, the gate will tell.
    boolean brokenOff =
        status == ContainerStatus.RUNNING && session.store().has(id, StateSteps.EXEC_FIFO);
    if (!brokenOff) {
      checkStatus(status);
    }
    Recorder k = locking.next();
    ContainerState running = state.with(Phase.RUNNING, state.init());
    Optional<Readiness> readiness = Readiness.of(session, running.launch());
    if (readiness.isPresent()) {
      k.step("find init");
      Fd init = k.pidfdOpen(Pid.of(running.init().pid()));
      readiness.get().listen(k, session.store().directory(id), init);
    }
    record(
        k, directory, running, Pid.of(running.init().pid()), Value.of(running.init().startTime()));
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      throw outcome.origin() == Outcome.Origin.INIT
          ? failure(
              new CallerContext.StoredResult(
                  outcome.origin(), outcome.instruction(), outcome.errno()),
              outcome.reports(),
              state,
              id)
          : new ContainerException(Failures.describe(outcome));
    }
    byte[] config = config(id);
    if (Bundle.mentionsHooks(config)) {
      try {
        afterStart(running, Bundle.parse(config, running.location().bundle()), k.next());
      } catch (ContainerException e) {
        destroy(k.next(), directory, running);
        throw e;
      }
    }
    if (readiness.isPresent()) {
      readiness.get().passOn(session, k.next(), directory, running);
    }
  }

  /** The start itself, for a program that runs now as for one that is stored. */
  static void record(Recorder k, Fd directory, ContainerState running, Pid pid, Value started) {
    Fd answers = openAnswers(k, directory);
    // On record before it is done: what may run must never look as if it did not.
    k.step("put on record that it runs");
    // "created" becomes "running": a full file system must not keep it from starting.
    StateSteps.replace(k, directory, StateSteps.STATE, StateFile.template(running), pid, started);
    pokeInit(k, directory, answers);
    k.step("take the gate away");
    k.ignoring(Errno.ENOENT).unlinkat(directory, StateSteps.EXEC_FIFO, 0);
    k.ignoring(Errno.ENOENT).unlinkat(directory, StateSteps.START_FIFO, 0);
  }

  /**
   * Opens what init answers by. Init has it open for both directions, so that it can be opened for
   * writing; one that somebody has put in its place would never be written to nor end.
   */
  private static Fd openAnswers(Recorder k, Fd directory) {
    long flags = Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC;
    k.step("find init's end of " + StateSteps.START_FIFO);
    Fd held =
        k.failing(NOT_WAITING + ": its init does not have " + StateSteps.START_FIFO + " open: %e")
            .openat(directory, StateSteps.START_FIFO, Linux.O_WRONLY | flags);
    Fd answers = k.openat(directory, StateSteps.START_FIFO, Linux.O_RDONLY | flags);
    k.failing(StateSteps.START_FIFO + NOT_INITS).fcntl(answers, Linux.F_GETPIPE_SZ, 0);
    k.close(held);
    return answers;
  }

  private static void pokeInit(Recorder k, Fd directory, Fd answers) {
    k.step("let init go on");
    // Init ends if this is closed again without a byte: it is opened last.
    Fd gate =
        k.failing(NOT_WAITING, Errno.ENOENT, Errno.ENXIO)
            .openat(
                directory,
                StateSteps.EXEC_FIFO,
                Linux.O_WRONLY | Linux.O_NONBLOCK | Linux.O_NOFOLLOW | Linux.O_CLOEXEC);
    k.failing(StateSteps.EXEC_FIFO + NOT_INITS).fcntl(gate, Linux.F_GETPIPE_SZ, 0);
    k.write(gate, Block.bytes(new byte[] {1}, "go"));
    k.step("wait until init has become the program");
    k.free(k.await(answers, NO_CODE, true));
    k.close(gate);
    k.close(answers);
  }

  private static final String NOT_WAITING = "cannot start an already running container";

  private static final String NOT_INITS =
      " is not the one that the container's init has open: %e; jrun delete --force removes it";

  /** No SYNC comes through the start channel: its end is the answer. */
  private static final int NO_CODE = 0xffff;

  private static void checkStatus(ContainerStatus status) {
    switch (status) {
      case CREATED -> {}
      case STOPPED -> throw new ContainerException("cannot start a container that has stopped");
      case RUNNING -> throw new ContainerException(NOT_WAITING);
      default ->
          throw new ContainerException(
              "cannot start a container in the " + status.word() + " state");
    }
  }

  /** Init's instruction numbers mean what they meant when its program was compiled. */
  private ContainerException failure(
      CallerContext.StoredResult said,
      List<Outcome.Report> reports,
      ContainerState state,
      String id) {
    byte[] config = config(id);
    Launch launch = Launch.recompile(state, config, session.store().directory(id));
    return Failures.failure(
        new Outcome(said.origin(), said.errno(), launch.plan().init(), said.instruction(), reports),
        launch.bundle().spec().process().terminal().isPresent(),
        "");
  }

  private byte[] config(String id) {
    return session
        .store()
        .file(id, StateSteps.CONFIG)
        .orElseThrow(
            () ->
                new ContainerException(
                    session.store().directory(id)
                        + ": config.json is missing; jrun delete --force "
                        + id
                        + " clears it up"));
  }

  /** Where a poststart hook has failed: runtime.md, "Lifecycle", 9, 12 and 13. */
  private void destroy(Recorder k, Fd directory, ContainerState running) {
    try {
      new DeleteContainer(session).destroy(k, directory, running, true);
    } catch (ContainerException e) {
      session.notices().warn("what a failed poststart hook has left: " + e.getMessage());
    }
  }

  /**
   * Runs the poststart hooks.
   *
   * @throws ContainerException if one fails: then the container is to be destroyed, by the caller
   */
  void afterStart(ContainerState running, ContainerSpec spec, Recorder k) {
    if (spec.hooks().poststart().isEmpty()) {
      return;
    }
    k.step("go to the bundle");
    k.chdir(running.location().bundle());
    byte[] state =
        StateDocument.forHook(running, "running", Long.toString(running.init().pid()))
            .getBytes(StandardCharsets.UTF_8);
    HookSteps.record(k, "poststart", spec.hooks().poststart(), state, null);
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      throw new ContainerException(Failures.describe(outcome));
    }
  }
}
