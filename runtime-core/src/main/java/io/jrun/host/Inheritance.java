// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.cgroup.Enabling;
import io.jrun.cgroup.Setting;
import io.jrun.linux.Procfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a new cgroup has from those above it: all controllers there are, limits or not, for nested
 * engines and statistics look for their files; and its type, below a threaded one. Source:
 * cgroup-v2.rst, "Controlling Controllers" and "Threads".
 *
 * <p>Enabling is done once and stays. Where it is done, two files are read and nothing else is.
 */
public final class Inheritance {
  private static final String AVAILABLE = "/cgroup.controllers";
  private static final String CONTROL = "/cgroup.subtree_control";
  private static final String TYPE = "/cgroup.type";
  private static final String INVALID = "domain invalid";

  /** Those that threads of one process can be divided by. */
  private static final Set<String> THREADED = Set.of("cpu", "cpuset", "perf_event", "pids");

  private final String mount;
  private final Set<String> needed;
  private final List<Enabling> out = new ArrayList<>();
  private Set<String> have;
  private boolean threaded;

  private Inheritance(String mount, Set<String> needed) {
    this.mount = mount;
    this.needed = needed;
    this.have = words(mount + AVAILABLE);
  }

  /**
   * What has to be done for a new cgroup, from the top down; nothing where all of it is so already.
   *
   * @param path of the cgroup, below the mount
   * @param settings those whose controllers it cannot do without
   */
  public static List<Enabling> of(String mount, String path, List<Setting> settings) {
    int last = path.lastIndexOf('/');
    if (isDone(mount, path.substring(0, last))) {
      return List.of();
    }
    Inheritance found = new Inheritance(mount, Controllers.needed(settings));
    for (int slash = 0; slash >= 0; slash = path.indexOf('/', slash + 1)) {
      found.look(mount + path.substring(0, slash));
    }
    found.lookAtItself(mount + path);
    return List.copyOf(found.out);
  }

  /**
   * A cgroup that hands on what no thread can have is in no threaded tree. One that hands on all it
   * has itself is as good as one that hands on all there is, where nobody lets the caller change
   * what it has.
   */
  private static boolean isDone(String mount, String parent) {
    String handedOn = Procfs.read(mount + parent + CONTROL).orElse("");
    Set<String> domain = words(handedOn.trim().split(" "));
    domain.removeAll(THREADED);
    if (domain.isEmpty()) {
      return false;
    }
    if (handedOn.equals(Procfs.read(mount + AVAILABLE).orElse(""))) {
      return true;
    }
    int above = parent.lastIndexOf('/');
    return above >= 0
        && !Files.isWritable(Path.of(mount + parent.substring(0, above) + CONTROL))
        && handedOn.equals(Procfs.read(mount + parent + AVAILABLE).orElse(""));
  }

  private void look(String directory) {
    boolean exists = directory.equals(mount) || Files.isDirectory(Path.of(directory));
    String type = exists ? Procfs.read(directory + TYPE).orElse("").trim() : "";
    Set<String> control = exists ? words(directory + CONTROL) : Set.of();
    boolean becomes = threaded && (!exists || type.equals(INVALID));
    boolean isThreaded = becomes || type.equals(INVALID) || type.endsWith("threaded");
    Set<String> required = new LinkedHashSet<>(needed);
    required.removeAll(control);
    Set<String> others = new LinkedHashSet<>(have);
    others.removeAll(control);
    others.removeAll(needed);
    if (isThreaded) {
      others.retainAll(THREADED);
    }
    // Only a root of hierarchies, which has no type, hands controllers on beside processes. To try
    // it elsewhere with those that threads can have would make the cgroup a threaded one.
    boolean holds = !type.isEmpty() && !isThreaded && holdsProcesses(directory);
    if (holds || exists && !Files.isWritable(Path.of(directory + CONTROL))) {
      others.clear();
    }
    if (becomes || !required.isEmpty() || !others.isEmpty()) {
      out.add(new Enabling(directory, List.copyOf(required), List.copyOf(others), becomes));
    }
    threaded = isThreaded || holds && !required.isEmpty() && THREADED.containsAll(required);
    have = new LinkedHashSet<>(control);
    have.addAll(required);
    have.addAll(others);
  }

  /** The cgroup that is made: nothing is handed on by it. */
  private void lookAtItself(String directory) {
    String type = Procfs.read(directory + TYPE).orElse("").trim();
    if (threaded && (type.isEmpty() || type.equals(INVALID))) {
      out.add(new Enabling(directory, List.of(), List.of(), true));
    }
  }

  private static boolean holdsProcesses(String directory) {
    return !Procfs.read(directory + "/cgroup.procs").orElse("").isEmpty();
  }

  private static Set<String> words(String file) {
    return words(Procfs.read(file).orElse("").trim().split(" "));
  }

  private static Set<String> words(String[] list) {
    Set<String> out = new LinkedHashSet<>(List.of(list));
    out.remove("");
    return out;
  }
}
