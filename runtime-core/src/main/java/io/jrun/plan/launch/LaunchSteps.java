// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.RlimitSpec;
import io.jrun.container.Scheduling;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.RdtClass;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.front.ContainerCgroup;
import io.jrun.plan.front.HandOverSteps;
import io.jrun.plan.front.NetDeviceSteps;
import io.jrun.plan.front.RdtSteps;
import io.jrun.plan.front.ResourceSteps;
import io.jrun.plan.front.StateSteps;
import io.jrun.plan.init.InitSteps;
import io.jrun.plan.init.UserNamespaceSteps;
import io.jrun.plan.process.HookSteps;
import io.jrun.plan.process.SchedulingSteps;
import io.jrun.plan.process.SeccompSteps;
import io.jrun.program.Mark;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import java.util.List;
import java.util.Optional;

/**
 * Everything the front does between claiming an id and having an init that is ready: its program in
 * its order, with init's inside it. Pure: made of the description and the options alone.
 *
 * <p>It comes in three pieces: what the front does up to the clone; init's program, which is most
 * of it and is recorded while the front is at that; and the rest, while init is at its own. Where
 * somebody else makes the cgroup there are two programs, and he does it in between.
 */
public final class LaunchSteps {
  private LaunchSteps() {}

  /**
   * A launch recorded as far as the clone.
   *
   * @param claiming of the program that claims the id
   * @param front of the program that goes on from here: the same, unless somebody else makes the
   *     cgroup in between
   */
  public record Begun(
      Recorder claiming, Recorder front, Claimed claimed, Recorder.Spawned spawned) {
    /** Whether the one has to have ended before the other begins. */
    public boolean isInTwo() {
      return claiming != front;
    }
  }

  /**
   * What the front holds while init is ready and waits to be let go on.
   *
   * @param front a recorder of what follows
   * @param started init's start time, in clock ticks since boot
   * @param directory the claimed state directory, locked
   * @param proxy the terminals of a launch in the foreground; null if it has none
   * @param netDevices what network devices can be moved back with, if any were moved; to be closed
   *     once the launch is sure
   */
  public record StartedInit(
      Recorder front,
      Fd channel,
      Fd pidfd,
      Pid pid,
      Value started,
      Fd directory,
      Recorder.Proxy proxy,
      Optional<NetDeviceSteps.Moved> netDevices) {}

  /** Claims the id, makes the cgroup and clones init. */
  public static Begun begin(Recorder recorder, LaunchInput input) {
    Claimed claimed = claim(recorder, input);
    Recorder.Spawned spawned = spawn(recorder, input, claimed.cgroup());
    if (!input.shape().waitsForCgroup()) {
      return new Begun(recorder, recorder, claimed, spawned);
    }
    recorder.feed(spawned.channel(), InitSteps.compile(input));
    recorder.free(recorder.await(spawned.channel(), SyncCode.BORN, false));
    recorder.report(ReportTag.PID, spawned.pid());
    return new Begun(recorder, recorder.next(), claimed, spawned);
  }

  /** Has init do its part, and does the front's: until it is ready. */
  public static StartedInit finish(Begun begun, LaunchInput input) {
    Recorder front = begun.front();
    Fd channel = begun.spawned().channel();
    Fd pidfd = begun.spawned().pidfd();
    Fd cgroup = begun.claimed().cgroup();
    if (input.shape().waitsForCgroup()) {
      cgroup = makeCgroup(front, input);
      CgroupSteps.admit(front, cgroup, begun.spawned(), input.options().host().cgroup().entry());
    } else {
      front.flush();
      front.feed(channel, InitSteps.compile(input));
      front.flush();
    }
    // While init is at its program.
    boolean countsLate = countsLate(input);
    if (cgroup != null && !countsLate) {
      front.close(cgroup);
    }
    Pid pid = meetClone(front, input, begun.spawned());
    if (countsLate) {
      // For a moment there were two processes where one may be all there is to be.
      ResourceSteps.write(front, cgroup, settings(input.spec(), true));
      front.close(cgroup);
    }
    Optional<RdtClass> rdt = input.options().host().devices().rdt();
    if (rdt.isPresent()) {
      RdtSteps.record(front, rdt.get(), input.options().id(), pid);
    }
    Optional<NetDeviceSteps.Moved> netDevices = meetWhenMounted(front, input, channel, pid);
    HandOverSteps.Receivers receivers = begun.claimed().receivers();
    final Recorder.Proxy proxy = HandOverSteps.takeMaster(front, receivers, channel);
    if (input.shape().passesListenerOn()) {
      SeccompSteps.passOn(
          front,
          input.spec().restrictions().seccomp().orElseThrow().listener().orElseThrow(),
          channel,
          pidfd,
          SeccompSteps.ofInit(input.documents().listenerState(), pid));
    }
    front.step("wait until init is ready");
    front.free(front.await(channel, SyncCode.READY, false));
    if (input.shape().frontSetsLimits()) {
      setLimits(front, input.spec(), pid);
      Optional<Scheduling> scheduling = input.spec().process().scheduling();
      scheduling.ifPresent(each -> SchedulingSteps.prioritize(front, each, pid, false));
    }
    front.report(ReportTag.PID, pid);
    Value ticks = front.startTime(pid);
    front.report(ReportTag.START_TIME, ticks);
    HandOverSteps.sendPidfd(front, receivers, pidfd, "standard");
    return new StartedInit(
        front, channel, pidfd, pid, ticks, begun.claimed().directory(), proxy, netDevices);
  }

  /**
   * The beginning of a launch alone: receivers of terminals found, the id claimed, and the cgroup
   * made, if it is the front that makes it.
   */
  public static Claimed claim(Recorder front, LaunchInput input) {
    final HandOverSteps.Receivers receivers =
        HandOverSteps.open(front, input.shape().handsTerminalOver(), input.options().sockets());
    Fd directory = StateSteps.claim(front, input.options(), input.documents());
    if (input.options().notifySocket().isPresent()) {
      front.step("make a directory for the container's notification socket");
      front.mkdirat(Fd.CWD, input.options().notifySocket().get().directory(), 0755);
    }
    front.mark(Mark.CGROUP);
    Fd cgroup = input.shape().waitsForCgroup() ? null : makeCgroup(front, input);
    return new Claimed(directory, cgroup, receivers);
  }

  /** What follows {@link #claim} when another has made the cgroup, for a process of any making. */
  public static void enter(Recorder front, LaunchInput input, Pid process) {
    Fd cgroup = makeCgroup(front, input);
    if (input.options().host().cgroup().entry() == CgroupEntry.PUT) {
      CgroupSteps.put(front, cgroup, process);
    }
    front.close(cgroup);
  }

  /** Null if the container has none of its own. */
  private static Fd makeCgroup(Recorder front, LaunchInput input) {
    if (input.options().cgroup().isEmpty()) {
      return null;
    }
    List<Setting> settings =
        countsLate(input) ? settings(input.spec(), false) : settings(input.spec());
    return ContainerCgroup.make(front, input.spec(), input.options(), settings);
  }

  private static Recorder.Spawned spawn(Recorder front, LaunchInput input, Fd into) {
    if (!input.options().switches().waits()) {
      front.step("let signals wait");
      front.blockSignals(-1L);
    }
    front.step("clone init");
    Recorder.Spawned spawned =
        front.spawn(input.shape().spawnFlags(), into, input.options().switches().preserveFds());
    front.mark(Mark.SPAWNED);
    return spawned;
  }

  /** Init as it goes on: where that is a clone, the front's registers are of the clone. */
  private static Pid meetClone(Recorder front, LaunchInput input, Recorder.Spawned spawned) {
    if (!input.shape().goesOnInClone()) {
      return spawned.pid();
    }
    UserNamespaceSteps.write(front, input, spawned.channel(), spawned.pid());
    Pid pid = front.awaitPid(spawned.channel(), SyncCode.CLONED);
    front.waitid(spawned.pidfd());
    front.pidfdReopen(spawned.pidfd(), pid);
    return pid;
  }

  /** Whether a limit of the number of processes is written when there is one again. */
  private static boolean countsLate(LaunchInput input) {
    return input.shape().goesOnInClone()
        && !input.options().cgroup().isEmpty()
        && !settings(input.spec(), true).isEmpty();
  }

  private static List<Setting> settings(ContainerSpec spec) {
    return spec.cgroup().resources().isPresent()
        ? ResourceSettings.of(spec.cgroup().resources().get())
        : List.of();
  }

  /** Those that count processes, or the others. */
  private static List<Setting> settings(ContainerSpec spec, boolean counting) {
    return settings(spec).stream()
        .filter(each -> each.file().equals("pids.max") == counting)
        .toList();
  }

  private static void setLimits(Recorder front, ContainerSpec spec, Pid pid) {
    for (RlimitSpec each : spec.process().rlimits()) {
      Optional<RlimitSpec> before = each.before();
      if (before.isPresent()) {
        front.step("set " + each.limit(), each.pointer());
        front.setrlimit(pid, each.limit(), before.get().soft(), before.get().hard());
      }
    }
  }

  private static Optional<NetDeviceSteps.Moved> meetWhenMounted(
      Recorder front, LaunchInput input, Fd channel, Pid pid) {
    if (!input.shape().meetsWhenMounted()) {
      return Optional.empty();
    }
    front.step("wait until all is mounted");
    front.free(front.await(channel, SyncCode.MOUNTED, false));
    // Hooks may go on with the network as it will be.
    Optional<NetDeviceSteps.Moved> moved =
        input.spec().names().netDevices().isEmpty()
            ? Optional.empty()
            : Optional.of(NetDeviceSteps.move(front, input.options().host().devices().net(), pid));
    HooksSpec hooks = input.spec().hooks();
    if (!hooks.prestart().isEmpty() || !hooks.createRuntime().isEmpty()) {
      front.step("go to the bundle");
      front.chdir(input.options().bundle());
    }
    byte[] state = input.documents().hookState("creating");
    HookSteps.record(front, "prestart", hooks.prestart(), state, pid);
    HookSteps.record(front, "createRuntime", hooks.createRuntime(), state, pid);
    front.step("let init go on");
    front.sync(channel, SyncCode.HOOKED, pid);
    return moved;
  }
}
