// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.cgroup.DeviceProgram;
import io.jrun.container.ContainerSpec;
import io.jrun.container.SeccompSpec;
import io.jrun.document.StateDocument;
import io.jrun.failure.ContainerException;
import io.jrun.host.CgroupMount;
import io.jrun.host.HostChecks;
import io.jrun.host.HostDevices;
import io.jrun.host.KernelTrees;
import io.jrun.host.LoadedPrograms;
import io.jrun.host.Resctrl;
import io.jrun.host.Rootless;
import io.jrun.linux.Capability;
import io.jrun.linux.Procfs;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.LaunchDocuments;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.LaunchShape;
import io.jrun.plan.Rights;
import io.jrun.plan.init.RootfsSteps;
import io.jrun.plan.launch.LaunchPlan;
import io.jrun.plan.process.HookSteps;
import io.jrun.program.ProgramTooLongException;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerState;
import io.jrun.state.StateFile;
import io.jrun.wire.CallerContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A launch prepared: the bundle read, the host looked at, the plan begun; nothing done yet.
 *
 * @param record the state that is written first, of a container in the making
 * @param unit the unit of systemd's that the cgroup is to be, if it is to be one
 */
public record Launch(
    Bundle bundle,
    LaunchOptions options,
    ContainerState record,
    LaunchPlan plan,
    Optional<SystemdUnit> unit) {
  /** What the front goes on with when init is ready, given what will be on record by then. */
  public interface Ending {
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
  public static Launch prepare(
      Session session, LaunchRequest request, boolean waits, boolean detaches, Ending ending) {
    Session.checkId(request.id());
    Bundle loaded = new CallersFiles(session.front()).bundle(request.bundle());
    CallerContext caller = session.front().caller();
    Rights rights = Rootless.rights(caller);
    HostChecks.check(loaded.spec(), caller);
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
    String cgroup = CgroupPlace.find(spec, request, caller, mount, unit);
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
                CgroupPlace.delegatedFiles(spec),
                Rootless.mappers(spec, caller, rights),
                CgroupPlace.enabling(spec, mount.orElse(""), cgroup, request.cgroupManager()),
                rights == Rights.ROOT
                    ? LoadedPrograms.shared().find(DeviceProgram.of(spec.cgroup().devices()))
                    : OptionalLong.empty(),
                unit.isPresent() ? unit.get().entry() : CgroupEntry.BORN,
                !cgroup.isEmpty() && CgroupPlace.isReused(mount.orElse("") + cgroup),
                find(spec, request, rights)),
            request.sockets());
    LaunchWarnings.ofLaunch(session, spec, options);
    ContainerState record = RecordedLaunch.of(caller, bundle, options, unit);
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

  /** The same launch again, from what was recorded of it: its plan has the same instructions. */
  public static Launch recompile(ContainerState state, byte[] config, String stateDirectory) {
    ContainerSpec spec =
        Readiness.recall(
            Bundle.parse(config, state.location().bundle()), state.launch(), stateDirectory);
    Bundle bundle = new Bundle(state.location().bundle(), config, spec);
    return of(bundle, RecordedLaunch.options(state, stateDirectory), state, Ending.NONE);
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
  public static RuntimeException refused(RuntimeException failure) {
    return failure instanceof ProgramTooLongException
        ? new ContainerException(failure.getMessage(), failure)
        : failure;
  }

  /** Those that can be given: whoever enters a user namespace has all of them in there. */
  private static long capabilities(ContainerSpec spec, CallerContext caller) {
    if (spec.namespaces().hasUser()) {
      return (1L << Capability.values().length) - 1;
    }
    return Procfs.grantableCapabilities(caller.pid());
  }

  /** The mount point that a path lies on: the longest that begins it. */
  private static String parentMount(String path) {
    String best = "/";
    for (Procfs.Mount mount : Procfs.mounts()) {
      String point = mount.path();
      boolean holds = point.equals("/") || path.equals(point) || path.startsWith(point + "/");
      if (holds && point.length() >= best.length()) {
        best = point;
      }
    }
    return best;
  }
}
