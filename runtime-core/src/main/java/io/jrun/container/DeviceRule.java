// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxDeviceCgroup;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule of the device allow-list; of all that match, the last counts. Source: config-linux.md
 * "Allowed Device list".
 *
 * @param type 'a' (all), 'b' or 'c'
 * @param major device number, or {@link #ANY}
 * @param access of 'r', 'w', 'm'
 */
public record DeviceRule(boolean allow, char type, long major, long minor, String access) {
  public static final long ANY = -1;

  static List<DeviceRule> parse(List<LinuxDeviceCgroup> declared, Problems problems) {
    List<DeviceRule> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      out.add(parse(declared.get(i), "/linux/resources/devices/" + i, problems));
    }
    return out;
  }

  private static DeviceRule parse(LinuxDeviceCgroup rule, String pointer, Problems problems) {
    String type = rule.type() == null || rule.type().isEmpty() ? "a" : rule.type();
    problems.require(
        type.equals("a") || type.equals("b") || type.equals("c"),
        pointer + "/type",
        "must be \"a\", \"b\" or \"c\", not \"" + type + "\"");
    String access = rule.access() == null || rule.access().isEmpty() ? "rwm" : rule.access();
    problems.require(
        isAccess(access),
        pointer + "/access",
        "must be made of r, w and m, not \"" + access + "\"");
    long major = number(rule.major(), pointer + "/major", problems);
    long minor = number(rule.minor(), pointer + "/minor", problems);
    return new DeviceRule(rule.allow(), type.charAt(0), major, minor, access);
  }

  private static boolean isAccess(String access) {
    for (int i = 0; i < access.length(); i++) {
      if ("rwm".indexOf(access.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static long number(Long number, String pointer, Problems problems) {
    long value = number == null ? ANY : number;
    problems.require(
        value >= ANY && value <= 0xffffffffL, pointer, "must be a device number or -1 for any");
    return value;
  }
}
