// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

/** Ids of containers: they become names of directories and cgroups. */
public final class ContainerId {
  private static final int MAX_LENGTH = 240;

  private ContainerId() {}

  /**
   * Checks an id, before any file is looked at.
   *
   * @throws IllegalArgumentException with the sentence for the user
   */
  public static String check(String id) {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("container id cannot be empty");
    }
    boolean valid = id.length() <= MAX_LENGTH && id.charAt(0) != '.';
    for (int i = 0; i < id.length() && valid; i++) {
      char c = id.charAt(i);
      valid =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "_+.-".indexOf(c) >= 0;
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "invalid container ID format: \""
              + id
              + "\" is not 1 to "
              + MAX_LENGTH
              + " characters of A-Z a-z 0-9 _ + . -, the first not a dot");
    }
    return id;
  }
}
