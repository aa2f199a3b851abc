// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.linux.Errno;
import io.jrun.linux.Procfs;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.wire.Outcome;

/**
 * {@code pause} and {@code resume}: every process of the container stands still, or goes on, when
 * the command has ended. A pause that fails leaves the container as it was.
 */
public final class PauseContainer {
  private static final long PATIENCE_MS = 10_000;

  private final Session session;

  public PauseContainer(Session session) {
    this.session = session;
  }

  public void pause(String id) {
    Recorder k = new Recorder();
    ContainerState state = lock(k, id);
    ContainerStatus status = session.store().status(state);
    if (status != ContainerStatus.RUNNING && status != ContainerStatus.CREATED) {
      throw new ContainerException(refusal(true));
    }
    if (state.location().cgroup().isEmpty()) {
      throw new ContainerException(
          "the container has no cgroup of its own, so it cannot be paused: before it is made, "
              + Rootless.DELEGATION);
    }
    Recorder freezing = k.next();
    record(freezing, state, true, PATIENCE_MS);
    Outcome outcome = session.front().run(freezing.program());
    if (!outcome.succeeded()) {
      throw new ContainerException(undone(freezing.next(), state, outcome));
    }
  }

  public void resume(String id) {
    Recorder k = new Recorder();
    ContainerState state = lock(k, id);
    if (session.store().status(state) != ContainerStatus.PAUSED) {
      throw new ContainerException(refusal(false));
    }
    String cgroup = state.location().cgroup();
    if (Procfs.read(cgroup + "/cgroup.freeze").orElse("1").startsWith("0")) {
      throw new ContainerException(
          refusal(false) + " by itself: a cgroup above " + cgroup + " is frozen: thaw that one");
    }
    Recorder thawing = k.next();
    record(thawing, state, false, PATIENCE_MS);
    session.run(thawing);
  }

  /** What pause or resume does, for a program that runs now as for one that is stored. */
  static void record(Recorder k, ContainerState state, boolean frozen, long patienceMs) {
    CgroupSteps.freeze(k, state.location().cgroup(), frozen, refusal(frozen), patienceMs);
  }

  private static String refusal(boolean frozen) {
    return frozen ? KillContainer.NOT_RUNNING : "container not paused";
  }

  private ContainerState lock(Recorder k, String id) {
    Session.checkId(id);
    if (!session.store().exists(id)) {
      throw new ContainerNotFoundException();
    }
    k.step("lock " + id);
    StateSteps.lock(k, session.store().directory(id));
    session.run(k);
    return session.load(id);
  }

  /** Half of a container must not stand still. */
  private String undone(Recorder k, ContainerState state, Outcome outcome) {
    if (outcome.errno() != Errno.ETIMEDOUT.number() || outcome.hasOwnWords()) {
      return Failures.describe(outcome);
    }
    String cgroup = state.location().cgroup();
    String stuck = DeleteContainer.processes(cgroup);
    k.step("let cgroup " + cgroup + " go on");
    CgroupSteps.setFrozen(k, cgroup, false);
    session.front().run(k.program());
    return "unable to freeze: cgroup " + cgroup + " did not stand still in 10 s; in it:" + stuck;
  }
}
