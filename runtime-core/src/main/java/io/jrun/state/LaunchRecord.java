// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import io.jrun.plan.Rights;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is on record of a launch: what its plan was compiled with, as far as init's program depends
 * on it, and what the verbs that follow have to know. In state.json it is an object of strings,
 * {@code "launch"}; what is not there is what {@link #NONE} has.
 *
 * @param cgroup where the container's cgroup is, and whose
 * @param capabilities bit mask of those that could be given
 * @param rights of who made the container
 * @param sharedParent mount point of the mount that holds a shared root file system; else empty
 * @param kernelTrees mount points of the host's procfs and sysfs that were to be taken away, in
 *     order
 * @param preserveFds how many descriptors from 3 up were handed on
 * @param holes those of them that were not open, ascending
 * @param resctrl directory of the class of service that goes with the container; else empty
 * @param marks what else is true of it
 * @param later what a later version has put there: kept as it is, for when that version reads it
 *     again
 */
public record LaunchRecord(
    Cgroup cgroup,
    long capabilities,
    Rights rights,
    String sharedParent,
    List<String> kernelTrees,
    int preserveFds,
    List<Integer> holes,
    String resctrl,
    Set<Mark> marks,
    Map<String, String> later) {
  /** Of a container of which nothing is known. */
  public static final LaunchRecord NONE = of(Cgroup.NONE);

  /**
   * A container's cgroup.
   *
   * @param mount where cgroup2 is mounted
   * @param path below that mount; empty if the container has none of its own
   * @param unit name of systemd's unit that it is; else empty
   */
  public record Cgroup(String mount, String path, String unit) {
    public static final Cgroup NONE = new Cgroup("", "", "");
  }

  /** What is true of a launch, or is not: by the key that says so. */
  public enum Mark {
    /** There was no pivot_root: --no-pivot. */
    NO_PIVOT("noPivot"),
    /** No session keyring was made: --no-new-keyring. */
    NO_NEW_KEYRING("noNewKeyring"),
    /** The kernel made mount namespaces of one tree. */
    TREE_NAMESPACES("treeNamespaces"),
    /** It may be killed for the memory that it takes. */
    MEMORY_LIMIT("memoryLimit"),
    /** Its processes do not end with its init. */
    SHARED_PID("sharedPid"),
    /** It was offered a socket to tell readiness by. */
    NOTIFY("notify");

    private final String key;

    Mark(String key) {
      this.key = key;
    }
  }

  /** Of a container of which nothing is known but this. */
  public static LaunchRecord of(Cgroup cgroup) {
    return new LaunchRecord(
        cgroup, 0, Rights.ROOT, "", List.of(), 0, List.of(), "", Set.of(), Map.of());
  }

  public boolean is(Mark mark) {
    return marks.contains(mark);
  }

  /** Whether the cgroup is a unit of systemd's. */
  public boolean isUnit() {
    return !cgroup.unit.isEmpty();
  }

  /** As state.json has it. The order is that of all files there are: it means nothing. */
  Map<String, String> strings() {
    Map<String, String> out = new LinkedHashMap<>();
    put(out, Mark.NO_PIVOT);
    put(out, "unit", cgroup.unit);
    out.put("capabilities", Long.toUnsignedString(capabilities));
    out.put("sharedParent", sharedParent);
    put(out, Mark.NO_NEW_KEYRING);
    put(out, "rights", rights == Rights.ROOT ? "" : rights.name());
    put(out, "kernelTrees", String.join("\0", kernelTrees));
    put(out, "resctrl", resctrl);
    put(out, Mark.MEMORY_LIMIT);
    out.put("cgroup", cgroup.path);
    out.put("preserveFds", Integer.toString(preserveFds));
    put(out, Mark.SHARED_PID);
    put(out, "holes", spaced(holes));
    put(out, Mark.NOTIFY);
    out.put("cgroupMount", cgroup.mount);
    put(out, Mark.TREE_NAMESPACES);
    out.putAll(later);
    return out;
  }

  private void put(Map<String, String> out, Mark mark) {
    put(out, mark.key, is(mark) ? "true" : "");
  }

  private static void put(Map<String, String> out, String key, String value) {
    if (!value.isEmpty()) {
      out.put(key, value);
    }
  }

  private static String spaced(List<Integer> numbers) {
    StringBuilder out = new StringBuilder();
    for (int each : numbers) {
      out.append(out.length() == 0 ? "" : " ").append(each);
    }
    return out.toString();
  }

  /**
   * From what state.json has.
   *
   * @throws StateFileException if that is not what {@link #strings} gives
   */
  static LaunchRecord of(Map<String, String> kept) {
    Map<String, String> rest = new LinkedHashMap<>(kept);
    Set<Mark> marks = EnumSet.noneOf(Mark.class);
    for (Mark each : Mark.values()) {
      if (rest.remove(each.key) != null) {
        marks.add(each);
      }
    }
    String trees = take(rest, "kernelTrees", "");
    try {
      return new LaunchRecord(
          new Cgroup(
              take(rest, "cgroupMount", ""), take(rest, "cgroup", ""), take(rest, "unit", "")),
          Long.parseUnsignedLong(take(rest, "capabilities", "0")),
          Rights.valueOf(take(rest, "rights", Rights.ROOT.name())),
          take(rest, "sharedParent", ""),
          trees.isEmpty() ? List.of() : List.of(trees.split("\0")),
          Integer.parseInt(take(rest, "preserveFds", "0")),
          numbers(take(rest, "holes", "")),
          take(rest, "resctrl", ""),
          marks,
          rest);
    } catch (IllegalArgumentException e) {
      throw new StateFileException("has a \"launch\" that is none: " + e.getMessage());
    }
  }

  private static String take(Map<String, String> rest, String key, String otherwise) {
    String value = rest.remove(key);
    return value == null ? otherwise : value;
  }

  private static List<Integer> numbers(String spaced) {
    List<Integer> out = new ArrayList<>();
    if (!spaced.isEmpty()) {
      for (String each : spaced.split(" ")) {
        out.add(Integer.parseInt(each));
      }
    }
    return out;
  }
}
