// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.Setting;
import io.jrun.linux.Procfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The controllers of the unified hierarchy on this host: which there are, why others are not, and
 * where they have to be enabled for a cgroup to have them. Source: cgroup-v2.rst, "Controlling
 * Controllers".
 */
public final class Controllers {
  private static final String AVAILABLE = "/cgroup.controllers";

  /** The host's own account of all controllers: cgroups(7). */
  private static final String HOST = "/proc/cgroups";

  private Controllers() {}

  /** What the settings need, each once. */
  public static Set<String> needed(List<Setting> settings) {
    Set<String> out = new LinkedHashSet<>();
    for (Setting each : settings) {
      if (!each.controller().isEmpty() && each.isLimit()) {
        out.add(each.controller());
      }
    }
    return out;
  }

  /**
   * Why these settings cannot be made on this host: a sentence for each controller that is missing,
   * with files, fields and what helps.
   */
  public static List<String> missing(String mount, List<Setting> settings) {
    return missing(mount, settings, Procfs.read(HOST).orElse(""));
  }

  static List<String> missing(String mount, List<Setting> settings, String host) {
    Set<String> there = words(mount + AVAILABLE);
    Map<String, String> fields = new LinkedHashMap<>();
    for (Setting each : settings) {
      String controller = each.controller();
      String field = each.pointer() + " (" + each.file() + ")";
      if (!controller.isEmpty() && !there.contains(controller) && each.isLimit()) {
        String named = fields.getOrDefault(controller, "");
        boolean twice = (named + ",").contains(field + ",");
        fields.put(controller, named.isEmpty() ? field : twice ? named : named + ", " + field);
      }
    }
    List<String> out = new ArrayList<>();
    for (Map.Entry<String, String> each : fields.entrySet()) {
      out.add(
          each.getValue()
              + ": the "
              + each.getKey()
              + " controller is not in "
              + mount
              + AVAILABLE
              + ": "
              + whyMissing(each.getKey(), mount, host)
              + ", or remove the field");
    }
    return out;
  }

  /** Why a controller is not in a hierarchy, and what helps. */
  public static String whyMissing(String controller, String mount) {
    return whyMissing(controller, mount, Procfs.read(HOST).orElse(""));
  }

  private static String whyMissing(String controller, String mount, String host) {
    Optional<String[]> line = line(controller.equals("io") ? "blkio" : controller, host);
    if (line.isPresent() && !line.get()[1].equals("0")) {
      return "cgroup v1 has it on this host: boot with systemd.unified_cgroup_hierarchy=1";
    }
    if (line.isPresent() && line.get()[3].equals("0")) {
      return "it is switched off: take cgroup_disable="
          + line.get()[0]
          + " from the kernel's command line";
    }
    // Only a root of a hierarchy has no type.
    if (Files.exists(Path.of(mount, "cgroup.type"))) {
      return "it is not delegated to this cgroup: enable it in those above (systemd: Delegate=yes)";
    }
    return "the kernel has no such controller: see " + HOST;
  }

  private static Optional<String[]> line(String controller, String host) {
    for (String line : host.split("\n")) {
      String[] fields = line.split("\t");
      if (fields.length == 4 && fields[0].equals(controller)) {
        return Optional.of(fields);
      }
    }
    return Optional.empty();
  }

  /**
   * What has to be enabled for a cgroup that is there to have the controllers its settings need,
   * from the top down; nothing where that is so already.
   *
   * @param path of the cgroup, below the mount
   */
  public static List<Enabling> enabling(String mount, String path, List<Setting> settings) {
    Set<String> needed = needed(settings);
    List<Enabling> out = new ArrayList<>();
    for (int slash = 0; slash >= 0 && !needed.isEmpty(); slash = path.indexOf('/', slash + 1)) {
      String directory = mount + path.substring(0, slash);
      Set<String> lacking = new LinkedHashSet<>(needed);
      lacking.removeAll(words(directory + "/cgroup.subtree_control"));
      if (!lacking.isEmpty()) {
        out.add(new Enabling(directory, List.copyOf(lacking)));
      }
    }
    return out;
  }

  private static Set<String> words(String file) {
    return new HashSet<>(List.of(Procfs.read(file).orElse("").trim().split("\\s+")));
  }
}
