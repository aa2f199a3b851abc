// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.util.List;

/**
 * A property of a unit. Source: org.freedesktop.systemd1(5).
 *
 * @param signature its type as D-Bus spells it
 * @param value a {@code String}, {@code Boolean}, {@code Double}, {@code Number} (64 bits, unsigned
 *     where the type is), or a {@code List} of them
 */
public record Property(String name, String signature, Object value) {
  static Property text(String name, String value) {
    return new Property(name, "s", value);
  }

  static Property texts(String name, String value) {
    return new Property(name, "as", List.of(value));
  }

  static Property flag(String name, boolean value) {
    return new Property(name, "b", value);
  }

  /**
   * Bytes, microseconds, weights: all are 64 bits without a sign; all of them set mean no limit.
   */
  static Property number(String name, long value) {
    return new Property(name, "t", value);
  }

  static Property bytes(String name, List<Byte> value) {
    return new Property(name, "ay", value);
  }

  static Property pid(String name, long pid) {
    return new Property(name, "au", List.of(pid));
  }
}
