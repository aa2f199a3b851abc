// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Value;
import io.jrun.plan.LaunchPlan;
import io.jrun.plan.Recorder;
import io.jrun.plan.ReportTag;
import io.jrun.plan.StateSteps;
import io.jrun.shim.Outcome;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;

/**
 * {@code run}: create and start in one, and in the foreground the wait for the end: signals are
 * forwarded, the exit status is the program's.
 */
public final class RunContainer {
  /** Any value that no sync point has: the end of the channel is what is awaited. */
  private static final int NO_CODE = 0xffff;

  private final Session session;
  private final CreateContainer creation;

  public RunContainer(Session session) {
    this.session = session;
    this.creation = new CreateContainer(session);
  }

  /**
   * How to run.
   *
   * @param keep state and cgroup stay after the end
   * @param subreaper orphans of the container become the front's to reap
   */
  public record Manner(boolean detach, boolean keep, boolean subreaper) {}

  /**
   * Runs a container.
   *
   * @return the code to exit with: the program's status, or 128 and the signal; 0 when detached
   */
  public int run(LaunchRequest request, Manner manner) {
    if (!manner.detach() && manner.subreaper()) {
      Recorder k = new Recorder();
      k.step("reap orphans of the container");
      k.prctl(Linux.PR_SET_CHILD_SUBREAPER, 1);
      session.run(k);
    }
    Launch launch = creation.launch(request, false);
    // On record as running before it runs: a command killed in between leaves what needs force.
    creation.commit(launch, request.pidFile(), Phase.RUNNING);
    ContainerState running = start(launch);
    if (manner.detach()) {
      return 0;
    }
    return await(launch, running, manner.keep());
  }

  private ContainerState start(Launch launch) {
    LaunchPlan.Handles handles = launch.plan().handles();
    ContainerState running = creation.ready();
    Recorder k = handles.after().next();
    k.step("wait until init has become the program");
    k.free(k.await(handles.channel(), NO_CODE, true));
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      creation.abandon(launch, true);
      throw new ContainerException(Failures.describe(located(outcome, launch)));
    }
    try {
      new StartContainer(session).afterStart(running, k.next());
    } catch (ContainerException e) {
      creation.abandon(launch, true);
      throw e;
    }
    return running;
  }

  private static Outcome located(Outcome outcome, Launch launch) {
    return outcome.origin() != Outcome.Origin.INIT
        ? outcome
        : new Outcome(
            outcome.origin(),
            outcome.errno(),
            launch.plan().init(),
            outcome.instruction(),
            outcome.reports());
  }

  private int await(Launch launch, ContainerState running, boolean keep) {
    LaunchPlan.Handles handles = launch.plan().handles();
    Recorder k = handles.after().next();
    k.step("unlock: others may use the container while it runs");
    k.close(handles.directory());
    k.step("wait for the end of the container");
    Value status = k.relay(handles.pid(), handles.pidfd());
    k.report(ReportTag.STATUS, status);
    Outcome outcome = session.run(k);
    long ended = outcome.number(ReportTag.STATUS).orElseThrow();
    if (!keep && session.store().exists(running.id())) {
      remove(k.next(), running);
    }
    int signal = (int) (ended & 0x7f);
    return signal == 0 ? (int) (ended >> 8 & 0xff) : 128 + signal;
  }

  /** Another command may have deleted it meanwhile. */
  private void remove(Recorder k, ContainerState state) {
    k.step("lock " + state.id());
    Fd directory = StateSteps.lock(k, session.store().directory(state.id()));
    if (session.front().run(k.program()).succeeded() && session.store().exists(state.id())) {
      new DeleteContainer(session).destroy(k.next(), directory, state, false);
    }
  }
}
