// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.failure.ContainerException;
import io.jrun.failure.ContainerNotFoundException;
import io.jrun.failure.Failures;
import io.jrun.host.CgroupMount;
import io.jrun.host.CgroupTree;
import io.jrun.lifecycle.Removal;
import io.jrun.lifecycle.Session;
import io.jrun.lifecycle.SystemdUnit;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Signal;
import io.jrun.plan.front.KillSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.LaunchRecord;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateFileException;
import io.jrun.wire.Outcome;
import java.util.Map;
import java.util.Optional;

/**
 * {@code delete}: ends what is left of a container and removes it. With {@code --force} it always
 * gets to the end, whatever was killed in the middle of what, and whatever state.json holds now:
 * the cgroup is enough.
 */
public final class DeleteContainer {
  private static final int PATIENCE_MS = 10_000;
  private static final int STEP_MS = 20;

  private final Session session;

  public DeleteContainer(Session session) {
    this.session = session;
  }

  public void delete(String id, boolean force) {
    Session.checkId(id);
    if (!session.store().exists(id)) {
      if (force) {
        clearPlace(id);
        return;
      }
      throw new ContainerNotFoundException();
    }
    if (force) {
      endCreator(id);
    }
    Recorder locking = new Recorder();
    locking.step("lock " + id);
    Fd directory = StateSteps.lock(locking, session.store().directory(id));
    Outcome locked = session.front().run(locking.program());
    if (!locked.succeeded() || !session.store().exists(id)) {
      if (force && (locked.succeeded() || locked.errno() == Errno.ENOENT.number())) {
        return;
      }
      throw locked.succeeded()
          ? new ContainerNotFoundException()
          : new ContainerException(Failures.describe(locked));
    }
    // A delete that was broken off has taken state.json away first of all that matters.
    boolean remnant = !session.store().has(id, StateSteps.STATE);
    ContainerState state = force || remnant ? loadOrGuess(id) : session.load(id);
    if (!force) {
      ContainerStatus status = session.store().status(state);
      if (status != ContainerStatus.STOPPED && status != ContainerStatus.CREATED) {
        throw new ContainerException(
            "cannot delete container " + id + " that is not stopped: " + status.word());
      }
    }
    new Removal(session).destroy(locking.next(), directory, force ? believed(state) : state, force);
  }

  /** A record that names no cgroup may be wrong: then the path beside it counts, if that is one. */
  private ContainerState believed(ContainerState state) {
    if (isCgroup(state.location().cgroup())) {
      return state;
    }
    String other = guessCgroup(state.id());
    return other.isEmpty()
        ? state
        : state.with(
            new ContainerState.Location(
                state.location().bundle(), state.location().rootfs(), other));
  }

  /** Only one below a mounted hierarchy's root is a container's. */
  private static boolean isCgroup(String path) {
    return CgroupTree.exists(path) && CgroupMount.isBelow(path);
  }

  /** What is no directory is no container's, and would keep the id from being used for ever. */
  private void clearPlace(String id) {
    if (session.store().isTaken(id)) {
      Recorder recorder = new Recorder();
      recorder.step("remove what has the place of " + id);
      recorder.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, session.store().directory(id), 0);
      session.run(recorder);
    }
  }

  /**
   * A create in progress is given time to end, and then ended: what it made is found by the lock's
   * next holder.
   */
  private void endCreator(String id) {
    for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
      Optional<ContainerState> state = peek(id);
      if (state.isEmpty() || session.store().status(state.get()) != ContainerStatus.CREATING) {
        return;
      }
      try {
        Thread.sleep(STEP_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    Optional<ContainerState> state = peek(id);
    if (state.isPresent() && session.store().status(state.get()) == ContainerStatus.CREATING) {
      Recorder recorder = new Recorder();
      KillSteps.send(
          recorder, state.get().creator().pid(), state.get().creator().startTime(), Signal.KILL);
      session.front().run(recorder.program());
    }
  }

  private Optional<ContainerState> peek(String id) {
    try {
      return session.store().load(id);
    } catch (StateFileException e) {
      return Optional.empty();
    }
  }

  /** A damaged state.json still leaves the cgroup's path beside it. */
  private ContainerState loadOrGuess(String id) {
    try {
      Optional<ContainerState> state = session.store().load(id);
      if (state.isPresent()) {
        return state.get();
      }
    } catch (StateFileException e) {
      session.notices().debug(e.getMessage());
    }
    String cgroup = guessCgroup(id);
    return new ContainerState(
        id,
        Phase.CREATING,
        ProcessIdentity.NONE,
        ProcessIdentity.NONE,
        "",
        new ContainerState.Location("/", "", cgroup),
        "",
        Map.of(),
        LaunchRecord.of(new LaunchRecord.Cgroup("", "", SystemdUnit.named(cgroup).orElse(""))));
  }

  private String guessCgroup(String id) {
    String path;
    try {
      path = session.store().cgroup(id).orElse("");
    } catch (StateFileException e) {
      return "";
    }
    return isCgroup(path) ? path : "";
  }
}
