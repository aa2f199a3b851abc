// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.cgroup.CgroupTree;
import io.jrun.container.ContainerSpec;
import io.jrun.container.HookSpec;
import io.jrun.container.Paths;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Procfs;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateDocument;
import io.jrun.state.StateFileException;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  /** How long what was killed may take to end before it is looked for who has come meanwhile. */
  private static final int ROUND_MS = 100;

  /** How long an exec in an ended container may take to notice. */
  private static final int COMING_MS = 1_000;

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
    destroy(locking.next(), directory, force ? believed(state) : state, force);
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
    for (Procfs.Mount mount : isDirectory(path) ? Procfs.mounts() : List.<Procfs.Mount>of()) {
      if (mount.type().equals("cgroup2") && path.startsWith(mount.point() + "/")) {
        return true;
      }
    }
    return false;
  }

  /** What no path can be is none. */
  private static boolean isDirectory(String path) {
    return path.startsWith("/")
        && path.indexOf(0) < 0
        && path.equals(Paths.clean(path))
        && Files.isDirectory(Path.of(path));
  }

  /** What is no directory is no container's, and would keep the id from being used for ever. */
  private void clearPlace(String id) {
    if (session.store().isTaken(id)) {
      Recorder k = new Recorder();
      k.step("remove what has the place of " + id);
      k.ignoring(Errno.ENOENT).unlinkat(Fd.CWD, session.store().directory(id), 0);
      session.run(k);
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
      session.front().run(KillContainer.program(state.get().creator(), Signal.KILL).program());
    }
  }

  private Optional<ContainerState> peek(String id) {
    try {
      return session.store().load(id);
    } catch (StateFileException e) {
      return Optional.empty();
    }
  }

  /** Ends the container's processes and waits for that; it stays on record. */
  void stop(Recorder first, ContainerState state) {
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
    KillContainer.killAll(k, state);
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
    k.on(Errno.ESRCH, gone);
    Value started = k.startTime(pid);
    k.on(Errno.ESTALE, gone).test(started, -1L, state.init().startTime(), Errno.ESTALE);
    k.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, Signal.KILL);
    Block exit =
        Block.struct(8, "{" + pidfd.show() + ", POLLIN}")
            .patch(0, 4, pidfd)
            .u16(4, (int) Linux.POLLIN);
    Value ended = k.pollFor(exit, 1, PATIENCE_MS);
    k.test(ended, -1L, 1, Errno.ETIMEDOUT);
    k.place(gone);
  }

  /**
   * After a reboot the path is somebody else's, if anybody's; and what is no path of a directory
   * cannot be a cgroup's, whatever the record says.
   */
  private static boolean hasCgroup(ContainerState state) {
    boolean sameBoot = state.bootId().isEmpty() || state.bootId().equals(Procfs.bootId());
    return sameBoot && isDirectory(state.location().cgroup());
  }

  /**
   * Whether what is in the cgroup can be this container's. One that had a pid namespace of its own
   * and has stopped has no processes: whatever is there is killed by force only.
   */
  private boolean mayHoldProcesses(ContainerState state) {
    return state.phase() == Phase.CREATING
        || state.launch().containsKey(Launch.SHARED_PID)
        || session.store().status(state) != ContainerStatus.STOPPED;
  }

  /** The path may have been given to another container of this root since. */
  private boolean isUsedByAnother(ContainerState state) {
    for (String id : session.store().ids()) {
      try {
        Optional<ContainerState> other =
            id.equals(state.id()) ? Optional.empty() : session.store().load(id);
        if (other.isPresent()
            && other.get().location().cgroup().equals(state.location().cgroup())
            && session.store().status(other.get()) != ContainerStatus.STOPPED) {
          return true;
        }
      } catch (StateFileException e) {
        session.notices().debug(id + ": " + e.getMessage());
      }
    }
    return false;
  }

  /** Everything that create made, undone; then the poststop hooks. */
  void destroy(Recorder after, Fd directory, ContainerState state, boolean force) {
    Optional<ContainerSpec> spec = keptSpec(state);
    Recorder k = after;
    if (hasCgroup(state)) {
      k = removeCgroup(k, state, force);
    } else {
      endInit(k, state);
    }
    Resctrl.remove(k, state);
    if (force && k.size() > 0) {
      k = runAnyway(k);
    }
    k.step("remove the state directory");
    StateSteps.remove(k, directory, session.store().directory(state.id()));
    session.run(k);
    if (spec.isPresent()) {
      poststop(k.next(), state, spec.get());
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
    boolean another = isUsedByAnother(state);
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
      if (kills) {
        // In one program with the removal: who comes in has next to no time for it.
        kill(k, state);
      } else {
        CgroupSteps.awaitLeaving(k, cgroup);
      }
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

  /** They run whatever becomes of the others; failures are warnings. Source: runtime.md, 13. */
  void poststop(Recorder first, ContainerState state, ContainerSpec spec) {
    byte[] document = StateDocument.forHook(state, "stopped", "").getBytes(StandardCharsets.UTF_8);
    Recorder k = first;
    for (HookSpec hook : spec.hooks().poststop()) {
      k.step("go to the bundle");
      k.ignoring(Errno.ENOENT, Errno.ENOTDIR).chdir(state.location().bundle());
      HookSteps.record(k, "poststop", List.of(hook), document, null);
      Outcome outcome = session.front().run(k.program());
      if (!outcome.succeeded()) {
        session.notices().warn(Failures.describe(outcome));
      }
      k = k.next();
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
        SystemdUnit.named(cgroup).map(unit -> Map.of(SystemdUnit.KEY, unit)).orElse(Map.of()));
  }

  private String guessCgroup(String id) {
    String path;
    try {
      path =
          session
              .store()
              .file(id, StateSteps.CGROUP)
              .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
              .orElse("");
    } catch (StateFileException e) {
      return "";
    }
    return isCgroup(path) ? path : "";
  }

  private static String stuck(ContainerState state, Outcome outcome) {
    if (outcome.errno() != Errno.ETIMEDOUT.number()) {
      return Failures.describe(outcome);
    }
    return "container init still running: these do not end:" + processes(state.location().cgroup());
  }

  /** Each process of a cgroup with what it waits in, for whoever has to find out why. */
  static String processes(String cgroup) {
    StringBuilder out = new StringBuilder();
    for (Long pid : CgroupTree.processes(cgroup)) {
      String where = Procfs.read("/proc/" + pid + "/wchan").orElse("?").trim();
      char letter = Procfs.stat(pid).map(Procfs.Stat::state).orElse('?');
      out.append(" pid ")
          .append(pid)
          .append(" (state ")
          .append(letter)
          .append(", in ")
          .append(where)
          .append(')');
    }
    return out.toString();
  }
}
