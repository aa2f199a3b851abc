// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * Where the reader is in the tree: a chain of keys and indexes up to the root. It becomes a JSON
 * pointer only when there is a problem to report, so that a good document costs no strings.
 */
final class Place {
  /**
   * Longer pointers are cut at a parent: a document must not choose how much memory its errors
   * take.
   */
  static final int LONGEST_POINTER = 4096;

  static final Place ROOT = new Place(null, null, 0);

  private final Place parent;
  private final String key;
  private final int index;

  private Place(Place parent, String key, int index) {
    this.parent = parent;
    this.key = key;
    this.index = index;
  }

  Place key(String name) {
    return new Place(this, name, 0);
  }

  Place index(int element) {
    return new Place(this, null, element);
  }

  String pointer() {
    StringBuilder text = new StringBuilder();
    append(text);
    return text.toString();
  }

  /** Says whether it was cut: then nothing may follow. */
  private boolean append(StringBuilder text) {
    if (parent == null) {
      return false;
    }
    if (parent.append(text)) {
      return true;
    }
    int before = text.length();
    text.append('/');
    if (key == null) {
      text.append(index);
    } else {
      escape(text);
    }
    if (text.length() > LONGEST_POINTER) {
      text.setLength(before);
      return true;
    }
    return false;
  }

  private void escape(StringBuilder text) {
    int end = Math.min(key.length(), LONGEST_POINTER + 1);
    for (int i = 0; i < end; i++) {
      char c = key.charAt(i);
      switch (c) {
        case '~' -> text.append("~0");
        case '/' -> text.append("~1");
        default -> text.append(c);
      }
    }
  }
}
