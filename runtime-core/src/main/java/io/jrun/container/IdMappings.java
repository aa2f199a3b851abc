// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxIdMapping;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How the ids of a user namespace, or of an idmapped mount, map to those of the host. Source:
 * config-linux.md "User namespace mappings", user_namespaces(7).
 */
public record IdMappings(List<Extent> uids, List<Extent> gids) {
  /** No mapping: that of the container's user namespace, where there is one. */
  public static final IdMappings NONE = new IdMappings(List.of(), List.of());

  /** The kernel takes no more lines than these, and less than a page of text. */
  private static final int MAX_EXTENTS = 340;

  private static final int MAX_TEXT = 4095;

  /** Ids are 32 bits wide, and the last one, 4294967295, is none. */
  private static final long MAX_ID = 0xfffffffeL;

  /**
   * A range.
   *
   * @param inside first id in the namespace
   * @param outside first id on the host
   * @param size how many
   */
  public record Extent(long inside, long outside, long size) {}

  /** Ranges of ids that do not overlap, in their order, and which entry each is of. */
  private static final class Ranges {
    private record Range(long end, int entry) {}

    private final TreeMap<Long, Range> ranges = new TreeMap<>();

    /** Adds one; gives the entry that it overlaps, and is not added for, or -1. */
    int add(long first, long size, int entry) {
      Map.Entry<Long, Range> before = ranges.lowerEntry(first + size);
      if (before != null && before.getValue().end > first) {
        return before.getValue().entry;
      }
      ranges.put(first, new Range(first + size, entry));
      return -1;
    }
  }

  /**
   * Checks both lists.
   *
   * @param pointer of what holds {@code uidMappings} and {@code gidMappings}
   */
  static IdMappings parse(
      List<LinuxIdMapping> uids, List<LinuxIdMapping> gids, String pointer, Problems problems) {
    IdMappings out =
        new IdMappings(
            parse(uids, pointer + "/uidMappings", problems),
            parse(gids, pointer + "/gidMappings", problems));
    if (out.uids.isEmpty() != out.gids.isEmpty()) {
      String missing = out.uids.isEmpty() ? "/uidMappings" : "/gidMappings";
      String given = out.uids.isEmpty() ? "gidMappings" : "uidMappings";
      problems.add(pointer + missing, "needed: there are " + given + ", and both go together");
    }
    return out;
  }

  private static List<Extent> parse(
      List<LinuxIdMapping> declared, String pointer, Problems problems) {
    if (declared == null || declared.isEmpty()) {
      return List.of();
    }
    List<Extent> out = new ArrayList<>(declared.size());
    Ranges inside = new Ranges();
    Ranges outside = new Ranges();
    for (LinuxIdMapping each : declared) {
      Extent extent = new Extent(each.containerID(), each.hostID(), each.size());
      String at = pointer + "/" + out.size();
      if (checkSize(extent, at, problems)) {
        int other = inside.add(extent.inside, extent.size, out.size());
        checkOnce(other, at + "/containerID", problems);
        other = outside.add(extent.outside, extent.size, out.size());
        checkOnce(other, at + "/hostID", problems);
      }
      out.add(extent);
    }
    problems.require(
        out.size() <= MAX_EXTENTS && text(out).length() <= MAX_TEXT,
        pointer,
        "has "
            + out.size()
            + " entries: the kernel takes "
            + MAX_EXTENTS
            + " of them, and "
            + MAX_TEXT
            + " bytes");
    // What is refused anyway is not looked through for each of many ids.
    return List.copyOf(out.subList(0, Math.min(out.size(), MAX_EXTENTS)));
  }

  private static boolean checkSize(Extent extent, String pointer, Problems problems) {
    problems.require(extent.size > 0, pointer + "/size", "must be at least 1");
    problems.require(
        extent.inside + extent.size - 1 <= MAX_ID && extent.outside + extent.size - 1 <= MAX_ID,
        pointer + "/size",
        "goes beyond the last id, " + MAX_ID);
    return extent.size > 0;
  }

  private static void checkOnce(int other, String pointer, Problems problems) {
    problems.require(other < 0, pointer, "overlaps entry " + other + ": an id is mapped once");
  }

  public boolean isEmpty() {
    return uids.isEmpty() || gids.isEmpty();
  }

  /** The host's user id of one inside, if it is mapped. */
  public OptionalLong hostUid(long inside) {
    return host(uids, inside);
  }

  /** The host's group id of one inside, if it is mapped. */
  public OptionalLong hostGid(long inside) {
    return host(gids, inside);
  }

  private static OptionalLong host(List<Extent> extents, long inside) {
    for (Extent each : extents) {
      if (inside >= each.inside && inside < each.inside + each.size) {
        return OptionalLong.of(each.outside + inside - each.inside);
      }
    }
    return OptionalLong.empty();
  }

  /** What is written to /proc/PID/uid_map. */
  public byte[] uidMap() {
    return text(uids).getBytes(StandardCharsets.US_ASCII);
  }

  /** What is written to /proc/PID/gid_map. */
  public byte[] gidMap() {
    return text(gids).getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(List<Extent> extents) {
    StringBuilder out = new StringBuilder();
    for (Extent each : extents) {
      out.append(each.inside)
          .append(' ')
          .append(each.outside)
          .append(' ')
          .append(each.size)
          .append('\n');
    }
    return out.toString();
  }
}
