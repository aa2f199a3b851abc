// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.ContainerSpec;
import io.jrun.container.Paths;
import io.jrun.failure.ContainerException;
import io.jrun.failure.Failures;
import io.jrun.host.CgroupTree;
import io.jrun.host.Resctrl;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Procfs;
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
import io.jrun.state.Phase;
import io.jrun.state.StateFileException;
import io.jrun.wire.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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
    Recorder k = after;
    if (hasCgroup(state)) {
      k = removeCgroup(k, state, force);
    } else {
      endInit(k, state);
    }
    RdtSteps.remove(k, Resctrl.recall(state.launch()));
    if (force && k.size() > 0) {
      k = runAnyway(k);
    }
    k.step("remove the state directory");
    StateSteps.remove(k, directory, session.store().directory(state.id()));
    session.run(k);
    if (spec.isPresent()) {
      RuntimeHooks.poststop(session, k.next(), state, spec.get());
    }
  }

  /**
   * Ends what is in the cgroup and removes it. An exec that had looked at the container before may
   * come into it meanwhile: it is met again, until the cgroup is gone.
   *
   * @return what goes on
   */
  private Recorder removeCgroup(Recorder first, ContainerState state, boolean force) {
    String cgroup = state.location().cgroup();
    boolean another = CgroupUse.isByAnother(session, state);
    boolean kills = force || mayHoldProcesses(state);
    boolean isUnit = state.launch().containsKey(SystemdUnit.KEY);
    long end = System.nanoTime() + 1_000_000L * (kills ? PATIENCE_MS : COMING_MS);
    Recorder k = first;
    if (!another) {
      empty(k, state, kills);
      k = k.next();
    }
    // Whoever else is in there is not killed along: what is not empty is named below.
    if (isUnit && !another && CgroupTree.processes(cgroup).isEmpty()) {
      endUnit(state, force);
    }
    if (!isUnit && !another) {
      CgroupSteps.showKills(k, cgroup);
    }
    while (true) {
      CgroupSteps.remove(k, cgroup, !another);
      Outcome outcome = session.front().run(k.program());
      if (outcome.succeeded()) {
        return k.next();
      }
      boolean met =
          CgroupSteps.isBusy(outcome.step(), outcome.errno())
              || kills && outcome.errno() == Errno.ETIMEDOUT.number();
      if (!met || System.nanoTime() > end) {
        throw new ContainerException(kills ? stuck(state, outcome) : Failures.describe(outcome));
      }
      k = k.next();
      // Whoever has come in need not be an exec of this container's.
      another = CgroupUse.isByAnother(session, state);
      if (another) {
        continue;
      }
      if (kills) {
        // In one program with the removal: who comes in has next to no time for it.
        kill(k, state);
      } else {
        CgroupSteps.awaitLeaving(k, cgroup);
      }
    }
  }

  /** Ends the container's processes and waits for that; it stays on record. */
  private void stop(Recorder first, ContainerState state) {
    Recorder k = first;
    for (int round = 1; ; round++) {
      if (state.location().cgroup().isEmpty()) {
        endInit(k, state);
      } else {
        kill(k, state);
      }
      Outcome outcome = session.front().run(k.program());
      if (outcome.succeeded()) {
        return;
      }
      // Who has come into the cgroup meanwhile was not killed.
      if (outcome.errno() != Errno.ETIMEDOUT.number() || round == PATIENCE_MS / ROUND_MS) {
        throw new ContainerException(stuck(state, outcome));
      }
      k = k.next();
    }
  }

  private static void kill(Recorder k, ContainerState state) {
    ContainerProcesses.kill(k, state);
    CgroupSteps.awaitEmpty(k, state.location().cgroup(), ROUND_MS);
  }

  /** A container without a cgroup of its own ends with its init, whose pid namespace it is. */
  private static void endInit(Recorder k, ContainerState state) {
    if (state.init().pid() <= 0 || !state.bootId().equals(Procfs.bootId())) {
      return;
    }
    k.step("end init");
    Label gone = new Label();
    Pid pid = Pid.of(state.init().pid());
    k.on(Errno.ESRCH, gone);
    Fd pidfd = k.pidfdOpen(pid);
    IdentityGuard.proveOr(k, pid, state.init().startTime(), gone);
    k.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, Signal.KILL);
    Value ended = k.pollFor(IdentityGuard.end(pidfd), 1, PATIENCE_MS);
    k.test(ended, -1L, 1, Errno.ETIMEDOUT);
    k.place(gone);
  }

  private void empty(Recorder k, ContainerState state, boolean kills) {
    if (kills) {
      stop(k, state);
    } else {
      CgroupSteps.awaitLeaving(k, state.location().cgroup());
      session.run(k);
    }
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
  private Recorder runAnyway(Recorder k) {
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      session.notices().warn(Failures.describe(outcome));
    }
    return k.next();
  }

  /**
   * After a reboot the path is somebody else's, if anybody's; and what is no path of a directory
   * cannot be a cgroup's, whatever the record says.
   */
  private static boolean hasCgroup(ContainerState state) {
    boolean sameBoot = state.bootId().isEmpty() || state.bootId().equals(Procfs.bootId());
    return sameBoot && isDirectory(state.location().cgroup());
  }

  /** What no path can be is none. */
  public static boolean isDirectory(String path) {
    return path.startsWith("/")
        && path.indexOf(0) < 0
        && path.equals(Paths.clean(path))
        && Files.isDirectory(Path.of(path));
  }

  /**
   * Whether what is in the cgroup can be this container's. One that had a pid namespace of its own
   * and has stopped has no processes: whatever is there is killed by force only.
   */
  private boolean mayHoldProcesses(ContainerState state) {
    return state.phase() == Phase.CREATING
        || state.launch().containsKey(LaunchRecord.SHARED_PID)
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
