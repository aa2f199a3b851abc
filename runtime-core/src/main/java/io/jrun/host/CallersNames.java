// SPDX-License-Identifier: Apache-2.0
package io.jrun.host;

import io.jrun.container.Paths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Which names of files mean the same to every process. /proc/self, /dev/stdin or /dev/fd/3, and
 * whatever leads there, mean something else to each: such a name of the caller's is for the front
 * to look up.
 */
public final class CallersNames {
  /** As many as the kernel follows: path_resolution(7). */
  private static final int MOST_LINKS = 40;

  private CallersNames() {}

  /**
   * A name that means to everybody what the given one means to the caller.
   *
   * @param given as {@link Paths#join} makes it
   * @return empty if that is for the front to find out
   */
  public static Optional<String> everybodys(String given) {
    if (!given.startsWith("/")) {
      return Optional.empty();
    }
    return isPlain(given) ? Optional.of(given) : walk(given);
  }

  /** Whether a name is that of a directory, as far as that is not for the front to find out. */
  public static boolean mayBeDirectory(String given) {
    Optional<String> name = everybodys(given);
    return name.isEmpty() || Files.isDirectory(Path.of(name.get()));
  }

  /** Whether there is such a file, and no link on the way to it. */
  public static boolean isPlain(String path) {
    try {
      return Path.of(path).toRealPath().toString().equals(path);
    } catch (IOException e) {
      return false;
    }
  }

  /** Follows links as the kernel does, but for those of a procfs. */
  private static Optional<String> walk(String given) {
    Deque<String> rest = new ArrayDeque<>();
    push(rest, given);
    String real = "";
    int links = 0;
    while (!rest.isEmpty()) {
      String part = rest.pop();
      if (part.equals("..")) {
        real = real.substring(0, Math.max(real.lastIndexOf('/'), 0));
        continue;
      }
      Optional<String> target = target(real + "/" + part);
      if (target.isEmpty()) {
        real = real + "/" + part;
        continue;
      }
      if (target.get().isEmpty() || ++links > MOST_LINKS) {
        return Optional.empty();
      }
      real = target.get().startsWith("/") ? "" : real;
      push(rest, target.get());
    }
    // Where it makes no difference it keeps the caller's own words.
    return Optional.of(
        Paths.hasParents(given) ? (real.isEmpty() ? "/" : real) : Paths.clean(given));
  }

  private static void push(Deque<String> rest, String path) {
    List<String> parts = Arrays.asList(path.split("/"));
    Collections.reverse(parts);
    for (String part : parts) {
      if (!part.isEmpty() && !part.equals(".")) {
        rest.push(part);
      }
    }
  }

  /**
   * What a link says; empty if there is none.
   *
   * @return an empty text if it depends on who looks: links that the kernel makes up are of another
   *     size than what they say, in procfs and (to no harm) in sysfs
   */
  private static Optional<String> target(String path) {
    Path file = Path.of(path);
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!found.isSymbolicLink()) {
        return Optional.empty();
      }
      String target = Files.readSymbolicLink(file).toString();
      boolean written = found.size() == target.getBytes(StandardCharsets.UTF_8).length;
      return Optional.of(written ? target : "");
    } catch (IOException e) {
      // What is not there, or not to be looked at, leads nowhere.
      return Optional.empty();
    }
  }
}
