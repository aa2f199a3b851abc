// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.cgroup.Setting;
import io.jrun.container.Paths;
import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A cgroup with all below it, read: who is in it, what its directories are. */
public final class CgroupTree {
  private CgroupTree() {}

  /** All directories, those inside before those around them; as paths, since any bytes name one. */
  public static List<Path> directories(String cgroup) {
    List<Path> out = new ArrayList<>();
    collect(Path.of(cgroup), out);
    return out;
  }

  private static void collect(Path directory, List<Path> out) {
    if (hasNoneBelow(directory)) {
      out.add(directory);
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          collect(entry, out);
        }
      }
      out.add(directory);
    } catch (IOException e) {
      // Gone meanwhile: then there is nothing to list.
      return;
    }
  }

  /**
   * Whether it is sure that there is no directory in it: one that is linked twice, by its name and
   * by its own dot, has none that is linked to it by two dots. A cgroup has some forty files, and
   * the kernel makes up each that is looked at.
   */
  private static boolean hasNoneBelow(Path directory) {
    try {
      return Files.getAttribute(directory, "unix:nlink", LinkOption.NOFOLLOW_LINKS).equals(2);
    } catch (IOException e) {
      return false;
    }
  }

  /** The processes, as the reader's pid namespace numbers them. */
  public static List<Long> processes(String cgroup) {
    List<Long> out = new ArrayList<>();
    for (Path directory : directories(cgroup)) {
      Optional<String> list = Procfs.read(directory.resolve("cgroup.procs"));
      for (String line : list.orElse("").split("\n")) {
        if (!line.isEmpty()) {
          out.add(Long.parseLong(line));
        }
      }
      if (list.isEmpty()) {
        addProcessesOfThreads(directory, out);
      }
    }
    return out;
  }

  /** Of a threaded cgroup only the threads can be read. */
  private static void addProcessesOfThreads(Path directory, List<Long> out) {
    for (String line : Procfs.read(directory.resolve("cgroup.threads")).orElse("").split("\n")) {
      Optional<Long> process =
          line.isEmpty() ? Optional.empty() : Procfs.processOf(Long.parseLong(line));
      if (process.isPresent() && !out.contains(process.get())) {
        out.add(process.get());
      }
    }
  }

  /** Whether it is a threaded one: the kernel kills no such cgroup as a whole. */
  public static boolean isThreaded(String cgroup) {
    return Procfs.read(cgroup + "/cgroup.type").orElse("").equals("threaded\n");
  }

  /** Whether no process is in it or below, or it has gone: "populated" of cgroup.events. */
  public static boolean isEmpty(String cgroup) {
    return !Procfs.read(cgroup + "/cgroup.events").orElse("").contains("populated 1");
  }

  /** How many processes of the cgroup the kernel has killed for want of memory. */
  public static long outOfMemoryKills(String cgroup) {
    for (String line : Procfs.read(cgroup + "/memory.events").orElse("").split("\n")) {
      if (line.startsWith("oom_kill ")) {
        return Long.parseLong(line.substring("oom_kill ".length()));
      }
    }
    return 0;
  }

  /**
   * What the files of these settings hold now, for writing it back. Files of several lines are left
   * out: they take what is written line by line, and have no line for what is not limited.
   */
  public static List<Setting> current(String cgroup, List<Setting> settings) {
    List<Setting> out = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Setting each : settings) {
      String text = Procfs.read(cgroup + "/" + each.file()).orElse("");
      String line = text.trim();
      boolean single = !text.isEmpty() && line.indexOf('\n') < 0 && !each.file().startsWith("io.");
      if (single && seen.add(each.file())) {
        out.add(Setting.attempt(each.file(), line.isEmpty() ? "\n" : line, each.pointer()));
      }
    }
    return List.copyOf(out);
  }

  /** Whether it is not frozen by itself; one that is there no more is neither. */
  public static boolean isThawed(String cgroup) {
    return Procfs.read(cgroup + "/cgroup.freeze").orElse("1").startsWith("0");
  }

  /** Whether there is such a directory. What no path can be is none. */
  public static boolean exists(String cgroup) {
    return cgroup.startsWith("/")
        && cgroup.indexOf(0) < 0
        && cgroup.equals(Paths.clean(cgroup))
        && Files.isDirectory(Path.of(cgroup));
  }

  public static boolean isFrozen(String cgroup) {
    return Procfs.read(cgroup + "/cgroup.freeze").orElse("0").startsWith("1");
  }
}
