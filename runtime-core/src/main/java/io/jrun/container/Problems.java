// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a configuration, and what is only odd, gathered: every check adds here and
 * none stops the others.
 */
public final class Problems {
  /**
   * One problem.
   *
   * @param pointer the field, as a JSON pointer into config.json
   * @param message what is wrong and what to do about it
   */
  public record Entry(String pointer, String message) {
    /** As a line without a place has it: "/process/cwd: cwd must be an absolute path". */
    public String line() {
      return pointer + ": " + message;
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> warnings = new ArrayList<>();

  public void add(String pointer, String message) {
    entries.add(new Entry(pointer, message));
  }

  /** Adds the problem unless the condition holds. */
  public void require(boolean condition, String pointer, String message) {
    if (!condition) {
      add(pointer, message);
    }
  }

  /** Adds what is told and does not stop anything. */
  public void warn(String pointer, String message) {
    warnings.add(new Entry(pointer, message));
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  public List<Entry> warnings() {
    return List.copyOf(warnings);
  }
}
