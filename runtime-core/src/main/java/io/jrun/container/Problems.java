// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a configuration, gathered: every check adds here and none stops the others.
 */
public final class Problems {
  /**
   * One problem.
   *
   * @param pointer the field, as a JSON pointer into config.json
   * @param message what is wrong and what to do about it
   */
  public record Entry(String pointer, String message) {}

  private final List<Entry> entries = new ArrayList<>();

  public void add(String pointer, String message) {
    entries.add(new Entry(pointer, message));
  }

  /** Adds the problem unless the condition holds. */
  public void require(boolean condition, String pointer, String message) {
    if (!condition) {
      add(pointer, message);
    }
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }
}
