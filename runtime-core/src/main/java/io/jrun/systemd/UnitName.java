// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

/**
 * The unit that a container's cgroup is, and the slice it is in. Source: systemd.unit(5),
 * systemd.slice(5); for cgroupsPath runc's docs/systemd.md.
 *
 * @param slice {@code system.slice}
 * @param unit {@code jrun-hello.scope}, or a slice of its own
 */
public record UnitName(String slice, String unit) {
  private static final String SCOPE = ".scope";
  private static final String SLICE = ".slice";
  private static final String ROOT_SLICE = "-.slice";

  /** UNIT_NAME_MAX of systemd, without its final NUL. */
  private static final int MAX = 255;

  /**
   * The unit of a container.
   *
   * @param cgroupsPath {@code slice:prefix:name}; empty for one that is named by the id
   * @param isSystem whether it is the system's manager, not a user's
   * @throws IllegalArgumentException if that is not how units are named: the reason
   */
  public static UnitName of(String cgroupsPath, String id, boolean isSystem) {
    String[] parts =
        cgroupsPath.isEmpty() ? new String[] {"", "jrun", id} : cgroupsPath.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \""
              + cgroupsPath
              + "\" instead");
    }
    String slice = parts[0].isEmpty() ? isSystem ? "system.slice" : "user.slice" : parts[0];
    if (slice.equals("-")) {
      slice = ROOT_SLICE;
    }
    checkSlice(slice);
    if (parts[2].isEmpty()) {
      throw new IllegalArgumentException("the name in \"" + cgroupsPath + "\" must not be empty");
    }
    String unit = unit(parts[1], parts[2]);
    checkCharacters(unit);
    if (unit.endsWith(SLICE)) {
      checkSlice(unit);
    }
    return new UnitName(slice, unit);
  }

  private static String unit(String prefix, String name) {
    if (name.endsWith(SLICE)) {
      return name;
    }
    return (prefix.isEmpty() ? "" : prefix + "-") + name + (name.endsWith(SCOPE) ? "" : SCOPE);
  }

  private static void checkSlice(String slice) {
    String stem = slice.endsWith(SLICE) ? slice.substring(0, slice.length() - SLICE.length()) : "";
    boolean plain =
        !stem.isEmpty() && !stem.startsWith("-") && !stem.endsWith("-") && !stem.contains("--");
    if (!slice.equals(ROOT_SLICE) && !plain) {
      throw new IllegalArgumentException(
          "invalid slice name: \"" + slice + "\": one is like \"machine.slice\" or \"a-b.slice\"");
    }
    checkCharacters(slice);
  }

  /** VALID_CHARS of systemd's unit names. */
  private static void checkCharacters(String unit) {
    for (int i = 0; i < unit.length(); i++) {
      char c = unit.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (!letter && !(c >= '0' && c <= '9') && ":-_.\\@".indexOf(c) < 0) {
        throw new IllegalArgumentException(
            "invalid unit name: \""
                + unit
                + "\": systemd takes letters, digits and :-_.\\@ : choose another name or id");
      }
    }
    if (unit.length() > MAX) {
      throw new IllegalArgumentException(
          "invalid unit name: it is " + unit.length() + " characters long; systemd takes " + MAX);
    }
  }

  public boolean isSlice() {
    return unit.endsWith(SLICE);
  }

  /**
   * Where its cgroup is.
   *
   * @param root the manager's own cgroup, "" or beginning with "/"
   */
  public String cgroup(String root) {
    String base = root.equals("/") ? "" : root;
    return isSlice() ? base + expand(unit) : base + expand(slice) + "/" + unit;
  }

  /** A dash is a step down: {@code a-b.slice} lies in {@code a.slice}. */
  private static String expand(String slice) {
    if (slice.equals(ROOT_SLICE)) {
      return "";
    }
    StringBuilder path = new StringBuilder();
    for (int dash = slice.indexOf('-'); dash > 0; dash = slice.indexOf('-', dash + 1)) {
      path.append('/').append(slice, 0, dash).append(SLICE);
    }
    return path.append('/').append(slice).toString();
  }
}
