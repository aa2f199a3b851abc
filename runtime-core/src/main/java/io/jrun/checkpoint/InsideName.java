// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Where a name leads to that is looked up with a directory for its root, as far as it is there; a
 * name only: whoever uses it must not follow links again.
 */
final class InsideName {
  /** As many as the kernel follows: path_resolution(7). */
  private static final int MOST_LINKS = 40;

  private InsideName() {}

  /** Without links, beginning with a slash; {@code name} itself if it has too many of them. */
  static String resolve(Path root, String name) {
    Deque<String> left = new ArrayDeque<>();
    Deque<String> found = new ArrayDeque<>();
    push(left, name);
    int links = 0;
    while (!left.isEmpty()) {
      String part = left.pop();
      if (part.equals("..")) {
        found.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        found.addLast(part);
        String target = link(root, found);
        if (target != null) {
          if (++links > MOST_LINKS) {
            return name;
          }
          found.pollLast();
          if (target.startsWith("/")) {
            found.clear();
          }
          push(left, target);
        }
      }
    }
    return "/" + String.join("/", found);
  }

  private static void push(Deque<String> left, String path) {
    String[] parts = path.split("/");
    for (int i = parts.length - 1; i >= 0; i--) {
      left.push(parts[i]);
    }
  }

  /** Null where no link is, or nothing. */
  private static String link(Path root, Deque<String> found) {
    try {
      return Files.readSymbolicLink(root.resolve(String.join("/", found))).toString();
    } catch (IOException e) {
      return null; // also NotLinkException's case: it is no link
    }
  }
}
