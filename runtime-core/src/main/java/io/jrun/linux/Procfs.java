// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the host's /proc says, read as files: proc(5). For the host's own processes and mounts;
 * nothing of a container's tree is ever looked at from here.
 */
public final class Procfs {
  private static final int FLAGS_FIELD = 9;
  private static final int THREADS_FIELD = 20;
  private static final int START_TIME_FIELD = 22;
  private static final int SMALL = 1536;

  private Procfs() {}

  /**
   * The contents of a small file, a character for each byte, or empty if it cannot be read. What is
   * a name in it is to be read by {@link #name}. By a stream: Files asks what it is and how long,
   * which these files do not know, and takes eight kilobytes for each.
   */
  public static Optional<String> read(String path) {
    try (FileInputStream in = new FileInputStream(path)) {
      return Optional.of(read(in));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The same of a file whose name no text may have: bytes of a container's choice. */
  public static Optional<String> read(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return Optional.of(read(in));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * In large pieces: a number below /proc/sys ends for whoever has read but its first digit, as
   * Files.readString does.
   */
  private static String read(InputStream in) throws IOException {
    byte[] bytes = new byte[SMALL];
    int size = 0;
    for (int more; (more = in.read(bytes, size, bytes.length - size)) >= 0; size += more) {
      if (size + more == bytes.length) {
        bytes = Arrays.copyOf(bytes, bytes.length * 2);
      }
    }
    return new String(bytes, 0, size, StandardCharsets.ISO_8859_1);
  }

  /** A path in what {@link #read} gives, as the text that Java and plans have for it. */
  public static String name(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /**
   * The contents of a small file that the kernel writes as one record, such as /proc/PID/stat and
   * cgroup.events, or a regular one: the same, with fewer system calls where that can be had.
   */
  public static Optional<String> readRecord(String path) {
    Optional<byte[]> once = readOnce(path);
    return once.isPresent()
        ? Optional.of(new String(once.get(), StandardCharsets.ISO_8859_1))
        : read(path);
  }

  /** What one read(2) gives of a file; empty where it has to be read as any other. */
  public static Optional<byte[]> readOnce(String path) {
    return OwnBinding.get().readOnce(path);
  }

  /** Who owns a directory; empty where that has to be asked in another way, or there is none. */
  public static OptionalInt ownerOf(String directory) {
    return OwnBinding.get().ownerOf(directory);
  }

  /** The process that a thread belongs to: "Tgid" of its status. */
  public static Optional<Long> processOf(long thread) {
    for (String line : read("/proc/" + thread + "/status").orElse("").split("\n")) {
      if (line.startsWith("Tgid:")) {
        return Optional.of(Long.parseLong(line.substring("Tgid:".length()).trim()));
      }
    }
    return Optional.empty();
  }

  /** Whether the kernel is of this version or a later one. */
  public static boolean isKernelAtLeast(int major, int minor) {
    String release = kernelRelease();
    int dot = release.indexOf('.');
    int actual = number(release, 0) * 1000 + (dot < 0 ? 0 : number(release, dot + 1));
    return actual >= major * 1000 + minor;
  }

  /** By its digits: a regular expression costs a cold core a millisecond. */
  private static int number(String text, int from) {
    int number = 0;
    for (int i = from; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
      number = number * 10 + Character.digit(text.charAt(i), 10);
    }
    return number;
  }

  /** As uname(2) says it: "6.1.0-18-amd64". */
  public static String kernelRelease() {
    return Release.NAME;
  }

  /**
   * The user this process acts as; equal to that of a peer with the same uid, named or not.
   *
   * @throws IOException if the host's /proc is not there
   */
  public static UserPrincipal user() throws IOException {
    return Files.getOwner(Path.of("/proc/self"));
  }

  /** Whether this process acts as root. */
  public static boolean isRoot() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }

  /**
   * Which directory is the root of a process's paths; empty if it cannot be told.
   *
   * @param process a pid, or "self"
   */
  public static Optional<Map<String, Object>> rootOf(String process) {
    try {
      return Optional.of(Files.readAttributes(Path.of("/proc", process, "root"), "unix:dev,ino"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The boot's identity, which this process does not outlive. */
  public static String bootId() {
    return Boot.ID;
  }

  /** Each when it is first asked for: most commands ask for one of them. */
  private static final class Boot {
    static final String ID = readRecord("/proc/sys/kernel/random/boot_id").orElse("").trim();
  }

  private static final class Release {
    static final String NAME = readRecord("/proc/sys/kernel/osrelease").orElse("0.0").trim();
  }

  /**
   * A process as /proc/PID/stat shows it.
   *
   * @param state of its first thread, a letter: R, S, D, Z, T, X...
   * @param flags PF_* of linux/sched.h, of its first thread
   * @param threads those that have not been released: a zombie counts as one
   * @param startTime clock ticks since boot
   */
  public record Stat(char state, long flags, long threads, long startTime) {
    private static final long PF_EXITING = 4;

    /**
     * Whether it is on its way to its end, at least its first thread: that of a pid namespace stays
     * so until all others in there are gone, and nobody is born there any more.
     */
    public boolean isEnding() {
      return !isAlive() || (flags & PF_EXITING) != 0;
    }

    /**
     * As a pidfd has it, which can be read once the last thread has ended: where others go on, the
     * first is a zombie and the process runs. Source: pidfd_open(2), pthread_exit(3).
     */
    public boolean isAlive() {
      return state != 'X' && state != 'x' && (state != 'Z' || isHeadless());
    }

    /** Whether the first thread has ended and others go on, or are about to end as well. */
    public boolean isHeadless() {
      return state == 'Z' && threads > 1;
    }
  }

  public static Optional<Stat> stat(long pid) {
    Optional<String> line = readRecord("/proc/" + pid + "/stat");
    return line.isEmpty() ? Optional.empty() : parseStat(line.get());
  }

  /** The name may hold blanks and parentheses: fields are counted after the last of them. */
  static Optional<Stat> parseStat(String line) {
    int end = line.lastIndexOf(')');
    if (end < 0 || end + 3 >= line.length()) {
      return Optional.empty();
    }
    // No array of all fields: a list does this for each container.
    final char state = line.charAt(end + 2);
    long[] wanted = new long[START_TIME_FIELD + 1];
    int at = end + 2;
    for (int field = 3; field <= START_TIME_FIELD; field++) {
      int blank = line.indexOf(' ', at);
      int limit = blank < 0 ? endOf(line, at) : blank;
      if (limit == at) {
        return Optional.empty();
      }
      if (field == FLAGS_FIELD || field == THREADS_FIELD || field == START_TIME_FIELD) {
        try {
          wanted[field] = Long.parseLong(line, at, limit, 10);
        } catch (NumberFormatException e) {
          return Optional.empty();
        }
      }
      if (blank < 0 && field < START_TIME_FIELD) {
        return Optional.empty();
      }
      at = limit + 1;
    }
    return Optional.of(
        new Stat(state, wanted[FLAGS_FIELD], wanted[THREADS_FIELD], wanted[START_TIME_FIELD]));
  }

  /** Where the last field ends, which a newline may follow. */
  private static int endOf(String line, int from) {
    int newline = line.indexOf('\n', from);
    return newline < 0 ? line.length() : newline;
  }

  /**
   * A capability set of a process.
   *
   * @param set "CapBnd", "CapPrm"...
   * @return its bits; all of them if that cannot be read
   */
  public static long capabilities(long pid, String set) {
    return capabilities(read("/proc/" + pid + "/status").orElse(""), set);
  }

  /** Those that a process has and may pass on: permitted, and in its bounding set. */
  public static long grantableCapabilities(long pid) {
    String status = read("/proc/" + pid + "/status").orElse("");
    return capabilities(status, "CapPrm") & capabilities(status, "CapBnd");
  }

  private static long capabilities(String status, String set) {
    int at = status.indexOf("\n" + set + ":");
    if (at < 0) {
      return -1L;
    }
    int from = at + set.length() + 2;
    return Long.parseUnsignedLong(status.substring(from, status.indexOf('\n', from)).trim(), 16);
  }

  /**
   * The inode number of a namespace of this process, which is its identity.
   *
   * @param type "mnt", "user", "pid", "cgroup"...
   * @return 0 if it cannot be told
   */
  public static long namespace(String type) {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/self/ns", type)).toString();
      return Long.parseLong(link.substring(link.indexOf('[') + 1, link.length() - 1));
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * The processes in the pid namespace of one that is known, as far as the kernel shows them to
   * this user: that one alone if it does not show any.
   */
  public static List<Long> pidNamespaceOf(long pid) {
    Optional<String> wanted = pidNamespace(Long.toString(pid));
    List<Long> out = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (wanted.isPresent() && pidNamespace(name).equals(wanted)) {
          out.add(Long.parseLong(name));
        }
      }
    } catch (IOException e) {
      return List.of(pid);
    }
    return out.isEmpty() ? List.of(pid) : out;
  }

  private static Optional<String> pidNamespace(String pid) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc", pid, "ns", "pid")).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * A mount: proc(5), /proc/self/mountinfo.
   *
   * @param id unique while the mount is there
   * @param parent the id of the mount that this one lies on
   * @param root a character for each byte, as {@code point}
   */
  public record Mount(int id, int parent, String root, String point, boolean shared, String type) {
    /** The mount point, as {@link Procfs#name} has it. */
    public String path() {
      return name(point);
    }
  }

  /** The mount that a path is on: the longest that begins it, and of those the last. */
  public static Optional<Mount> mountOf(String path) {
    Mount best = null;
    for (Mount mount : mounts()) {
      String point = mount.path();
      boolean holds = point.equals("/") || path.equals(point) || path.startsWith(point + "/");
      if (holds && (best == null || point.length() >= best.path().length())) {
        best = mount;
      }
    }
    return Optional.ofNullable(best);
  }

  public static List<Mount> mounts() {
    List<Mount> out = new ArrayList<>();
    for (String line : read("/proc/self/mountinfo").orElse("").split("\n")) {
      int separator = line.indexOf(" - ");
      String[] left = separator < 0 ? new String[0] : line.substring(0, separator).split(" ");
      if (left.length >= 6) {
        String right = line.substring(separator + 3);
        out.add(
            new Mount(
                number(left[0], 0),
                number(left[1], 0),
                unescape(left[3]),
                unescape(left[4]),
                line.substring(0, separator).contains(" shared:"),
                right.substring(0, right.indexOf(' '))));
      }
    }
    return out;
  }

  /** Of a table of mounts: blanks, tabs, newlines and backslashes are octal there. */
  public static String unescape(String text) {
    return text.indexOf('\\') < 0
        ? text
        : text.replace("\\040", " ")
            .replace("\\011", "\t")
            .replace("\\012", "\n")
            .replace("\\134", "\\");
  }
}
