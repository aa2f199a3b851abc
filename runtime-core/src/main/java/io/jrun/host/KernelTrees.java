// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.failure.ContainerException;
import io.jrun.linux.Procfs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every procfs and sysfs of the caller's mount namespace. Where the container's root is put on top
 * of the host's (--no-pivot) they stay in the container's mount namespace, below its root, and the
 * kernel permits a new procfs that shows no more than one of them does.
 */
public final class KernelTrees {
  private final Map<Integer, Procfs.Mount> byId = new HashMap<>();
  private final List<Procfs.Mount> mounts;
  private final List<Procfs.Mount> going = new ArrayList<>();

  private KernelTrees(List<Procfs.Mount> mounts) {
    this.mounts = mounts;
    for (Procfs.Mount each : mounts) {
      byId.put(each.id(), each);
    }
  }

  /**
   * Their mount points.
   *
   * @param covered whether they are to be covered: each once, and what lies inside one before it;
   *     else they are to be unmounted: each before what it hides, and what hides one is among them
   */
  public static List<String> find(List<Procfs.Mount> mounts, boolean covered) {
    KernelTrees trees = new KernelTrees(mounts);
    for (Procfs.Mount each : mounts) {
      boolean kernel = each.type().equals("proc") || each.type().equals("sysfs");
      // A part of one is no measure to the kernel.
      if (kernel && each.root().equals("/")) {
        if (covered) {
          trees.going.add(0, each);
        } else {
          trees.add(each);
        }
      }
    }
    List<String> out = new ArrayList<>();
    for (Procfs.Mount each : trees.going) {
      String point = asText(each.point());
      if (!point.equals("/") && !(covered && out.contains(point))) {
        out.add(point);
      }
    }
    return out;
  }

  private void add(Procfs.Mount mount) {
    if (going.contains(mount)) {
      return;
    }
    for (Procfs.Mount each : mounts) {
      if (hides(each, mount)) {
        add(each);
      }
    }
    going.add(mount);
  }

  /**
   * Whether a look-up of a mount's path ends in another: that lies on the mount's own root, or, on
   * one of the mounts on the way, before the way goes on.
   */
  private boolean hides(Procfs.Mount other, Procfs.Mount mount) {
    String way = null;
    for (Procfs.Mount on = mount; on != null; on = byId.get(on.parent())) {
      if (other.parent() == on.id() && other.id() != on.id()) {
        return way == null
            ? other.point().equals(on.point())
            : !other.point().equals(way) && isAt(way, other.point());
      }
      way = on.point();
      if (on.parent() == on.id()) {
        break;
      }
    }
    return false;
  }

  private static boolean isAt(String path, String above) {
    return above.equals("/") || path.equals(above) || path.startsWith(above + "/");
  }

  /** A plan names files by text. */
  private static String asText(String point) {
    byte[] bytes = point.getBytes(StandardCharsets.ISO_8859_1);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
      throw new ContainerException(
          "--no-pivot: a procfs or sysfs of the host, which has to be covered, is mounted at a path"
              + " that is not UTF-8: "
              + text
              + ": unmount it, or leave the option out");
    }
    return text;
  }
}
