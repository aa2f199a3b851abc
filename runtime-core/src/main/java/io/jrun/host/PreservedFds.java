// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.failure.ContainerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The descriptors that a container or an exec process inherits: of those that were asked for, the
 * ones that the caller has open. Engines count in theirs, which are closed meanwhile.
 *
 * @param count how many from 3 up, to the last that is open
 * @param holes those of them that are not open, ascending
 */
public record PreservedFds(int count, List<Integer> holes) {
  private static final int FIRST = 3;
  private static final long CLOSED_ON_EXEC = 02000000;

  /**
   * Looks at the front, which has what it inherited and its own, closed by execve.
   *
   * @param front its pid
   * @param asked how many from 3 up
   */
  public static PreservedFds find(long front, long asked) {
    List<Integer> open = asked == 0 ? List.of() : open(front, asked);
    List<Integer> holes = new ArrayList<>();
    int next = FIRST;
    for (int fd : open) {
      for (; next < fd; next++) {
        holes.add(next);
      }
      next = fd + 1;
    }
    return new PreservedFds(next - FIRST, List.copyOf(holes));
  }

  /** Those of the ones asked for that are not handed on, "3-5, 9, 12-102"; empty if all are. */
  public String missing(long asked) {
    return count - holes.size() < asked ? show(holes, FIRST + count, FIRST + asked - 1) : "";
  }

  private static List<Integer> open(long pid, long asked) {
    Path directory = Path.of("/proc/" + pid + "/fdinfo");
    List<Integer> out = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(directory)) {
      for (Path each : entries) {
        int fd = Integer.parseInt(each.getFileName().toString());
        if (fd >= FIRST && fd - FIRST < asked && isInherited(each)) {
          out.add(fd);
        }
      }
    } catch (IOException e) {
      throw new ContainerException(
          "--preserve-fds: cannot tell which descriptors are open: " + e, e);
    }
    out.sort(null);
    return out;
  }

  /** proc_pid_fdinfo(5): the flags are octal. */
  private static boolean isInherited(Path file) throws IOException {
    try {
      for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
        if (line.startsWith("flags:")) {
          return (Long.parseLong(line.substring(6).trim(), 8) & CLOSED_ON_EXEC) == 0;
        }
      }
    } catch (NoSuchFileException e) {
      // One of the front's own, which comes and goes.
    }
    return false;
  }

  /** "3-5, 9, 12-102": the holes, and all from {@code next} to {@code last}. */
  private static String show(List<Integer> holes, long next, long last) {
    List<String> ranges = new ArrayList<>();
    for (int i = 0; i < holes.size(); i++) {
      int from = holes.get(i);
      while (i + 1 < holes.size() && holes.get(i + 1) == holes.get(i) + 1) {
        i++;
      }
      ranges.add(range(from, holes.get(i)));
    }
    if (next <= last) {
      ranges.add(range(next, last));
    }
    return String.join(", ", ranges);
  }

  private static String range(long from, long to) {
    return from == to ? Long.toString(from) : from + "-" + to;
  }
}
