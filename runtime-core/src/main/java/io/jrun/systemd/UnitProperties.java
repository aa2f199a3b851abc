// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import io.jrun.cgroup.Setting;
import io.jrun.container.NumberList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * What systemd is told of a container's unit: how it is to be treated, and every limit that systemd
 * has a property for, so that nothing it does later, a daemon-reload most of all, undoes one. What
 * it has no property for it leaves alone. Devices are among that, on purpose: a unit that has no
 * DeviceAllow= has no device program of systemd's, and keeps the container's. Source:
 * org.freedesktop.systemd1(5), systemd.resource-control(5).
 */
public final class UnitProperties {
  /** Annotations that are properties: as runc and crun have them. */
  public static final String ANNOTATION = "org.systemd.property.";

  /**
   * What says who is in the unit, and where that is. An annotation may come from somebody who must
   * not choose: who is in it is killed with it.
   */
  private static final Set<String> OWN = Set.of("PIDs", "Slice", "Delegate");

  /** USEC_INFINITY, CGROUP_LIMIT_MAX: no limit. */
  private static final long NO_LIMIT = -1L;

  private static final String DEFAULT_PERIOD_US = "100000";
  private static final long SECOND_US = 1_000_000;

  /** Shares of a second are kept in hundredths of it, in unit files at least. */
  private static final long QUOTA_STEP_US = 10_000;

  /** The first systemd that knows an idle weight. */
  private static final int KNOWS_IDLE = 252;

  private UnitProperties() {}

  /**
   * Those of a new unit, but for its limits.
   *
   * @param pid who is in it from the start; a slice starts without
   */
  static List<Property> of(UnitName name, String description, long pid) {
    List<Property> out = new ArrayList<>();
    out.add(Property.text("Description", description));
    if (name.isSlice()) {
      out.add(Property.texts("Wants", name.slice()));
    } else {
      out.add(Property.text("Slice", name.slice()));
      out.add(Property.flag("Delegate", true));
      out.add(Property.pid("PIDs", pid));
      // One that has failed would stay until somebody forgets it.
      out.add(Property.text("CollectMode", "inactive-or-failed"));
    }
    for (String each : List.of("Memory", "CPU", "IO", "Tasks")) {
      out.add(Property.flag(each + "Accounting", true));
    }
    out.add(Property.flag("DefaultDependencies", false));
    return out;
  }

  /**
   * Limits.
   *
   * @param cpuMax what cpu.max holds now, for a quota that is changed without its period; empty if
   *     that is not known
   * @param version asked for systemd's version, if it matters
   */
  public static List<Property> of(List<Setting> settings, String cpuMax, IntSupplier version) {
    Map<String, Property> out = new TreeMap<>();
    for (Setting each : settings) {
      for (Property property : properties(each, cpuMax, version)) {
        // What stands in unified comes later, and counts.
        out.put(property.name(), property);
      }
    }
    return List.copyOf(out.values());
  }

  private static List<Property> properties(Setting setting, String cpuMax, IntSupplier version) {
    String value = setting.value().trim();
    return switch (setting.file()) {
      case "memory.max" -> number("MemoryMax", value);
      case "memory.high" -> number("MemoryHigh", value);
      case "memory.low" -> number("MemoryLow", value);
      case "memory.min" -> number("MemoryMin", value);
      case "memory.swap.max" -> number("MemorySwapMax", value);
      // systemd has no way to say that there may be none.
      case "pids.max" -> number("TasksMax", value.equals("0") ? "1" : value);
      case "cpu.weight" -> number("CPUWeight", value);
      case "cpu.idle" -> idle(value, version);
      case "cpu.max" -> quota(value, cpuMax);
      case "cpuset.cpus" -> mask("AllowedCPUs", value);
      case "cpuset.mems" -> mask("AllowedMemoryNodes", value);
      case "io.weight" -> number("IOWeight", value.replaceFirst("^default ", ""));
      case "io.bfq.weight" ->
          setting.instead().map(each -> properties(each, cpuMax, version)).orElse(List.of());
      default -> List.of();
    };
  }

  /** What is no plain number, as an io.weight of one device, systemd has no property for. */
  private static List<Property> number(String name, String value) {
    if (value.equals("max")) {
      return List.of(Property.number(name, NO_LIMIT));
    }
    return isNumber(value) ? List.of(Property.number(name, Long.parseLong(value))) : List.of();
  }

  /** No weight at all is an idle one; a cgroup that is not idle any more gets the usual one. */
  private static List<Property> idle(String value, IntSupplier version) {
    if (version.getAsInt() < KNOWS_IDLE) {
      return List.of();
    }
    return number("CPUWeight", value.equals("1") ? "0" : "100");
  }

  /** What the kernel will not take either is left to it to refuse. */
  private static List<Property> quota(String value, String cpuMax) {
    String[] words = value.split(" ");
    String[] current = cpuMax.trim().split(" ");
    String text = words.length > 1 ? words[1] : current.length > 1 ? current[1] : DEFAULT_PERIOD_US;
    if (!isNumber(text) || Long.parseLong(text) == 0) {
      return List.of();
    }
    List<Property> out = new ArrayList<>(number("CPUQuotaPeriodUSec", text));
    if (words[0].equals("max")) {
      out.add(Property.number("CPUQuotaPerSecUSec", NO_LIMIT));
    } else if (isNumber(words[0])) {
      double share = (double) Long.parseLong(words[0]) * SECOND_US / Long.parseLong(text);
      long steps = (long) Math.ceil(share / QUOTA_STEP_US);
      out.add(Property.number("CPUQuotaPerSecUSec", steps * QUOTA_STEP_US));
    }
    return out;
  }

  private static boolean isNumber(String text) {
    boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits && text.length() <= 18;
  }

  /** A bit for each number, the lowest first. */
  private static List<Property> mask(String name, String list) {
    List<Byte> bytes = new ArrayList<>();
    for (long word : NumberList.of(list).words()) {
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        bytes.add((byte) (word >>> shift));
      }
    }
    return bytes.isEmpty() ? List.of() : List.of(Property.bytes(name, bytes));
  }

  /**
   * Those that annotations ask for. A name that ends in Sec is a number of seconds, as unit files
   * have it, and becomes the property in microseconds.
   *
   * @throws IllegalArgumentException if one cannot be read: the annotation, and why
   */
  public static List<Property> of(Map<String, String> annotations) {
    List<Property> out = new ArrayList<>();
    for (Map.Entry<String, String> each : new TreeMap<>(annotations).entrySet()) {
      if (each.getKey().startsWith(ANNOTATION)) {
        try {
          out.add(property(each.getKey().substring(ANNOTATION.length()), each.getValue()));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "/annotations/"
                  + each.getKey().replace("~", "~0").replace("/", "~1")
                  + ": "
                  + e.getMessage(),
              e);
        }
      }
    }
    return out;
  }

  private static Property property(String name, String text) {
    boolean letters = name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z');
    if (name.length() < 3 || !letters) {
      throw new IllegalArgumentException(
          "a property of a unit has a name of letters, like TimeoutStopUSec");
    }
    if (OWN.contains(name)) {
      throw new IllegalArgumentException(
          "who is in the container's unit, and where that is, are not for an annotation to say");
    }
    VariantText.Value value = VariantText.parse(text);
    String stem = name.endsWith("Sec") ? name.substring(0, name.length() - 3) : "";
    if (stem.isEmpty() || !Character.isLowerCase(stem.charAt(stem.length() - 1))) {
      return new Property(name, value.signature(), value.value());
    }
    if (!(value.value() instanceof Number seconds)) {
      throw new IllegalArgumentException("a time in seconds is a number, not \"" + text + '"');
    }
    long microseconds =
        seconds instanceof Double fraction
            ? (long) (fraction * SECOND_US)
            : seconds.longValue() * SECOND_US;
    return Property.number(stem + "USec", microseconds);
  }
}
