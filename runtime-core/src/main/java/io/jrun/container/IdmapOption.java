// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxIdMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A mount's map of ids in a word of its options: {@code idmap=uids=0-1-10#10-11-10;gids=0-100-10},
 * or {@code ridmap=...}, which reaches the mounts below as well. Not of the specification: crun has
 * it (crun(1), "idmap mount options"), and Podman writes it.
 *
 * <p>A range is the first id of the files, the first id that they are shown with, and how many
 * there are; behind an {@code @} the second is one of the container's user namespace, else of the
 * host's.
 */
final class IdmapOption {
  private static final String PREFIX = "idmap=";

  private final IdMappings container;
  private final String pointer;
  private final Problems problems;
  private List<LinuxIdMapping> uids;
  private List<LinuxIdMapping> gids;
  private boolean isUnderstood = true;

  private IdmapOption(IdMappings container, String pointer, Problems problems) {
    this.container = container;
    this.pointer = pointer;
    this.problems = problems;
  }

  static boolean isOne(String word) {
    return word.startsWith(PREFIX) || word.startsWith("r" + PREFIX);
  }

  /** Whether it reaches the mounts below. */
  static boolean isRecursive(String word) {
    return word.startsWith("r");
  }

  /**
   * Reads one. The map is empty if it cannot be read.
   *
   * @param container the mappings of the container's user namespace, as far as they are known
   * @param pointer of the options that it is among
   */
  static Optional<IdMappings> parse(
      String word, IdMappings container, String pointer, Problems problems) {
    IdmapOption option = new IdmapOption(container, pointer, problems);
    for (String part : word.substring(word.indexOf('=') + 1).split(";")) {
      option.readKind(part);
    }
    if (option.isUnderstood && (option.uids == null || option.gids == null)) {
      String missing = option.uids == null ? "uids" : "gids";
      option.fail(missing + "=... is missing: both go together");
    }
    if (!option.isUnderstood) {
      return Optional.empty();
    }
    return Optional.of(IdMappings.parse(option.uids, option.gids, pointer, problems));
  }

  private void fail(String message) {
    problems.add(pointer, message);
    isUnderstood = false;
  }

  private void readKind(String part) {
    int equals = part.indexOf('=');
    String kind = equals < 0 ? part : part.substring(0, equals);
    boolean users = kind.equals("uids");
    if (part.isEmpty()) {
      return;
    }
    if (!users && !kind.equals("gids") || equals < 0) {
      fail(kind + ": must be uids or gids, with ranges behind a =");
      return;
    }
    if ((users ? uids : gids) != null) {
      fail(kind + " is there twice");
    }
    List<LinuxIdMapping> ranges = new ArrayList<>();
    for (String range : part.substring(equals + 1).split("#")) {
      readRange(range, users, ranges);
    }
    if (users) {
      uids = ranges;
    } else {
      gids = ranges;
    }
  }

  private void readRange(String range, boolean users, List<LinuxIdMapping> out) {
    boolean relative = range.startsWith("@");
    String[] numbers = range.substring(relative ? 1 : 0).split("-", -1);
    long[] read = new long[3];
    boolean understood = numbers.length == read.length;
    for (int i = 0; understood && i < read.length; i++) {
      understood = isNumber(numbers[i]);
      read[i] = understood ? Long.parseLong(numbers[i]) : 0;
    }
    if (!understood) {
      fail(range + ": must be FIRST-FIRST-SIZE, numbers all three");
      return;
    }
    if (relative) {
      OptionalLong host = onTheHost(read[1], read[2], users);
      if (host.isEmpty()) {
        fail(range + ": is not one range of the container's user namespace");
        return;
      }
      read[1] = host.getAsLong();
    }
    out.add(new LinuxIdMapping(read[0], read[1], read[2]));
  }

  /** Ids, and how many there are of them, have ten digits at most. */
  private static boolean isNumber(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 10;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits;
  }

  /** Where a range of the container's begins on the host, if it is one there too. */
  private OptionalLong onTheHost(long first, long size, boolean users) {
    for (IdMappings.Extent each : users ? container.uids() : container.gids()) {
      if (first >= each.inside() && first + size <= each.inside() + each.size()) {
        return OptionalLong.of(each.outside() + first - each.inside());
      }
    }
    return OptionalLong.empty();
  }
}
