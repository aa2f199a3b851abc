// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.cgroup.ResourceSettings;
import io.jrun.cgroup.Setting;
import io.jrun.container.ContainerSpec;
import io.jrun.failure.ContainerException;
import io.jrun.host.CgroupMount;
import io.jrun.host.CgroupTree;
import io.jrun.host.HostSurvey;
import io.jrun.host.Rootless;
import io.jrun.plan.CgroupEntry;
import io.jrun.plan.Rights;
import io.jrun.state.ContainerState;
import io.jrun.systemd.Manager;
import io.jrun.systemd.Property;
import io.jrun.systemd.SystemdException;
import io.jrun.systemd.UnitName;
import io.jrun.systemd.UnitProperties;
import io.jrun.wire.CallerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A container's cgroup that is a unit of systemd's: ADR 0012. systemd is asked when it is made,
 * changed, and ended while something of it is left; for all else the cgroup's files will do.
 *
 * @param socket where its manager listens
 * @param name of the unit and its slice
 * @param cgroup its path below the mount of the hierarchy
 * @param annotated properties that annotations ask for
 */
public record SystemdUnit(String socket, UnitName name, String cgroup, List<Property> annotated) {
  private static final String POINTER = "/linux/cgroupsPath: ";

  /** The unit that a new container is to have. Asks the manager where its units' cgroups are. */
  static SystemdUnit of(ContainerSpec spec, String id, CallerContext caller) {
    String socket = socket(caller);
    UnitName name;
    List<Property> annotated;
    try {
      name = UnitName.of(spec.cgroup().path(), id, isSystem(caller));
    } catch (IllegalArgumentException e) {
      throw new ContainerException(POINTER + e.getMessage(), e);
    }
    try {
      annotated = UnitProperties.of(spec.annotations());
    } catch (IllegalArgumentException e) {
      throw new ContainerException(e.getMessage(), e);
    }
    String root = asking(socket, Manager::controlGroup);
    return new SystemdUnit(socket, name, name.cgroup(root), annotated);
  }

  private static boolean isSystem(CallerContext caller) {
    return Rootless.rights(caller) == Rights.ROOT;
  }

  /** Where a manager speaks with its own user alone, without a bus between. */
  private static String socket(CallerContext caller) {
    return Manager.socket(isSystem(caller), caller.euid(), caller.variable("XDG_RUNTIME_DIR"));
  }

  private static <T> T asking(String socket, Function<Manager, T> question) {
    try (Manager manager = Manager.at(socket)) {
      return question.apply(manager);
    } catch (SystemdException e) {
      throw new ContainerException(e.getMessage(), e);
    }
  }

  /** Where init comes with it. */
  HostSurvey.Unit place() {
    return new HostSurvey.Unit(cgroup, entry(name.unit()));
  }

  /** The same of a unit on record. */
  static CgroupEntry entry(String unit) {
    return unit.endsWith(".slice") ? CgroupEntry.PUT : CgroupEntry.MOVED;
  }

  /**
   * Starts it with init in it, and proves that this is where init is.
   *
   * @param pid init's, which waits
   * @param mount of the hierarchy
   */
  public void start(ContainerSpec spec, String id, long pid, String mount) {
    asking(
        socket,
        manager -> {
          List<Property> more =
              new ArrayList<>(UnitProperties.of(settings(spec), "", manager::version));
          more.replaceAll(SystemdUnit::withRoomForAClone);
          more.addAll(annotated);
          manager.start(name, "jrun container " + id, pid, more);
          return null;
        });
    String found = CgroupMount.of(pid);
    boolean isThere = name.isSlice() ? CgroupTree.exists(mount + cgroup) : found.equals(cgroup);
    if (!isThere) {
      throw new ContainerException(
          POINTER
              + "systemd put the container into cgroup "
              + found
              + " and not into "
              + cgroup
              + ": is it the manager of this hierarchy and of this pid namespace?");
    }
  }

  /** Init may go on in a clone of itself: for a moment there are two processes. */
  private static Property withRoomForAClone(Property property) {
    boolean isOne = property.name().equals("TasksMax") && property.value().equals(1L);
    return isOne ? new Property(property.name(), property.signature(), 2L) : property;
  }

  private static List<Setting> settings(ContainerSpec spec) {
    return spec.cgroup().resources().map(ResourceSettings::of).orElse(List.of());
  }

  /** Ends what is left of the unit of a container. */
  public void stop() {
    asking(socket, stopping(name.unit()));
  }

  private static Function<Manager, Void> stopping(String unit) {
    return manager -> {
      manager.stop(unit);
      return null;
    };
  }

  /**
   * Ends the unit of a container on record whose processes have ended, unless systemd has done so
   * itself: then its cgroup is gone.
   */
  static void stop(Session session, ContainerState state) {
    if (CgroupTree.exists(state.location().cgroup())) {
      asking(socket(session.front().caller()), stopping(state.launch().cgroup().unit()));
    }
  }

  /** Has systemd know the new limits of a container on record. */
  public static void change(Session session, String unit, List<Setting> settings, String cpuMax) {
    asking(
        socket(session.front().caller()),
        manager -> {
          manager.set(unit, UnitProperties.of(settings, cpuMax, manager::version));
          return null;
        });
  }

  /** The unit that a cgroup is by its name, for a container whose record is damaged. */
  public static Optional<String> named(String cgroup) {
    String name = cgroup.substring(cgroup.lastIndexOf('/') + 1);
    boolean isUnit = name.endsWith(".scope") || name.endsWith(".slice");
    return isUnit ? Optional.of(name) : Optional.empty();
  }
}
