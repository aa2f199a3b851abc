// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as text: nothing here looks at a file system. */
public final class Paths {
  private Paths() {}

  /** An absolute path without empty, "." and ".." parts; ".." at the root stays at the root. */
  public static String clean(String path) {
    Deque<String> parts = new ArrayDeque<>();
    int from = 0;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int end = slash < 0 ? path.length() : slash;
      String part = path.substring(from, end);
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
      from = end + 1;
    }
    return "/" + String.join("/", parts);
  }

  /**
   * A path made absolute against a directory. It is cleaned only where that is sure to change
   * nothing: a ".." after a link leads elsewhere than to what is before it.
   *
   * @param directory absolute, or empty if it is not known: then what is relative stays so
   */
  public static String join(String directory, String path) {
    boolean relative = !path.startsWith("/");
    if (relative && directory.isEmpty()) {
      return path;
    }
    String joined = relative ? directory + "/" + path : path;
    return hasParents(joined) ? joined : clean(joined);
  }

  /** Whether one of its parts is "..". */
  public static boolean hasParents(String path) {
    return path.equals("..")
        || path.startsWith("../")
        || path.endsWith("/..")
        || path.contains("/../");
  }

  /** A path made absolute against a directory, and cleaned. */
  public static String absolute(String directory, String path) {
    return clean(path.startsWith("/") ? path : directory + "/" + path);
  }
}
