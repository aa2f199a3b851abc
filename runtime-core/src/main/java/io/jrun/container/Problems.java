// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Problem;
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
      return pointer.isEmpty() ? message : pointer + ": " + message;
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> warnings = new ArrayList<>();
  private int unlisted;
  private int unlistedWarnings;

  public void add(String pointer, String message) {
    if (entries.size() < Problem.MOST_LISTED) {
      entries.add(new Entry(pointer, message));
    } else {
      unlisted++;
    }
  }

  /** Adds the problem unless the condition holds. */
  public void require(boolean condition, String pointer, String message) {
    if (!condition) {
      add(pointer, message);
    }
  }

  /** Adds what is told and does not stop anything. */
  public void warn(String pointer, String message) {
    if (warnings.size() < Problem.MOST_LISTED) {
      warnings.add(new Entry(pointer, message));
    } else {
      unlistedWarnings++;
    }
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The first of them, as many as a report shows. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The first of them, and how many more there are. */
  public List<Entry> warnings() {
    List<Entry> out = new ArrayList<>(warnings);
    if (unlistedWarnings > 0) {
      out.add(new Entry("", "has " + unlistedWarnings + " more warnings than are listed here"));
    }
    return out;
  }

  /** All on one line, for what has no lines and columns. */
  public String line() {
    StringBuilder out = new StringBuilder();
    for (Entry each : entries) {
      out.append(out.isEmpty() ? "" : "; ").append(each.line());
    }
    return unlisted == 0
        ? out.toString()
        : out.append("; and ").append(unlisted).append(" more").toString();
  }

  /** How many more there are. */
  public int unlisted() {
    return unlisted;
  }
}
