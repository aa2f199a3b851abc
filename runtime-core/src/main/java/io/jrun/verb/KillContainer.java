// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.failure.ContainerException;
import io.jrun.host.CgroupTree;
import io.jrun.lifecycle.ContainerProcesses;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Signal;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.plan.front.KillSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.LaunchRecord;
import java.util.List;
import java.util.OptionalInt;

/**
 * {@code kill}: sends a signal to init, and to no other process that has its pid by now: the start
 * time is compared between pidfd_open and pidfd_send_signal.
 */
public final class KillContainer {
  private final Session session;

  public KillContainer(Session session) {
    this.session = session;
  }

  /**
   * Sends a signal.
   *
   * @param signal name or number, see {@link Signal#parse}
   * @param all to every process of the container
   */
  public void kill(String id, String signal, boolean all) {
    Session.checkId(id);
    OptionalInt number = Signal.parse(signal);
    if (number.isEmpty()) {
      throw new ContainerException("unknown signal \"" + signal + "\"");
    }
    ContainerState state = session.load(id);
    ContainerStatus status = session.store().status(state);
    boolean leaderless = status == ContainerStatus.STOPPED || status == ContainerStatus.CREATING;
    boolean outlivesInit =
        number.getAsInt() == Signal.KILL && state.launch().is(LaunchRecord.Mark.SHARED_PID);
    // Of one that is gone whoever lives was moved away: then init is who can be found.
    boolean hasCgroup = CgroupTree.exists(state.location().cgroup());
    if (all && !hasCgroup && leaderless) {
      return;
    }
    if (hasCgroup && (all || outlivesInit)) {
      // Without a pid namespace of its own a container does not end with its init.
      List<Long> left = CgroupTree.processes(state.location().cgroup());
      if (all || !left.isEmpty()) {
        signalAll(state, number.getAsInt(), left);
        return;
      }
    }
    if (leaderless) {
      throw new ContainerException(IdentityGuard.NOT_RUNNING);
    }
    Recorder recorder = new Recorder();
    KillSteps.send(recorder, state.init().pid(), state.init().startTime(), number.getAsInt());
    session.run(recorder);
  }

  private void signalAll(ContainerState state, int signal, List<Long> processes) {
    Recorder recorder = new Recorder();
    if (signal == Signal.KILL) {
      ContainerProcesses.kill(recorder, state);
    } else {
      ContainerProcesses.signal(recorder, state, signal, processes);
    }
    session.run(recorder);
  }
}
