// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.cgroup.CgroupMount;
import io.jrun.cgroup.CgroupTree;
import io.jrun.cgroup.Controllers;
import io.jrun.cgroup.DeviceProgram;
import io.jrun.cgroup.Inheritance;
import io.jrun.cgroup.LoadedPrograms;
import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Paths;
import io.jrun.container.Problems;
import io.jrun.container.Resources;
import io.jrun.container.SeccompSpec;
import io.jrun.linux.Capability;
import io.jrun.linux.Procfs;
import io.jrun.linux.SchedulingPolicy;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchShape;
import io.jrun.plan.Rights;
import io.jrun.plan.front.CgroupSteps;
import io.jrun.plan.init.RootfsSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import io.jrun.seccomp.ProfileWarnings;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.state.StateDocument;
import io.jrun.state.StateFile;
import io.jrun.wire.CallerContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A launch prepared: the bundle read, the host looked at, the plan begun; nothing done yet.
 *
 * @param record the state that is written first, of a container in the making
 * @param unit the unit of systemd's that the cgroup is to be, if it is to be one
 */
record Launch(
    Bundle bundle,
    LaunchOptions options,
    ContainerState record,
    LaunchPlan plan,
    Optional<SystemdUnit> unit) {
  /** Recorded of a container whose processes do not end with its init. */
  static final String SHARED_PID = "sharedPid";

  /** Recorded of a container that may be killed for what it takes. */
  static final String MEMORY_LIMIT = "memoryLimit";

  private static final String RIGHTS = "rights";

  /** PATH_MAX of linux/limits.h, without its NUL, a slash and the longest name of a file. */
  private static final int MOST_OF_CGROUP = 4095 - 64;

  /** What the front goes on with when init is ready, given what will be on record by then. */
  interface Ending {
    Ending NONE = (front, ready, bundle, options, record) -> {};

    void record(
        Recorder front,
        LaunchPlan.Ready ready,
        Bundle bundle,
        LaunchOptions options,
        ContainerState record);
  }

  /**
   * Prepares a launch.
   *
   * @param waits init is to wait for a start
   * @param detaches the command ends while the container runs
   */
  static Launch prepare(
      Session session, LaunchRequest request, boolean waits, boolean detaches, Ending ending) {
    Session.checkId(request.id());
    Bundle loaded = new CallersFiles(session.front()).bundle(request.bundle());
    CallerContext caller = session.front().caller();
    Rights rights = Rootless.rights(caller);
    checkHost(loaded.spec(), caller);
    Rootless.check(loaded.spec(), rights);
    ContainerSpec spec =
        HostNetDevices.ask(
            session,
            Resctrl.find(loaded.spec().withListenFds(request.listenFds()), request.id()),
            rights);
    String stateDirectory = session.store().directory(request.id());
    Bundle bundle =
        new Bundle(
            loaded.directory(),
            loaded.document(),
            Readiness.offer(session, spec, stateDirectory, detaches));
    Optional<String> mount = CgroupMount.find();
    Optional<SystemdUnit> unit =
        request.cgroupManager() == CgroupManager.SYSTEMD
            ? Optional.of(SystemdUnit.of(spec, request.id(), caller))
            : Optional.empty();
    String cgroup = cgroup(spec, request, caller, mount, unit);
    PreservedFds preserved =
        PreservedFds.find(session, (long) request.listenFds() + request.preserveFds());
    LaunchOptions options =
        new LaunchOptions(
            request.id(),
            bundle.directory(),
            stateDirectory,
            mount.orElse(""),
            cgroup,
            capabilities(spec, caller),
            spec.rootfs().propagation().isShared() ? parentMount(spec.rootfs().path()) : "",
            new LaunchOptions.Switches(
                waits,
                request.noPivot(),
                request.noNewKeyring(),
                preserved.count(),
                preserved.holes()),
            new LaunchOptions.Host(
                rights,
                delegatedFiles(spec),
                Rootless.mappers(spec, caller, rights),
                enabling(spec, mount.orElse(""), cgroup, request.cgroupManager()),
                rights == Rights.ROOT
                    ? LoadedPrograms.shared().find(DeviceProgram.of(spec.cgroup().devices()))
                    : OptionalLong.empty(),
                unit.isPresent() ? unit.get().entry() : CgroupEntry.BORN,
                !cgroup.isEmpty() && checkCgroup(mount.orElse("") + cgroup),
                find(spec, request, rights)),
            request.sockets());
    warn(session, spec, options);
    ContainerState record = record(caller, bundle, options, unit);
    Optional<SeccompSpec> profile = spec.restrictions().seccomp();
    if (profile.isEmpty()) {
      return of(bundle, options, record, ending).in(unit);
    }
    byte[] filter = Filters.make(session, profile.get());
    return new Launch(
        bundle, options, record, compile(bundle, options, record, ending, filter), unit);
  }

  private Launch in(Optional<SystemdUnit> cgroupOfSystemd) {
    return cgroupOfSystemd.isEmpty()
        ? this
        : new Launch(bundle, options, record, plan, cgroupOfSystemd);
  }

  private static LaunchOptions.Found find(
      ContainerSpec spec, LaunchRequest request, Rights rights) {
    boolean binds = !spec.rootfs().devices().isEmpty() && LaunchShape.bindsDevices(spec, rights);
    if (!request.noPivot() && !binds) {
      return LaunchOptions.Found.NOTHING;
    }
    boolean covered = RootfsSteps.coversTrees(spec, rights);
    return new LaunchOptions.Found(
        request.noPivot() ? KernelTrees.find(Procfs.mounts(), covered) : List.of(),
        binds ? HostDevices.find(spec.rootfs().devices()) : Map.of());
  }

  /** Below the mount; empty if the container stays in the caller's. */
  private static String cgroup(
      ContainerSpec spec,
      LaunchRequest request,
      CallerContext caller,
      Optional<String> mount,
      Optional<SystemdUnit> unit) {
    if (request.cgroupManager() == CgroupManager.DISABLED) {
      return "";
    }
    if (unit.isEmpty()) {
      String path = cgroupPath(spec, request.id(), caller);
      checkLength(mount.orElse("") + path);
      return Rootless.cgroup(mount, path, spec, request, caller);
    }
    if (mount.isEmpty()) {
      throw new ContainerException(Rootless.NOT_MOUNTED);
    }
    return unit.get().cgroup();
  }

  /** A path that is too long would be found in the middle, and by every command that follows. */
  private static void checkLength(String cgroup) {
    int length = cgroup.getBytes(StandardCharsets.UTF_8).length;
    if (length > MOST_OF_CGROUP) {
      throw new ContainerException(
          "/linux/cgroupsPath: "
              + length
              + " bytes with the mount's, more than the "
              + MOST_OF_CGROUP
              + " that leave room for a file's name: choose a shorter one");
    }
  }

  /** Refuses what this host, or this caller, cannot have. */
  private static void checkHost(ContainerSpec spec, CallerContext caller) {
    checkKernel();
    checkRootfs(spec);
    if (spec.process().labels().isPresent()) {
      SecurityModules.require(spec.process().labels().get());
    }
    if (!spec.rootfs().label().isEmpty()) {
      SecurityModules.requireSelinux("/linux/mountLabel");
    }
    HostNamespaces.check(spec, caller.pid());
  }

  /** The same launch again, from what was recorded of it: its plan has the same instructions. */
  static Launch recompile(ContainerState state, byte[] config, String stateDirectory) {
    ContainerSpec spec =
        Readiness.recall(
            Bundle.parse(config, state.location().bundle()), state.launch(), stateDirectory);
    Bundle bundle = new Bundle(state.location().bundle(), config, spec);
    PreservedFds preserved = PreservedFds.recall(state.launch());
    return of(bundle, keptOptions(state, stateDirectory, preserved), state, Ending.NONE);
  }

  /** What a launch was compiled with, as far as it was recorded. */
  static LaunchOptions keptOptions(
      ContainerState state, String stateDirectory, PreservedFds preserved) {
    Map<String, String> kept = state.launch();
    return new LaunchOptions(
        state.id(),
        state.location().bundle(),
        stateDirectory,
        kept.getOrDefault("cgroupMount", ""),
        kept.getOrDefault("cgroup", ""),
        Long.parseUnsignedLong(kept.getOrDefault("capabilities", "0")),
        kept.getOrDefault("sharedParent", ""),
        new LaunchOptions.Switches(
            true,
            kept.containsKey("noPivot"),
            kept.containsKey("noNewKeyring"),
            preserved.count(),
            preserved.holes()),
        new LaunchOptions.Host(
            Rights.valueOf(kept.getOrDefault(RIGHTS, Rights.ROOT.name())),
            List.of(),
            List.of(),
            List.of(),
            OptionalLong.empty(),
            kept.containsKey(SystemdUnit.KEY)
                ? SystemdUnit.entry(kept.get(SystemdUnit.KEY))
                : CgroupEntry.BORN,
            false,
            new LaunchOptions.Found(KernelTrees.recall(kept))));
  }

  /** A launch whose filter, if it has one, does not matter: its instructions are the same. */
  static Launch of(Bundle bundle, LaunchOptions options, ContainerState record, Ending ending) {
    return new Launch(
        bundle,
        options,
        record,
        compile(bundle, options, record, ending, new byte[0]),
        Optional.empty());
  }

  private static LaunchPlan compile(
      Bundle bundle, LaunchOptions options, ContainerState record, Ending ending, byte[] filter) {
    return LaunchPlan.compile(
        bundle.spec(),
        options,
        new LaunchDocuments() {
          @Override
          public byte[] creating() {
            return StateFile.write(record);
          }

          @Override
          public byte[] config() {
            return bundle.document();
          }

          @Override
          public byte[] hookState(String status) {
            return StateDocument.forHook(record, status, HookSteps.PID_ROOM)
                .getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public byte[] filter() {
            return filter;
          }

          @Override
          public byte[] listenerState() {
            return Filters.listenerState(
                bundle.spec().restrictions().seccomp().orElseThrow(),
                record,
                "creating",
                HookSteps.PID_ROOM,
                HookSteps.PID_ROOM);
          }
        },
        new LaunchPlan.Ending() {
          @Override
          public void record(Recorder front, LaunchPlan.Ready ready) {
            ending.record(front, ready, bundle, options, record);
          }
        });
  }

  /** What is told of a plan that could not be made to its end. */
  static RuntimeException refused(RuntimeException failure) {
    return failure instanceof ProgramTooLongException
        ? new ContainerException(failure.getMessage(), failure)
        : failure;
  }

  private static ContainerState record(
      CallerContext caller, Bundle bundle, LaunchOptions options, Optional<SystemdUnit> unit) {
    Map<String, String> launch = new HashMap<>();
    launch.put("cgroupMount", options.cgroupMount());
    launch.put("cgroup", options.cgroup());
    launch.put("capabilities", Long.toUnsignedString(options.availableCapabilities()));
    launch.put("sharedParent", options.sharedParent());
    PreservedFds.keep(options.switches().preserveFds(), options.switches().holes(), launch);
    if (!bundle.spec().namespaces().isNew(NamespaceType.PID)) {
      launch.put(SHARED_PID, "true");
    }
    if (options.host().rights() != Rights.ROOT) {
      launch.put(RIGHTS, options.host().rights().name());
    }
    if (options.switches().noPivot()) {
      launch.put("noPivot", "true");
    }
    KernelTrees.keep(options.host().found().kernelTrees(), launch);
    if (options.switches().noNewKeyring()) {
      launch.put("noNewKeyring", "true");
    }
    if (unit.isPresent()) {
      launch.put(SystemdUnit.KEY, unit.get().name().unit());
    }
    Optional<Resources> resources = bundle.spec().cgroup().resources();
    if (resources.isPresent() && resources.get().memory().limit() > 0) {
      launch.put(MEMORY_LIMIT, "true");
    }
    Resctrl.keep(bundle.spec(), options.id(), launch);
    Readiness.keep(bundle.spec(), launch);
    Optional<Procfs.Stat> creator = Procfs.stat(caller.pid());
    long start = creator.isPresent() ? creator.get().startTime() : 0;
    return new ContainerState(
        options.id(),
        Phase.CREATING,
        new ProcessIdentity(caller.pid(), start),
        ProcessIdentity.NONE,
        Procfs.bootId(),
        new ContainerState.Location(
            bundle.directory(), bundle.spec().rootfs().path(), options.cgroupDirectory()),
        rfc3339(Instant.now()),
        bundle.spec().annotations(),
        launch);
  }

  /** What of a cgroup goes with it to another owner: cgroup-v2.rst "Delegation". */
  private static List<String> delegatedFiles(ContainerSpec spec) {
    if (CgroupSteps.owner(spec).isEmpty()) {
      return List.of();
    }
    return Procfs.read("/sys/kernel/cgroup/delegate")
        .map(text -> List.of(text.trim().split("\n")))
        .orElse(List.of("cgroup.procs", "cgroup.subtree_control", "cgroup.threads"));
  }

  /**
   * Refuses limits that this host cannot set; gives what has to be enabled for the others, and for
   * the cgroup to have all that there is. What systemd makes has what systemd gives it.
   */
  private static List<Controllers.Enabling> enabling(
      ContainerSpec spec, String mount, String cgroup, CgroupManager manager) {
    List<Setting> settings =
        spec.cgroup().resources().isPresent()
            ? limits(spec.cgroup().resources().get(), mount, cgroup, manager)
            : List.of();
    if (cgroup.isEmpty()) {
      return List.of();
    }
    return manager == CgroupManager.SYSTEMD
        ? Controllers.enabling(mount, cgroup, settings)
        : Inheritance.of(mount, cgroup, settings);
  }

  private static List<Setting> limits(
      Resources resources, String mount, String cgroup, CgroupManager manager) {
    List<Setting> settings = ResourceSettings.of(resources);
    if (cgroup.isEmpty() && !settings.isEmpty()) {
      throw new ContainerException(
          settings.get(0).pointer()
              + (manager == CgroupManager.DISABLED
                  ? ": limits are a cgroup's, and --cgroup-manager=disabled makes none: remove the"
                      + " field"
                  : ": limits are a cgroup's, and the caller has none: " + Rootless.DELEGATION));
    }
    List<String> missing = Controllers.missing(mount, settings);
    if (!missing.isEmpty()) {
      throw new ContainerException(String.join("; ", missing));
    }
    MemoryInUse.check(mount + cgroup, resources.memory());
    return settings;
  }

  /** Those that can be given: whoever enters a user namespace has all of them in there. */
  private static long capabilities(ContainerSpec spec, CallerContext caller) {
    if (spec.namespaces().hasUser()) {
      return (1L << Capability.values().length) - 1;
    }
    return Procfs.grantableCapabilities(caller.pid());
  }

  /**
   * With nine digits of a second. By hand: the formatter's start costs a cold core milliseconds.
   */
  static String rfc3339(Instant time) {
    String nanos = Integer.toString(1_000_000_000 + time.getNano()).substring(1);
    LocalDateTime date = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
    StringBuilder out = new StringBuilder(30).append(date.getYear());
    append(append(out.append('-'), date.getMonthValue()).append('-'), date.getDayOfMonth());
    append(append(out.append('T'), date.getHour()).append(':'), date.getMinute());
    return append(out.append(':'), date.getSecond())
        .append('.')
        .append(nanos)
        .append('Z')
        .toString();
  }

  private static StringBuilder append(StringBuilder out, int number) {
    return (number < 10 ? out.append('0') : out).append(number);
  }

  private static String cgroupPath(ContainerSpec spec, String id, CallerContext caller) {
    String written = spec.cgroup().path();
    String clean = written.isEmpty() ? "" : Paths.clean(written);
    String path =
        CgroupMount.pathFor(
            written.isEmpty() || written.startsWith("/") ? clean : clean.substring(1),
            id,
            caller.cgroup());
    if (path.equals("/")) {
      throw new ContainerException("/linux/cgroupsPath: the root cgroup cannot be a container's");
    }
    return path;
  }

  /** cgroup.kill is of 5.14; everything else that is needed is older. */
  private static void checkKernel() {
    if (!Procfs.isKernelAtLeast(5, 14)) {
      throw new ContainerException(
          "Linux 5.14 or later is needed, and this is " + Procfs.kernelRelease());
    }
  }

  private static void checkRootfs(ContainerSpec spec) {
    Path rootfs = Path.of(spec.rootfs().path());
    String where = "invalid rootfs: /root/path: " + rootfs + ": ";
    try {
      if (!Files.readAttributes(rootfs, BasicFileAttributes.class).isDirectory()) {
        throw new ContainerException(where + "not a directory");
      }
    } catch (NoSuchFileException e) {
      if (CallersNames.everybodys(spec.rootfs().path()).isEmpty()) {
        return; // init will see: it is the caller's child, and no core is
      }
      throw new ContainerException(where + "no such file or directory", e);
    } catch (AccessDeniedException e) {
      throw new ContainerException(where + "permission denied", e);
    } catch (FileSystemException e) {
      throw new ContainerException(where + e.getReason().toLowerCase(Locale.ROOT), e);
    } catch (IOException e) {
      throw new ContainerException(where + e.getMessage(), e);
    }
  }

  /** Refused as the specification allows: a limit on one container must not be shared by two. */
  private static boolean checkCgroup(String directory) {
    if (!Files.exists(Path.of(directory))) {
      return false;
    }
    List<Long> processes = CgroupTree.processes(directory);
    if (!processes.isEmpty()) {
      throw new ContainerException(
          "container's cgroup is not empty: "
              + processes.size()
              + " process(es) found in "
              + directory
              + ": /linux/cgroupsPath: choose another, or end them");
    }
    if (CgroupTree.isFrozen(directory)) {
      throw new ContainerException(
          "container's cgroup unexpectedly frozen: "
              + directory
              + ": /linux/cgroupsPath: choose another, or write 0 to its cgroup.freeze");
    }
    return true;
  }

  private static void warn(Session session, ContainerSpec spec, LaunchOptions options) {
    for (Problems.Entry warning : spec.warnings()) {
      session.notices().warn(warning.line());
    }
    if (asksForSlice(spec) && !Procfs.isKernelAtLeast(6, 12)) {
      session
          .notices()
          .warn("/process/scheduler/runtime: ignored by the kernel: a slice is of Linux 6.12 on");
    }
    Optional<SeccompSpec> profile = spec.restrictions().seccomp();
    if (profile.isPresent()) {
      for (Problems.Entry warning : ProfileWarnings.ofLaunch(profile.get())) {
        session.notices().warn(warning.line());
      }
    }
    long missing = spec.process().capabilities().all() & ~options.availableCapabilities();
    for (Capability each : Capability.values()) {
      if ((missing & each.bit()) != 0) {
        session
            .notices()
            .warn("/process/capabilities: " + each + " is not available to the caller: left out");
      }
    }
  }

  /** Of the other policies only SCHED_DEADLINE has a runtime, which is another thing there. */
  private static boolean asksForSlice(ContainerSpec spec) {
    return spec.process().scheduling().isPresent()
        && spec.process().scheduling().get().scheduler().isPresent()
        && spec.process().scheduling().get().scheduler().get().runtime() != 0
        && spec.process().scheduling().get().scheduler().get().policy()
            != SchedulingPolicy.SCHED_DEADLINE;
  }

  /** The mount point that a path lies on: the longest that begins it. */
  private static String parentMount(String path) {
    String best = "/";
    for (Procfs.Mount mount : Procfs.mounts()) {
      String point = mount.point();
      boolean holds = point.equals("/") || path.equals(point) || path.startsWith(point + "/");
      if (holds && point.length() >= best.length()) {
        best = point;
      }
    }
    return best;
  }
}
