// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.bundle.Bundle;
import io.jrun.container.NamespaceType;
import io.jrun.container.Resources;
import io.jrun.host.KernelTrees;
import io.jrun.host.Resctrl;
import io.jrun.linux.Procfs;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.LaunchOptions;
import io.jrun.plan.Rights;
import io.jrun.state.ContainerState;
import io.jrun.state.Phase;
import io.jrun.state.ProcessIdentity;
import io.jrun.wire.CallerContext;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What is put on record of a launch, and read again by the verbs that follow. */
public final class LaunchRecord {
  /** Recorded of a container whose processes do not end with its init. */
  public static final String SHARED_PID = "sharedPid";

  /** Recorded of a container that may be killed for what it takes. */
  public static final String MEMORY_LIMIT = "memoryLimit";

  private static final String RIGHTS = "rights";

  private LaunchRecord() {}

  /** The record of a container in the making: its launch can be compiled again from it. */
  public static ContainerState of(
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

  /** What a launch was compiled with, as far as it was recorded. */
  public static LaunchOptions options(
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
