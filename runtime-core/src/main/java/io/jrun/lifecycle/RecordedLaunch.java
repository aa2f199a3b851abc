// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.CheckedBundle;
import io.jrun.container.ContainerSpec;
import io.jrun.container.NamespaceType;
import io.jrun.container.Resources;
import io.jrun.host.PreservedFds;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.HostFacts;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.NotifySocket;
import io.jrun.plan.RdtClass;
import io.jrun.plan.Sockets;
import io.jrun.state.ContainerState;
import io.jrun.state.LaunchRecord;
import io.jrun.state.LaunchRecord.Mark;
import io.jrun.wire.CallerContext;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What is put on record of a launch, and what a plan is made of again from it. */
public final class RecordedLaunch {
  private RecordedLaunch() {}

  /** The record of a container in the making: its launch can be compiled again from it. */
  public static ContainerState of(
      CallerContext caller,
      CheckedBundle bundle,
      LaunchOptions options,
      Optional<SystemdUnit> unit) {
    return ContainerState.creating(
        options.id(),
        caller.pid(),
        new ContainerState.Location(
            bundle.directory(), bundle.spec().rootfs().path(), options.cgroupDirectory()),
        rfc3339(Instant.now()),
        bundle.spec().annotations(),
        record(bundle.spec(), options, unit.isPresent() ? unit.get().name().unit() : ""));
  }

  /** What the verbs that follow have to know of a launch. */
  static LaunchRecord record(ContainerSpec spec, LaunchOptions options, String unit) {
    HostFacts host = options.host();
    Optional<RdtClass> rdt = host.devices().rdt();
    return new LaunchRecord(
        new LaunchRecord.Cgroup(host.cgroup().mount(), host.cgroup().path(), unit),
        host.capabilities(),
        host.rights(),
        host.mounts().sharedParent(),
        host.mounts().kernelTrees(),
        options.switches().preserveFds(),
        options.switches().holes(),
        rdt.isPresent() ? rdt.get().removed(options.id()) : "",
        marks(spec, options),
        Map.of());
  }

  private static Set<Mark> marks(ContainerSpec spec, LaunchOptions options) {
    Set<Mark> out = EnumSet.noneOf(Mark.class);
    if (options.switches().noPivot()) {
      out.add(Mark.NO_PIVOT);
    }
    if (options.switches().noNewKeyring()) {
      out.add(Mark.NO_NEW_KEYRING);
    }
    if (options.host().mounts().treeNamespaces()) {
      out.add(Mark.TREE_NAMESPACES);
    }
    Optional<Resources> resources = spec.cgroup().resources();
    if (resources.isPresent() && resources.get().memory().limit() > 0) {
      out.add(Mark.MEMORY_LIMIT);
    }
    if (!spec.namespaces().isNew(NamespaceType.PID)) {
      out.add(Mark.SHARED_PID);
    }
    if (options.notifySocket().isPresent()) {
      out.add(Mark.NOTIFY);
    }
    return out;
  }

  /** What a launch was compiled with, as far as it was recorded. */
  public static LaunchOptions options(ContainerState state, String stateDirectory) {
    LaunchRecord kept = state.launch();
    return options(
        state,
        stateDirectory,
        kept.preserveFds(),
        kept.holes(),
        Readiness.recall(kept, stateDirectory));
  }

  /** The same for another process of the container, which is handed other descriptors. */
  public static LaunchOptions ofExec(
      ContainerState state, String stateDirectory, PreservedFds preserved) {
    return options(state, stateDirectory, preserved.count(), preserved.holes(), Optional.empty());
  }

  private static LaunchOptions options(
      ContainerState state,
      String stateDirectory,
      int preserveFds,
      List<Integer> holes,
      Optional<NotifySocket> notify) {
    LaunchRecord kept = state.launch();
    LaunchRecord.Cgroup cgroup = kept.cgroup();
    return new LaunchOptions(
        state.id(),
        state.location().bundle(),
        stateDirectory,
        new LaunchOptions.Switches(
            true, kept.is(Mark.NO_PIVOT), kept.is(Mark.NO_NEW_KEYRING), preserveFds, holes, 0),
        new HostFacts(
            kept.rights(),
            kept.capabilities(),
            new HostFacts.Cgroup(
                cgroup.mount(),
                cgroup.path(),
                kept.isUnit() ? SystemdUnit.entry(cgroup.unit()) : CgroupEntry.BORN,
                List.of(),
                List.of(),
                false,
                OptionalLong.empty()),
            List.of(),
            new HostFacts.Mounts(
                kept.sharedParent(), kept.kernelTrees(), kept.is(Mark.TREE_NAMESPACES)),
            HostFacts.Devices.NONE),
        Sockets.NONE,
        notify);
  }

  /**
   * With nine digits of a second. By hand: the formatter's start costs a cold core milliseconds.
   */
  public static String rfc3339(Instant time) {
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
}
