// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.failure.ContainerException;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.launch.LaunchSteps;
import io.jrun.program.Mark;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.wire.Outcome;
import java.util.Optional;

/**
 * A launch under way, which is most of create and of run. Whoever launches begins it, records what
 * follows on a ready init, and has it carried out; what fails on the way is undone.
 *
 * @param begun as far as the clone, recorded and not sent
 * @param cleanup how it is undone
 */
public record Launching(
    Session session,
    Launch launch,
    LaunchRequest request,
    LaunchSteps.Begun begun,
    LaunchCleanup cleanup) {
  /** Records the beginning of a launch; nothing has been done yet. */
  public static Launching begin(Session session, Launch launch, LaunchRequest request) {
    // When systemd is asked, nothing that can be wrong with the plan is to be found any more.
    Recorder recorder = launch.unit().isPresent() ? new Recorder() : session.recorder();
    LaunchSteps.Begun begun;
    try {
      begun = LaunchSteps.begin(recorder, launch.input());
    } catch (ProgramTooLongException e) {
      throw Launch.refused(e);
    }
    LaunchUndo.prepare(launch, begun, request.pidFile());
    return new Launching(
        session, launch, request, begun, new LaunchCleanup(session, launch, begun));
  }

  /** Undoes a launch whose program could not be recorded to its end; gives what to say of it. */
  public RuntimeException cutShort(RuntimeException failure) {
    Optional<Outcome> outcome = session.front().cutShort(begun.front());
    if (outcome.isEmpty()) {
      return Launch.refused(failure);
    }
    if (!outcome.get().succeeded()) {
      return cleanup.undone(outcome.get(), Optional.empty());
    }
    cleanup.abandon(true);
    return Launch.refused(failure);
  }

  /**
   * Has the front carry it out.
   *
   * @return how it ended, if the container is on record: its program may have failed after that, or
   *     init when it was let go on; what that means is the caller's to judge
   * @throws ContainerException if it is not; then nothing of it is left
   */
  public Outcome carryOut(LaunchSteps.StartedInit init) {
    if (session.notices().isDebugging()) {
      tell(LaunchPlan.of(begun));
    }
    if (begun.isInTwo()) {
      enterUnit();
    }
    Outcome outcome = session.front().finish(begun.front());
    if (begun.isInTwo()) {
      outcome = outcome.withInit(LaunchPlan.of(begun).init());
    }
    if (!outcome.passed(Mark.RECORDED)) {
      boolean wasReady = outcome.number(ReportTag.START_TIME).isPresent();
      throw wasReady
          ? cleanup.unrecorded(outcome, init, request)
          : cleanup.undone(outcome, Optional.of(init));
    }
    LaunchWarnings.ofSysctls(session, launch.bundle().spec(), outcome);
    LaunchWarnings.ofAmbient(session, outcome);
    return outcome;
  }

  private void tell(LaunchPlan plan) {
    session.tell("front", plan.claiming());
    if (plan.opening().isPresent()) {
      session.tell("front", plan.front());
    }
    session.tell("init", plan.init());
  }

  /** Runs the first of two programs, and has systemd make the cgroup with init in it. */
  private void enterUnit() {
    Outcome opening = session.front().run(begun.claiming().program());
    Optional<Long> pid = opening.number(ReportTag.PID);
    if (pid.isEmpty()) {
      throw cleanup.undone(opening, Optional.empty());
    }
    try {
      launch
          .unit()
          .orElseThrow()
          .start(
              launch.bundle().spec(),
              launch.options().id(),
              pid.get(),
              launch.options().cgroupMount());
    } catch (ContainerException e) {
      cleanup.abandon(true);
      throw e;
    }
  }

  /** The container as it is on record once it was carried out. */
  public ContainerState state(Outcome outcome, Phase phase) {
    return launch
        .record()
        .with(
            phase,
            new ProcessIdentity(
                outcome.number(ReportTag.PID).orElseThrow(),
                outcome.number(ReportTag.START_TIME).orElseThrow()));
  }
}
