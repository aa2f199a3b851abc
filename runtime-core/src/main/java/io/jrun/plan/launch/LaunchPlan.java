// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.ContainerSpec;
import io.jrun.container.HooksSpec;
import io.jrun.container.RlimitSpec;
import io.jrun.linux.Fd;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchShape;
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
import io.jrun.plan.process.SeccompSteps;
import io.jrun.program.Pieces;
import io.jrun.program.Program;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.program.SyncCode;
import java.util.List;
import java.util.Optional;

/**
 * Everything a create does between claiming the id and having an init that is ready, and what is to
 * follow: the front's program, with init's inside it. Pure: made of the description and the options
 * alone.
 *
 * <p>It is recorded in three {@link Pieces}: what the front does up to the clone; init's program,
 * which is most of it and is made while the front is at that; and the rest, while init is at its
 * own. Whoever wants the whole asks for {@link #front()}.
 *
 * <p>Where somebody else makes the cgroup there are two programs, and he does it in between: the
 * {@link #opening()}, at whose end init is there and has done nothing, and the rest, in one piece.
 */
public final class LaunchPlan implements Pieces {
  private static final int PIECES = 3;

  /**
   * What the front holds once its program has run.
   *
   * <p>Indices are of the program that claims the id: the opening, where there is one.
   *
   * @param after a recorder for the program that comes next
   * @param claimedAt index of the instruction that claims the id: nothing is ours before it
   * @param cgroupAt index of the first instruction after the claim is on record
   * @param spawnedAt index of the instruction that makes the first process
   * @param proxy the terminals of a launch in the foreground; null if it has none
   * @param netDevices what network devices can be moved back with, if any were moved
   */
  public record Handles(
      Recorder after,
      Fd channel,
      Fd pidfd,
      Pid pid,
      Fd directory,
      int claimedAt,
      int cgroupAt,
      int spawnedAt,
      Recorder.Proxy proxy,
      Optional<NetDeviceSteps.Moved> netDevices) {}

  /**
   * What the front holds while init is ready and waits to be let go on.
   *
   * @param started init's start time, in clock ticks since boot
   * @param directory the claimed state directory, locked
   * @param proxy the terminals of a launch in the foreground; null if it has none
   * @param netDevices to be closed once the launch is sure
   */
  public record Ready(
      Fd channel,
      Fd pidfd,
      Pid pid,
      Value started,
      Fd directory,
      Recorder.Proxy proxy,
      Optional<NetDeviceSteps.Moved> netDevices) {}

  /** What the front's program goes on with once init is ready. */
  public interface Ending {
    /** Nothing: init waits for another program. */
    Ending NONE = (front, ready) -> {};

    void record(Recorder front, Ready ready);
  }

  private final ContainerSpec spec;
  private final LaunchOptions options;
  private final LaunchDocuments documents;
  private final Ending ending;
  private final CgroupEntry entry;
  private Recorder front = new Recorder();
  private int recorded;

  // What one piece leaves to the next.
  private Program init;
  private Program opening;
  private HandOverSteps handOver;
  private StateSteps.Claim claim;
  private int cgroupAt;
  private int spawnedAt;
  private boolean clones;
  private boolean countsLate;
  private Fd cgroup;
  private Recorder.Spawned spawned;
  private Pid pid;
  private Recorder.Proxy proxy;
  private Optional<NetDeviceSteps.Moved> netDevices = Optional.empty();

  private LaunchPlan(
      ContainerSpec spec, LaunchOptions options, LaunchDocuments documents, Ending ending) {
    this.spec = spec;
    this.options = options;
    this.documents = documents;
    this.ending = ending;
    this.entry = options.host().cgroup().entry();
  }

  /** The plan of a launch that ends where init is ready. */
  public static LaunchPlan compile(
      ContainerSpec spec, LaunchOptions options, LaunchDocuments documents) {
    return compile(spec, options, documents, Ending.NONE);
  }

  public static LaunchPlan compile(
      ContainerSpec spec, LaunchOptions options, LaunchDocuments documents, Ending ending) {
    return new LaunchPlan(spec, options, documents, ending);
  }

  /** What the front runs: all of it, but for the opening. */
  public Program front() {
    boolean more = recorded < PIECES;
    while (more) {
      more = advance();
    }
    return program();
  }

  /** What the front runs before, where somebody else has to do something in between. */
  public Optional<Program> opening() {
    if (entry.waits() && opening == null) {
      open();
    }
    return Optional.ofNullable(opening);
  }

  /** The program that claims the id and clones init, with init's inside it. */
  public Program claiming() {
    return opening().orElseGet(this::front);
  }

  /** What init runs. */
  public Program init() {
    if (init == null) {
      init = InitSteps.compile(spec, options, documents);
    }
    return init;
  }

  @Override
  public Program program() {
    return front.program();
  }

  @Override
  public boolean advance() {
    if (entry.waits()) {
      opening();
      cgroup = cgroup();
      CgroupSteps.admit(front, cgroup, spawned, entry);
      finish();
      recorded = PIECES;
      return false;
    }
    switch (recorded++) {
      case 0 -> {
        claim();
        cgroup = cgroup();
        spawn(cgroup);
      }
      case 1 -> front.feed(spawned.channel(), init());
      default -> finish();
    }
    front.cut();
    return recorded < PIECES;
  }

  /** As far as the plan has been recorded: what follows on it begins where it ends. */
  public Handles handles() {
    return new Handles(
        front.next(),
        spawned.channel(),
        spawned.pidfd(),
        pid,
        claim.directory(),
        claim.at(),
        cgroupAt,
        spawnedAt,
        proxy,
        netDevices);
  }

  /**
   * The beginning of a launch alone, for whoever brings an init of another making.
   *
   * @param recorder of the program; what it holds already is kept
   */
  public Claimed claimOnly(Recorder recorder) {
    front = recorder;
    claim();
    cgroup = entry.waits() ? null : cgroup();
    return new Claimed(front, claim.directory(), cgroup, handOver, claim.at(), cgroupAt);
  }

  /** What follows {@link #claimOnly} when another has made the cgroup of that process. */
  public void enterOnly(Recorder recorder, Pid process) {
    front = recorder;
    cgroup = cgroup();
    if (entry == CgroupEntry.PUT) {
      CgroupSteps.put(front, cgroup, process);
    }
    front.close(cgroup);
  }

  private void open() {
    claim();
    spawn(null);
    front.feed(spawned.channel(), init());
    front.free(front.await(spawned.channel(), SyncCode.BORN, false));
    front.report(ReportTag.PID, pid);
    opening = front.program();
    front = front.next();
    handOver = handOver == null ? null : handOver.in(front);
  }

  private void claim() {
    if (spec.process().terminal().isPresent() || options.sockets().areGiven()) {
      handOver = new HandOverSteps(front, spec.process().terminal().isPresent());
      handOver.open(options.sockets());
    }
    claim = StateSteps.claim(front, options, documents);
    if (options.notifySocket().isPresent()) {
      front.step("make a directory for the container's notification socket");
      front.mkdirat(Fd.CWD, options.notifySocket().get().directory(), 0755);
    }
    cgroupAt = front.size();
  }

  /** Null if the container has none of its own. */
  private Fd cgroup() {
    List<Setting> settings = settings(spec);
    clones = LaunchShape.goesOnInClone(spec);
    countsLate =
        clones
            && !options.cgroup().isEmpty()
            && settings.stream().anyMatch(LaunchPlan::countsProcesses);
    return options.cgroup().isEmpty()
        ? null
        : ContainerCgroup.make(
            front, spec, options, countsLate ? without(settings, true) : settings);
  }

  private void spawn(Fd into) {
    if (!options.switches().waits()) {
      front.step("let signals wait");
      front.blockSignals(-1L);
    }
    front.step("clone init");
    long flags = LaunchShape.goesOnInClone(spec) ? 0 : spec.namespaces().cloneFlags();
    spawned = front.spawn(flags, into, options.switches().preserveFds());
    pid = spawned.pid();
    spawnedAt = front.size() - 1;
  }

  /** While init is at its program, and when it is ready. */
  private void finish() {
    if (cgroup != null && !countsLate) {
      front.close(cgroup);
    }
    Fd pidfd = spawned.pidfd();
    if (clones) {
      UserNamespaceSteps.write(front, spec.namespaces(), options, spawned.channel(), pid);
      pid = front.awaitPid(spawned.channel(), SyncCode.CLONED);
      front.waitid(pidfd);
      front.pidfdReopen(pidfd, pid);
    }
    if (countsLate) {
      // For a moment there were two processes where one may be all there is to be.
      ResourceSteps.write(front, cgroup, without(settings(spec), false));
      front.close(cgroup);
    }
    if (options.host().devices().rdt().isPresent()) {
      RdtSteps.record(front, options.host().devices().rdt().get(), options.id(), pid);
    }
    if (LaunchShape.meetsWhenMounted(spec)) {
      netDevices = meetWhenMounted(front, spec, options, documents, spawned.channel(), pid);
    }
    if (handOver != null) {
      handOver.takeMaster(spawned.channel());
    }
    if (spec.restrictions().seccomp().isPresent()
        && spec.restrictions().seccomp().get().listener().isPresent()) {
      SeccompSteps.passOn(
          front,
          spec.restrictions().seccomp().get().listener().get(),
          spawned.channel(),
          pidfd,
          SeccompSteps.ofInit(documents.listenerState(), pid));
    }
    front.step("wait until init is ready");
    front.free(front.await(spawned.channel(), SyncCode.READY, false));
    if (LaunchShape.frontSetsLimits(spec, options)) {
      setLimits(front, spec, pid);
    }
    front.report(ReportTag.PID, pid);
    Value ticks = front.startTime(pid);
    front.report(ReportTag.START_TIME, ticks);
    if (handOver != null) {
      handOver.sendPidfd(pidfd, "standard");
      proxy = handOver.proxy();
    }
    ending.record(
        front,
        new Ready(spawned.channel(), pidfd, pid, ticks, claim.directory(), proxy, netDevices));
    front.free(ticks);
  }

  private static List<Setting> settings(ContainerSpec spec) {
    return spec.cgroup().resources().isPresent()
        ? ResourceSettings.of(spec.cgroup().resources().get())
        : List.of();
  }

  private static boolean countsProcesses(Setting setting) {
    return setting.file().equals("pids.max");
  }

  private static List<Setting> without(List<Setting> settings, boolean counting) {
    return settings.stream().filter(each -> countsProcesses(each) != counting).toList();
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
      Recorder front,
      ContainerSpec spec,
      LaunchOptions options,
      LaunchDocuments documents,
      Fd channel,
      Pid pid) {
    front.step("wait until all is mounted");
    front.free(front.await(channel, SyncCode.MOUNTED, false));
    // Hooks may go on with the network as it will be.
    Optional<NetDeviceSteps.Moved> moved =
        spec.names().netDevices().isEmpty()
            ? Optional.empty()
            : Optional.of(NetDeviceSteps.move(front, options.host().devices().net(), pid));
    HooksSpec hooks = spec.hooks();
    if (!hooks.prestart().isEmpty() || !hooks.createRuntime().isEmpty()) {
      front.step("go to the bundle");
      front.chdir(options.bundle());
    }
    byte[] state = documents.hookState("creating");
    HookSteps.record(front, "prestart", hooks.prestart(), state, pid);
    HookSteps.record(front, "createRuntime", hooks.createRuntime(), state, pid);
    front.step("let init go on");
    front.sync(channel, SyncCode.HOOKED, pid);
    return moved;
  }
}
