// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.linux.Procfs;
import java.util.Optional;

/**
 * Ids of the host's that a user may map into a namespace: subuid(5), subgid(5).
 *
 * @param first as the host counts
 */
record SubordinateIds(long first, long count) {
  /** The first range of a user's in a file, where the user is named or numbered. */
  static Optional<SubordinateIds> of(String file, long uid) {
    return parse(Procfs.read(file).orElse(""), name(uid), uid);
  }

  static Optional<SubordinateIds> parse(String text, String name, long uid) {
    for (String line : text.split("\n")) {
      String[] fields = line.strip().split(":");
      boolean own =
          fields.length == 3 && (fields[0].equals(name) || fields[0].equals(Long.toString(uid)));
      if (own && isNumber(fields[1]) && isNumber(fields[2]) && Long.parseLong(fields[2]) > 0) {
        return Optional.of(
            new SubordinateIds(Long.parseLong(fields[1]), Long.parseLong(fields[2])));
      }
    }
    return Optional.empty();
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.length() < 11 && text.chars().allMatch(Character::isDigit);
  }

  /** What the host calls a user: passwd(5); the number where it has no name. */
  static String name(long uid) {
    for (String line : Procfs.read("/etc/passwd").orElse("").split("\n")) {
      String[] fields = line.split(":");
      if (fields.length > 2 && fields[2].equals(Long.toString(uid))) {
        return fields[0];
      }
    }
    return Long.toString(uid);
  }
}
