// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.cgroup.DeviceProgram;
import io.jrun.container.ContainerSpec;
import io.jrun.linux.Capability;
import io.jrun.linux.Procfs;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.FoundNetDevice;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchRequest;
import io.jrun.plan.LaunchShape;
import io.jrun.plan.RdtClass;
import io.jrun.plan.Rights;
import io.jrun.plan.init.RootfsSteps;
import io.jrun.wire.CallerContext;
import io.jrun.wire.Front;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a launch asks of the host, all of it in one place and before anything is compiled: nothing
 * is changed, and what this host or this caller cannot have is refused. Only what the container
 * needs is asked for, since each question costs a command that waits for the answer.
 */
public class HostSurvey {
  /**
   * A unit of systemd's that the container's cgroup is to be.
   *
   * @param cgroup its path below the mount of the hierarchy
   * @param entry how init comes into it
   */
  public record Unit(String cgroup, CgroupEntry entry) {}

  /**
   * Asks what a container needs.
   *
   * @param front who carries the launch out: whose caller's rights count
   * @param unit where systemd makes the cgroup, if systemd does
   * @throws io.jrun.failure.ContainerException naming the field of what cannot be had
   */
  public HostFacts of(ContainerSpec spec, LaunchRequest request, Front front, Optional<Unit> unit) {
    CallerContext caller = front.caller();
    Rights rights = Rootless.rights(caller, spec);
    HostChecks.check(spec, caller);
    Rootless.check(spec, rights);
    HostFacts.Devices devices = devices(spec, request, front, rights);
    Optional<String> mount = CgroupMount.find();
    Optional<String> made = unit.isPresent() ? Optional.of(unit.get().cgroup()) : Optional.empty();
    String path = CgroupPlace.find(spec, request, caller, mount, made);
    long capabilities = capabilities(spec, caller);
    HostFacts.Mounts mounts = mounts(spec, request, caller, rights);
    List<String> mappers = Rootless.mappers(spec, caller, rights);
    HostFacts.Cgroup cgroup =
        cgroup(
            spec,
            request,
            rights,
            new HostFacts.Cgroup(mount.orElse(""), path),
            unit.isPresent() ? unit.get().entry() : CgroupEntry.BORN);
    return new HostFacts(rights, capabilities, cgroup, mappers, mounts, devices);
  }

  private static HostFacts.Cgroup cgroup(
      ContainerSpec spec,
      LaunchRequest request,
      Rights rights,
      HostFacts.Cgroup place,
      CgroupEntry entry) {
    return new HostFacts.Cgroup(
        place.mount(),
        place.path(),
        entry,
        CgroupPlace.enabling(spec, place.mount(), place.path(), request.cgroupManager()),
        CgroupPlace.delegatedFiles(spec),
        !place.path().isEmpty() && CgroupPlace.isReused(place.directory()),
        rights == Rights.ROOT
            ? LoadedPrograms.shared().find(DeviceProgram.of(spec.cgroup().devices()))
            : OptionalLong.empty());
  }

  private static HostFacts.Devices devices(
      ContainerSpec spec, LaunchRequest request, Front front, Rights rights) {
    boolean binds = !spec.rootfs().devices().isEmpty() && LaunchShape.bindsDevices(spec, rights);
    Optional<RdtClass> rdt = Resctrl.find(spec, request.id());
    List<FoundNetDevice> net = NetDevices.find(front, spec, rights);
    return binds || !net.isEmpty() || rdt.isPresent()
        ? new HostFacts.Devices(
            binds ? HostDevices.find(spec.rootfs().devices()) : Map.of(), net, rdt)
        : HostFacts.Devices.NONE;
  }

  private static HostFacts.Mounts mounts(
      ContainerSpec spec, LaunchRequest request, CallerContext caller, Rights rights) {
    boolean shared = spec.rootfs().propagation().isShared();
    boolean covered = RootfsSteps.coversTrees(spec, rights);
    return new HostFacts.Mounts(
        shared ? parentMount(spec.rootfs().path()) : "",
        request.noPivot() ? KernelTrees.find(Procfs.mounts(), covered) : List.of(),
        caller.makesTreeNamespaces());
  }

  /** Those that can be given: whoever enters a user namespace has all of them in there. */
  private static long capabilities(ContainerSpec spec, CallerContext caller) {
    if (spec.namespaces().hasUser()) {
      return (1L << Capability.values().length) - 1;
    }
    return Procfs.grantableCapabilities(caller.pid());
  }

  /** The mount point that a path lies on. */
  private static String parentMount(String path) {
    Optional<Procfs.Mount> mount = Procfs.mountOf(path);
    return mount.isPresent() ? mount.get().path() : "/";
  }
}
