// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxIntelRdt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A class of service of Intel's Resource Director Technology. Source: config-linux.md "IntelRdt";
 * the kernel's filesystems/resctrl.rst.
 *
 * @param closId its directory; "/" is the root's, empty stands for the container's id
 * @param schemata lines for its schemata file, in the order in which they are written
 * @param monitoring whether the container gets a monitoring group
 */
public record IntelRdt(String closId, List<String> schemata, boolean monitoring) {
  private static final String POINTER = "/linux/intelRdt";
  private static final String ROOT = "/";
  private static final String MEMORY_BANDWIDTH = "MB:";

  static Optional<IntelRdt> parse(LinuxIntelRdt declared, Problems problems) {
    if (declared == null) {
      return Optional.empty();
    }
    String closId = declared.closID() == null ? "" : declared.closID();
    problems.require(
        closId.equals(ROOT)
            || closId.indexOf('/') < 0 && !closId.equals(".") && !closId.equals(".."),
        POINTER + "/closID",
        "invalid intelRdt.ClosID \"" + closId + "\": the name of a directory, or \"/\"");
    return Optional.of(
        new IntelRdt(
            closId,
            schemata(declared, problems),
            Boolean.TRUE.equals(declared.enableMonitoring())));
  }

  private static List<String> schemata(LinuxIntelRdt declared, Problems problems) {
    List<String> out = new ArrayList<>();
    String bandwidth = declared.memBwSchema() == null ? "" : declared.memBwSchema().trim();
    String cache = declared.l3CacheSchema() == null ? "" : declared.l3CacheSchema();
    for (String line : cache.split("\n")) {
      // Of two lines for the bandwidth the one of the field for it counts.
      if (!line.isBlank() && (bandwidth.isEmpty() || !line.trim().startsWith(MEMORY_BANDWIDTH))) {
        add(out, line, POINTER + "/l3CacheSchema", problems);
      }
    }
    if (!bandwidth.isEmpty()) {
      problems.require(
          bandwidth.startsWith(MEMORY_BANDWIDTH),
          POINTER + "/memBwSchema",
          "must begin with \"MB:\"");
      add(out, bandwidth, POINTER + "/memBwSchema", problems);
    }
    for (int i = 0; declared.schemata() != null && i < declared.schemata().size(); i++) {
      add(out, declared.schemata().get(i), POINTER + "/schemata/" + i, problems);
    }
    return List.copyOf(out);
  }

  /** A resource, a colon, and what each of its domains gets: "L3:0=f;1=f". */
  private static void add(List<String> out, String line, String pointer, Problems problems) {
    problems.require(
        line.trim().matches("[A-Za-z0-9_]+:[^\n]+"),
        pointer,
        "\"" + line.trim() + "\" is not one line like \"L3:0=f;1=f0\"");
    out.add(line.trim());
  }

  /** Absolute path of the class's directory, below the mount of resctrl. */
  public String directory(String mount, String containerId) {
    return isRoots() ? mount : mount + "/" + (closId.isEmpty() ? containerId : closId);
  }

  /** Whether it is the class of all that have none of their own. */
  public boolean isRoots() {
    return closId.equals(ROOT);
  }

  /**
   * The first of the lines that a class does not have; empty if it has them all.
   *
   * @param held its schemata file
   */
  public Optional<String> missing(String held) {
    List<TreeMap<String, String>> lines = held.lines().map(IntelRdt::domains).toList();
    return schemata.stream()
        .filter(
            wanted ->
                lines.stream()
                    .noneMatch(line -> line.entrySet().containsAll(domains(wanted).entrySet())))
        .findFirst();
  }

  /** "L3:0=0f; 1=f" as {L3:0: f, L3:1: f}. */
  private static TreeMap<String, String> domains(String line) {
    TreeMap<String, String> out = new TreeMap<>();
    int colon = line.indexOf(':');
    for (String each : line.substring(colon + 1).split(";")) {
      int equals = each.indexOf('=');
      out.put(
          line.substring(0, Math.max(colon, 0)).trim()
              + ":"
              + each.substring(0, Math.max(equals, 0)).trim(),
          each.substring(equals + 1)
              .trim()
              .toLowerCase(java.util.Locale.ROOT)
              .replaceFirst("^0+(?=.)", ""));
    }
    return out;
  }
}
