// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A systemd manager, the system's or a user's, asked for what a container needs of it. Every
 * failure is a {@link SystemdException}. Source: org.freedesktop.systemd1(5).
 */
public final class Manager implements AutoCloseable {
  private static final String INTERFACE = "org.freedesktop.systemd1.Manager";
  private static final String PROPERTIES = "org.freedesktop.DBus.Properties";

  /** In the place of jobs of the same unit that contradict. */
  private static final String MODE = "replace";

  private static final String DONE = "done";

  private final Bus bus;

  Manager(Bus bus) {
    this.bus = bus;
  }

  /**
   * Where a manager speaks with its own user alone, without a bus between.
   *
   * @param system whether it is the system's; else it is the user's
   * @param runtimeDirectory the user's, if it was told
   */
  public static String socket(boolean system, long euid, Optional<String> runtimeDirectory) {
    return system
        ? "/run/systemd/private"
        : runtimeDirectory.orElse("/run/user/" + euid) + "/systemd/private";
  }

  /**
   * The manager that listens at a socket.
   *
   * @param socket absolute path
   */
  public static Manager at(String socket) {
    return new Manager(PrivateBus.connect(socket));
  }

  /** Its own cgroup, below which its units' are: "" for that of the system. */
  public String controlGroup() {
    return property("ControlGroup");
  }

  /** The number of its release; 0 if it does not tell. */
  public int version() {
    String digits = property("Version").replaceFirst("[^0-9].*", "");
    return digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits);
  }

  private String property(String name) {
    return bus.call(PROPERTIES, "Get", "ss", INTERFACE, name).get(0).toString();
  }

  /**
   * Starts a transient unit, and waits until it has started.
   *
   * @param pid who is in it from the start; of a slice nobody is
   * @param more properties beside those that every container's unit has; of two with one name the
   *     latter counts
   */
  public void start(UnitName name, String description, long pid, List<Property> more) {
    List<Property> properties = UnitProperties.of(name, description, pid);
    properties.addAll(more);
    String result = bus.awaitJob(startJob(name.unit(), wire(properties)));
    if (!result.equals(DONE)) {
      throw new SystemdException(
          "systemd did not start unit "
              + name.unit()
              + ": "
              + result
              + ": systemctl status "
              + name.unit()
              + " says more");
    }
  }

  private String startJob(String unit, List<Object> properties) {
    try {
      return startTransient(unit, properties);
    } catch (RefusedException e) {
      if (!e.is("UnitExists")) {
        throw refused("start unit " + unit, e);
      }
    }
    // One of that name that has failed stays until it is forgotten.
    forget(unit);
    try {
      return startTransient(unit, properties);
    } catch (RefusedException e) {
      throw refused("start unit " + unit, e);
    }
  }

  private String startTransient(String unit, List<Object> properties) {
    return bus.call(
            INTERFACE, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, MODE, properties, List.of())
        .get(0)
        .toString();
  }

  private static SystemdException refused(String what, RefusedException e) {
    String remedy =
        e.is("UnitExists") ? ": end it (systemctl stop), or choose another /linux/cgroupsPath" : "";
    return new SystemdException("systemd did not " + what + ": " + e.getMessage() + remedy, e);
  }

  /** Ends what is left of a unit and forgets it; nothing of that name is fine. */
  public void stop(String unit) {
    try {
      bus.awaitJob(bus.call(INTERFACE, "StopUnit", "ss", unit, MODE).get(0).toString());
    } catch (RefusedException e) {
      if (!e.is("NoSuchUnit")) {
        throw refused("stop unit " + unit, e);
      }
    }
    forget(unit);
  }

  private void forget(String unit) {
    try {
      bus.call(INTERFACE, "ResetFailedUnit", "s", unit);
    } catch (RefusedException e) {
      if (!e.is("NoSuchUnit")) {
        throw refused("forget unit " + unit, e);
      }
    }
  }

  /** Changes properties of a unit, until the next boot. */
  public void set(String unit, List<Property> properties) {
    if (properties.isEmpty()) {
      return;
    }
    try {
      bus.call(INTERFACE, "SetUnitProperties", "sba(sv)", unit, true, wire(properties));
    } catch (RefusedException e) {
      throw refused("change unit " + unit, e);
    }
  }

  private static List<Object> wire(List<Property> properties) {
    List<Object> out = new ArrayList<>(properties.size());
    for (Property each : properties) {
      out.add(new Object[] {each.name(), new Object[] {each.signature(), each.value()}});
    }
    return out;
  }

  @Override
  public void close() {
    bus.close();
  }
}
