// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.host.CgroupTree;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.IdentityGuard;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.LaunchRecord;
import io.jrun.state.Phase;
import io.jrun.state.StateFileException;
import io.jrun.wire.Outcome;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The end of a container: its processes, its cgroup, its class of service, its record, and the
 * hooks after that; for whoever has its lock. With force it always gets to the end, whatever was
 * killed in the middle of what.
 */
public final class Removal {
  private static final int PATIENCE_MS = 10_000;

  /** How long what was killed may take to end before it is looked for who has come meanwhile. */
  private static final int ROUND_MS = 100;

  /** How long an exec in an ended container may take to notice. */
  private static final int COMING_MS = 1_000;

  private final Session session;

  public Removal(Session session) {
    this.session = session;
  }

  /** Everything that create made, undone; then the poststop hooks. */
  public void destroy(Recorder after, Fd directory, ContainerState state, boolean force) {
    Optional<ContainerSpec> spec = keptSpec(state);
    Recorder recorder = after;
    if (hasCgroup(state) && !(force && hasClass(state))) {
      // In one program with the cgroup: a round to the front costs as much as what it does there.
      recorder =
          removeCgroup(
              recorder,
              state,
              force,
              last -> {
                RdtSteps.remove(last, state.launch().resctrl());
                removeRecord(last, directory, state);
              });
    } else {
      if (hasCgroup(state)) {
        recorder = removeCgroup(recorder, state, force, last -> {}).next();
      } else {
        endInit(recorder, state);
      }
      RdtSteps.remove(recorder, state.launch().resctrl());
      if (force && recorder.size() > 0) {
        recorder = runAnyway(recorder);
      }
      removeRecord(recorder, directory, state);
      session.run(recorder);
    }
    if (spec.isPresent()) {
      RuntimeHooks.poststop(session, recorder.next(), state, spec.get());
    }
  }

  private static boolean hasClass(ContainerState state) {
    return !state.launch().resctrl().isEmpty();
  }

  private void removeRecord(Recorder recorder, Fd directory, ContainerState state) {
    recorder.step("remove the state directory");
    StateSteps.remove(recorder, directory, session.store().directory(state.id()));
  }

  /**
   * Ends what is in the cgroup and removes it. An exec that had looked at the container before may
   * come into it meanwhile: it is met again, until the cgroup is gone.
   *
   * @param rest records what is done once it is, in the same program
   * @return of the last program
   */
  private Recorder removeCgroup(
      Recorder first, ContainerState state, boolean force, Consumer<Recorder> rest) {
    String cgroup = state.location().cgroup();
    boolean another = CgroupUse.isByAnother(session, state);
    boolean kills = force || mayHoldProcesses(state);
    boolean isUnit = state.launch().isUnit();
    long end = System.nanoTime() + 1_000_000L * (kills ? PATIENCE_MS : COMING_MS);
    Recorder recorder = first;
    if (!another && kills) {
      stop(recorder, state);
      recorder = recorder.next();
    } else if (!another) {
      CgroupSteps.awaitLeaving(recorder, cgroup);
    }
    if (!another && !kills && isUnit) {
      session.run(recorder);
      recorder = recorder.next();
    }
    // Whoever else is in there is not killed along: what is not empty is named below.
    if (isUnit && !another && CgroupTree.processes(cgroup).isEmpty()) {
      endUnit(state, force);
    }
    if (!isUnit && !another) {
      CgroupSteps.showKills(recorder, cgroup);
    }
    while (true) {
      CgroupSteps.remove(recorder, cgroup, !another);
      rest.accept(recorder);
      Outcome outcome = session.front().run(recorder.program());
      if (outcome.succeeded()) {
        return recorder;
      }
      boolean met =
          CgroupSteps.isBusy(outcome.step(), outcome.errno())
              || kills && outcome.errno() == Errno.ETIMEDOUT.number();
      if (!met || System.nanoTime() > end) {
        throw new ContainerException(kills ? stuck(state, outcome) : Failures.describe(outcome));
      }
      recorder = recorder.next();
      // Whoever has come in need not be an exec of this container's.
      another = CgroupUse.isByAnother(session, state);
      if (another) {
        continue;
      }
      if (kills) {
        // In one program with the removal: who comes in has next to no time for it.
        kill(recorder, state);
      } else {
        CgroupSteps.awaitLeaving(recorder, cgroup);
      }
    }
  }

  /** Ends the container's processes and waits for that; it stays on record. */
  private void stop(Recorder first, ContainerState state) {
    Recorder recorder = first;
    for (int round = 1; ; round++) {
      boolean hasCgroup = !state.location().cgroup().isEmpty();
      if (!hasCgroup || ContainerProcesses.hasLeft(state)) {
        endInit(recorder, state);
      }
      if (hasCgroup) {
        kill(recorder, state);
      }
      Outcome outcome = session.front().run(recorder.program());
      if (outcome.succeeded()) {
        return;
      }
      // Who has come into the cgroup meanwhile was not killed.
      if (outcome.errno() != Errno.ETIMEDOUT.number() || round == PATIENCE_MS / ROUND_MS) {
        throw new ContainerException(stuck(state, outcome));
      }
      recorder = recorder.next();
    }
  }

  private static void kill(Recorder recorder, ContainerState state) {
    ContainerProcesses.kill(recorder, state);
    CgroupSteps.awaitEmpty(recorder, state.location().cgroup(), ROUND_MS);
  }

  /** A container without a cgroup of its own ends with its init, whose pid namespace it is. */
  private static void endInit(Recorder recorder, ContainerState state) {
    if (state.init().pid() <= 0 || !state.isOfThisBoot()) {
      return;
    }
    recorder.step("end init");
    Label gone = new Label();
    Pid pid = Pid.of(state.init().pid());
    recorder.on(Errno.ESRCH, gone);
    Fd pidfd = recorder.pidfdOpen(pid);
    IdentityGuard.proveOr(recorder, pid, state.init().startTime(), gone);
    recorder.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, Signal.KILL);
    Value ended = recorder.pollFor(IdentityGuard.end(pidfd), 1, PATIENCE_MS);
    recorder.test(ended, -1L, 1, Errno.ETIMEDOUT);
    recorder.place(gone);
  }

  /** The cgroup goes with it. What systemd cannot be asked to do, force does without. */
  private void endUnit(ContainerState state, boolean force) {
    try {
      SystemdUnit.stop(session, state);
    } catch (ContainerException | IllegalArgumentException e) {
      if (!force) {
        throw e;
      }
      session.notices().warn(e.getMessage());
    }
  }

  /** What a damaged record names may be anything: force goes on without. */
  private Recorder runAnyway(Recorder recorder) {
    Outcome outcome = session.front().run(recorder.program());
    if (!outcome.succeeded()) {
      session.notices().warn(Failures.describe(outcome));
    }
    return recorder.next();
  }

  /**
   * After a reboot the path is somebody else's, if anybody's; and what is no path of a directory
   * cannot be a cgroup's, whatever the record says.
   */
  private static boolean hasCgroup(ContainerState state) {
    boolean sameBoot = state.bootId().isEmpty() || state.isOfThisBoot();
    return sameBoot && CgroupTree.exists(state.location().cgroup());
  }

  /**
   * Whether what is in the cgroup can be this container's. One that had a pid namespace of its own
   * and has stopped has no processes: whatever is there is killed by force only.
   */
  private boolean mayHoldProcesses(ContainerState state) {
    return state.phase() == Phase.CREATING
        || state.launch().is(LaunchRecord.Mark.SHARED_PID)
        || session.store().status(state) != ContainerStatus.STOPPED;
  }

  private Optional<ContainerSpec> keptSpec(ContainerState state) {
    try {
      Optional<byte[]> config = session.store().file(state.id(), StateSteps.CONFIG);
      return config
          .filter(Bundle::mentionsHooks)
          .map(each -> Bundle.parse(each, state.location().bundle()));
    } catch (StateFileException | InvalidBundleException e) {
      session
          .notices()
          .warn("the hooks of " + state.id() + " are not known any more: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static String stuck(ContainerState state, Outcome outcome) {
    if (outcome.errno() != Errno.ETIMEDOUT.number()) {
      return Failures.describe(outcome);
    }
    return "container init still running: these do not end:"
        + ContainerProcesses.describe(state.location().cgroup());
  }
}
