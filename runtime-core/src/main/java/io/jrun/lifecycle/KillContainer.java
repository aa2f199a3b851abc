// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.cgroup.CgroupTree;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Procfs;
import io.jrun.linux.Signal;
import io.jrun.linux.Value;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code kill}: sends a signal to init, and to no other process that has its pid by now: the start
 * time is compared between pidfd_open and pidfd_send_signal.
 */
public final class KillContainer {
  static final String NOT_RUNNING = "container not running";

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
        number.getAsInt() == Signal.KILL && state.launch().containsKey(Launch.SHARED_PID);
    boolean hasCgroup = !state.location().cgroup().isEmpty();
    if (all && !hasCgroup && leaderless) {
      return;
    }
    if (hasCgroup && (all || outlivesInit)) {
      // Without a pid namespace of its own a container does not end with its init.
      List<Long> left = CgroupTree.processes(state.location().cgroup());
      if (all || !left.isEmpty()) {
        killAll(state, number.getAsInt(), left);
        return;
      }
    }
    if (leaderless) {
      throw new ContainerException(NOT_RUNNING);
    }
    session.run(program(state.init(), number.getAsInt()));
  }

  /** Guards and signal, as one program: nothing of the container is known to whoever runs it. */
  static Recorder program(ProcessIdentity process, int signal) {
    Recorder k = new Recorder();
    k.step("send signal " + signal + " to process " + process.pid());
    Pid pid = Pid.of(process.pid());
    Fd pidfd = k.failing(NOT_RUNNING, Errno.ESRCH).pidfdOpen(pid);
    Value started = k.failing(NOT_RUNNING, Errno.ESRCH).startTime(pid);
    k.failing(NOT_RUNNING, Errno.ESRCH).test(started, -1L, process.startTime(), Errno.ESRCH);
    k.failing(NOT_RUNNING, Errno.ESRCH).pidfdSendSignal(pidfd, signal);
    k.close(pidfd);
    return k;
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

  private static void signalIfSame(Recorder k, ProcessIdentity process, int signal) {
    Label gone = new Label();
    Label end = new Label();
    Pid pid = Pid.of(process.pid());
    k.on(Errno.ESRCH, end);
    Fd pidfd = k.pidfdOpen(pid);
    k.on(Errno.ESRCH, gone);
    Value started = k.startTime(pid);
    k.on(Errno.ESRCH, gone).test(started, -1L, process.startTime(), Errno.ESRCH);
    k.free(started);
    k.ignoring(Errno.ESRCH).pidfdSendSignal(pidfd, signal);
    k.place(gone);
    k.close(pidfd);
    k.place(end);
  }

  /**
   * Kills all in a container's cgroup. The kernel sends each process's first thread the signal
   * there, and where that has ended it is lost: such a process is signalled before, by itself. So
   * is each of a threaded cgroup, which the kernel does not kill. If the pid namespace is the
   * container's own, all others end with init.
   */
  static void killAll(Recorder k, ContainerState state) {
    String cgroup = state.location().cgroup();
    boolean endWithInit = state.init().pid() > 0 && !state.launch().containsKey(Launch.SHARED_PID);
    List<ProcessIdentity> processes =
        endWithInit ? List.of(state.init()) : identities(state, CgroupTree.processes(cgroup));
    boolean threaded = CgroupTree.isThreaded(cgroup);
    for (ProcessIdentity each : processes) {
      Optional<Procfs.Stat> stat = Procfs.stat(each.pid());
      if (stat.isPresent() && (threaded || stat.get().isHeadless())) {
        k.step("kill process " + each.pid() + " by itself");
        signalIfSame(k, each, Signal.KILL);
      }
    }
    CgroupSteps.kill(k, cgroup);
  }

  private void killAll(ContainerState state, int signal, List<Long> processes) {
    Recorder k = new Recorder();
    if (signal == Signal.KILL) {
      killAll(k, state);
    } else {
      k.step("send signal " + signal + " to all in the cgroup");
      for (ProcessIdentity each : identities(state, processes)) {
        signalIfSame(k, each, signal);
      }
    }
    session.run(k);
  }
}
