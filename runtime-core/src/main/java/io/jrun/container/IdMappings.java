// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxIdMapping;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

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
  public record Extent(long inside, long outside, long size) {
    private boolean overlaps(long first, long otherFirst, long otherSize) {
      return first < otherFirst + otherSize && otherFirst < first + size;
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
    for (LinuxIdMapping each : declared) {
      Extent extent = new Extent(each.containerID(), each.hostID(), each.size());
      check(extent, out, pointer + "/" + out.size(), problems);
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
    return List.copyOf(out);
  }

  private static void check(Extent extent, List<Extent> before, String pointer, Problems problems) {
    problems.require(extent.size > 0, pointer + "/size", "must be at least 1");
    problems.require(
        extent.inside + extent.size - 1 <= MAX_ID && extent.outside + extent.size - 1 <= MAX_ID,
        pointer + "/size",
        "goes beyond the last id, " + MAX_ID);
    for (int i = 0; i < before.size(); i++) {
      Extent other = before.get(i);
      problems.require(
          !extent.overlaps(extent.inside, other.inside, other.size),
          pointer + "/containerID",
          "overlaps entry " + i + ": an id is mapped once");
      problems.require(
          !extent.overlaps(extent.outside, other.outside, other.size),
          pointer + "/hostID",
          "overlaps entry " + i + ": an id is mapped once");
    }
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
