// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A process as the host sees it, identified by pid and start time (clock ticks since boot, field 22
 * of stat).
 */
record HostProcess(int pid, long startTime, char status, boolean kernel, String commandLine) {

  static final int SIGUSR1 = 10;
  static final int SIGTERM = 15;

  /** PF_KTHREAD of linux/sched.h, in field 9 of stat: a thread of the kernel's own. */
  private static final long KERNEL_THREAD = 0x00200000;

  /** Every process of this pid namespace. */
  static List<Integer> all() {
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Integer::valueOf)
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The process with this pid, zombies included. */
  static Optional<HostProcess> find(int pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String comm = stat.substring(stat.indexOf('('), stat.lastIndexOf(')') + 1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      boolean kernel = (Long.parseLong(fields[6]) & KERNEL_THREAD) != 0;
      return Optional.of(
          new HostProcess(
              pid,
              Long.parseLong(fields[19]),
              fields[0].charAt(0),
              kernel,
              comm + " " + (kernel ? "" : commandLine(pid))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String commandLine(int pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ').strip();
  }

  static boolean isAlive(int pid) {
    return find(pid).filter(process -> process.status != 'Z' && process.status != 'X').isPresent();
  }

  /**
   * Waits until a process that was killed has ended: its cgroup is empty an instant before, for it
   * leaves the cgroup on its way out.
   */
  static void awaitEnd(int pid) {
    Workbench.await("the end of process " + pid, () -> !isAlive(pid));
  }

  /**
   * Waits until a process has a handler for a signal. To the first one of a pid namespace the
   * kernel delivers no other, but those that nobody can handle (pid_namespaces(7)): what is sent to
   * a shell before its trap is set is lost.
   */
  static void awaitCaught(int pid, int signal) {
    Workbench.await(
        "a handler of process " + pid + " for signal " + signal, () -> catches(pid, signal));
  }

  private static boolean catches(int pid, int signal) {
    try {
      long caught = Long.parseUnsignedLong(status(pid).get("SigCgt"), 16);
      return (caught >>> (signal - 1) & 1) == 1;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Waits until a process started from now on has a later start time than this one: the kernel
   * tells start times in hundredths of a second, as it does /proc/uptime, and a warm core makes a
   * container in less.
   */
  static void awaitLaterStart(int pid) {
    long before = find(pid).orElseThrow().startTime;
    Workbench.await("an uptime after " + before, () -> uptime() > before);
  }

  /** The time since boot, in hundredths of a second. */
  private static long uptime() {
    try {
      return Long.parseLong(
          Files.readString(Path.of("/proc/uptime")).split(" ")[0].replace(".", ""));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The fields of /proc/PID/status by name. */
  static Map<String, String> status(int pid) throws IOException {
    return parseStatus(Files.readString(Path.of("/proc/" + pid + "/status")));
  }

  static Map<String, String> parseStatus(String text) {
    Map<String, String> fields = new TreeMap<>();
    text.lines()
        .filter(line -> line.contains(":"))
        .forEach(
            line ->
                fields.put(
                    line.substring(0, line.indexOf(':')),
                    line.substring(line.indexOf(':') + 1).strip()));
    return fields;
  }

  /** What each descriptor of a process refers to, by number. */
  static Map<Integer, String> descriptors(int pid) throws IOException {
    Map<Integer, String> targets = new TreeMap<>();
    List<Path> links = new ArrayList<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      entries.forEach(links::add);
    }
    for (Path link : links) {
      try {
        targets.put(
            Integer.valueOf(link.getFileName().toString()),
            Files.readSymbolicLink(link).toString());
      } catch (java.nio.file.NoSuchFileException e) {
        // Closed meanwhile.
        continue;
      }
    }
    return targets;
  }

  /** The namespace of a type, as {@code type:[inode]}. */
  static String namespace(int pid, String type) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + type)).toString();
  }

  static String ownNamespace(String type) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns/" + type)).toString();
  }

  static boolean isSame(Path one, Path other) throws IOException {
    return Files.readAttributes(one, BasicFileAttributes.class)
        .fileKey()
        .equals(Files.readAttributes(other, BasicFileAttributes.class).fileKey());
  }

  @Override
  public String toString() {
    return pid + " started " + startTime + " " + commandLine;
  }

  /** By what uname(2) says: "6.18.2-generic". */
  static boolean isKernelAtLeast(int major, int minor) {
    String[] parts = System.getProperty("os.version").split("[.-]");
    int found = Integer.parseInt(parts[0]);
    return found > major || found == major && Integer.parseInt(parts[1]) >= minor;
  }
}
