// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.host.CgroupTree;
import io.jrun.linux.Procfs;
import io.jrun.linux.Signal;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.KillSteps;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.LaunchRecord;
import io.jrun.state.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The processes of a container that is on record: which they are, and signals for all of them. */
public final class ContainerProcesses {
  private ContainerProcesses() {}

  /** The pids of a container's processes; empty if it has stopped. */
  public static List<Long> list(Session session, String id) {
    ContainerState state = session.load(id);
    if (!CgroupTree.exists(state.location().cgroup())) {
      // In the caller's cgroup, or wherever they have gone from their own, they are not told from
      // others: by their pid namespace they are.
      boolean ended = session.store().status(state) == ContainerStatus.STOPPED;
      boolean shared = state.launch().is(LaunchRecord.Mark.SHARED_PID);
      long init = state.init().pid();
      return ended ? List.of() : shared ? List.of(init) : Procfs.pidNamespaceOf(init);
    }
    return CgroupTree.processes(state.location().cgroup());
  }

  /** Each process of a cgroup with what it waits in, for whoever has to find out why. */
  public static String describe(String cgroup) {
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

  /** Who was in the cgroup before and after its start time was read. */
  private static List<ProcessIdentity> identities(ContainerState state, List<Long> processes) {
    List<ProcessIdentity> out = new ArrayList<>();
    for (Long pid : processes) {
      Optional<Procfs.Stat> stat = Procfs.stat(pid);
      stat.ifPresent(found -> out.add(new ProcessIdentity(pid, found.startTime())));
    }
    List<Long> still = CgroupTree.processes(state.location().cgroup());
    out.removeIf(each -> !still.contains(each.pid()));
    return out;
  }

  /**
   * Sends a signal to all that were found in a container's cgroup.
   *
   * @param processes their pids
   */
  public static void signal(
      Recorder recorder, ContainerState state, int signal, List<Long> processes) {
    recorder.step("send signal " + signal + " to all in the cgroup");
    for (ProcessIdentity each : identities(state, processes)) {
      KillSteps.sendIfSame(recorder, each.pid(), each.startTime(), signal);
    }
    if (hasLeft(state, processes)) {
      KillSteps.sendIfSame(recorder, state.init().pid(), state.init().startTime(), signal);
    }
  }

  /**
   * Whether init lives in another cgroup than its container's: whoever may write to the host's can
   * have moved it there, and it is the container still.
   */
  static boolean hasLeft(ContainerState state) {
    return hasLeft(state, CgroupTree.processes(state.location().cgroup()));
  }

  private static boolean hasLeft(ContainerState state, List<Long> inCgroup) {
    ProcessIdentity init = state.init();
    return init.pid() > 0
        && state.isOfThisBoot()
        && !inCgroup.contains(init.pid())
        && Procfs.stat(init.pid())
            .filter(found -> found.startTime() == init.startTime() && !found.isEnding())
            .isPresent();
  }

  /**
   * Kills all in a container's cgroup. The kernel sends each process's first thread the signal
   * there, and where that has ended it is lost: such a process is signalled before, by itself. So
   * is each of a threaded cgroup, which the kernel does not kill, and an init that is in another
   * cgroup. If the pid namespace is the container's own, all others end with init.
   */
  public static void kill(Recorder recorder, ContainerState state) {
    String cgroup = state.location().cgroup();
    boolean endWithInit =
        state.init().pid() > 0 && !state.launch().is(LaunchRecord.Mark.SHARED_PID);
    List<Long> found = CgroupTree.processes(cgroup);
    boolean left = hasLeft(state, found);
    List<ProcessIdentity> processes = new ArrayList<>();
    if (endWithInit || left) {
      processes.add(state.init());
    }
    if (!endWithInit) {
      processes.addAll(identities(state, found));
    }
    boolean threaded = CgroupTree.isThreaded(cgroup);
    for (ProcessIdentity each : processes) {
      Optional<Procfs.Stat> stat = Procfs.stat(each.pid());
      boolean isOutside = left && each.equals(state.init());
      if (stat.isPresent() && (threaded || isOutside || stat.get().isHeadless())) {
        recorder.step("kill process " + each.pid() + " by itself");
        KillSteps.sendIfSame(recorder, each.pid(), each.startTime(), Signal.KILL);
      }
    }
    CgroupSteps.kill(recorder, cgroup);
  }
}
