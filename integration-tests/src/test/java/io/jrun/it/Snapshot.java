// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything a container could leave on the host, as sorted lines, each beginning with its kind:
 * processes of this pid namespace other than the kernel's own, cgroups, mounts of this mount
 * namespace, files in the directories for temporary ones, descriptors of this process, session
 * keyrings, and a few facts about the host that must never change. Two of them can be compared.
 */
record Snapshot(Set<String> lines) {

  static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  /**
   * Files of the kernel's in a cgroup. By their names alone: there are dozens in each, and asking
   * what they are takes most of the time that a snapshot does.
   */
  private static final Pattern CONTROL_FILE =
      Pattern.compile("(cgroup|cpu|cpuset|hugetlb|io|irq|memory|misc|pids|rdma)\\..*");

  private static final List<Path> TEMPORARY =
      List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/dev/shm"));

  /** systemd makes it with its first transient unit, and keeps it. */
  private static final String SYSTEMDS_OWN = "/run/systemd/transient";

  static Snapshot take() {
    Set<String> lines = new TreeSet<>();
    processes(lines::add);
    cgroups(lines::add);
    mounts(lines::add);
    files(lines::add);
    descriptors(lines::add);
    keyrings(lines::add);
    host(lines::add);
    return new Snapshot(lines);
  }

  /** What is here and not there. */
  Set<String> minus(Snapshot other) {
    Set<String> difference = new TreeSet<>(lines);
    difference.removeAll(other.lines);
    return difference;
  }

  private static void processes(Consumer<String> lines) {
    for (int pid : HostProcess.all()) {
      HostProcess.find(pid)
          .filter(process -> !process.kernel())
          .ifPresent(process -> lines.accept("process " + process));
    }
  }

  private static void cgroups(Consumer<String> lines) {
    lines.accept("cgroup " + CGROUPS);
    cgroupsBelow(CGROUPS, lines);
  }

  /** One that has been removed meanwhile is not there. */
  private static void cgroupsBelow(Path cgroup, Consumer<String> lines) {
    String[] names = cgroup.toFile().list();
    for (String name : names == null ? new String[0] : names) {
      Path entry = cgroup.resolve(name);
      if (!CONTROL_FILE.matcher(name).matches()
          && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        lines.accept("cgroup " + entry);
        cgroupsBelow(entry, lines);
      }
    }
  }

  private static void mounts(Consumer<String> lines) {
    read(Path.of("/proc/self/mountinfo")).lines().forEach(line -> lines.accept("mount " + line));
  }

  private static void files(Consumer<String> lines) {
    for (Path directory : TEMPORARY) {
      walk(directory, 2, path -> !path.equals(directory)).stream()
          .map(Path::toString)
          .filter(path -> !path.equals(SYSTEMDS_OWN))
          .filter(path -> !path.contains("/hsperfdata_") && !path.contains("/surefire"))
          .forEach(path -> lines.accept("file " + path));
    }
  }

  // Jars, libraries and the JVM's own devices come and go as classes are loaded.
  private static void descriptors(Consumer<String> lines) {
    for (Path link : walk(Path.of("/proc/self/fd"), 1, path -> true)) {
      try {
        String target = Files.readSymbolicLink(link).toString();
        if (target.startsWith("/tmp/")
            || target.startsWith("/run/")
            || target.startsWith("/sys/")) {
          lines.accept("descriptor " + target);
        }
      } catch (IOException e) {
        // Closed meanwhile, or the directory itself.
        continue;
      }
    }
  }

  private static void keyrings(Consumer<String> lines) {
    read(Path.of("/proc/keys"))
        .lines()
        .map(line -> line.replaceAll(".*keyring +", ""))
        .filter(name -> name.startsWith("_ses.") && name.contains(Workbench.TOKEN))
        .forEach(name -> lines.accept("keyring " + name.replaceAll(":.*", "")));
  }

  private static void host(Consumer<String> lines) {
    lines.accept("host name " + read(Path.of("/proc/sys/kernel/hostname")).strip());
    lines.accept("host core_pattern " + read(Path.of("/proc/sys/kernel/core_pattern")).strip());
    for (String device : List.of("null", "zero", "full", "random", "urandom", "tty", "ptmx")) {
      try {
        lines.accept(
            "host /dev/"
                + device
                + " "
                + Files.readAttributes(Path.of("/dev", device), "unix:mode,uid,gid,rdev"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static List<Path> walk(Path top, int depth, java.util.function.Predicate<Path> wanted) {
    while (true) {
      try (Stream<Path> paths = Files.walk(top, depth)) {
        return paths.filter(wanted).toList();
      } catch (UncheckedIOException | IOException e) {
        // Something vanished while it was listed: list again.
        if (!(e instanceof NoSuchFileException) && !(e.getCause() instanceof NoSuchFileException)) {
          throw new IllegalStateException("cannot list " + top, e);
        }
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
