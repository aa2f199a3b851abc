// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import java.util.Optional;

/**
 * What is to be written to a file of a cgroup.
 *
 * @param file its name; what comes before the first dot names the controller it belongs to
 * @param pointer the field that asks for it
 * @param manner what it means if it cannot be
 * @param instead what is written where the kernel has no such file
 */
public record Setting(
    String file, String value, String pointer, Manner manner, Optional<Setting> instead) {
  /** What a failure means. */
  public enum Manner {
    /** An error. */
    MUST,
    /** Nothing where the kernel has no such file: there is nothing to limit then. */
    IF_THERE,
    /** Nothing if the kernel does not take the value yet: it comes once more. */
    ATTEMPT
  }

  /** No limit is what there is where the kernel has no such file. */
  public static Setting must(String file, String value, String pointer) {
    Manner manner = isLimit(file, value) ? Manner.MUST : Manner.IF_THERE;
    return new Setting(file, value, pointer, manner, Optional.empty());
  }

  private static boolean isLimit(String file, String value) {
    boolean protects = file.equals("memory.low") || file.equals("memory.min");
    boolean any = value.equals("max") || value.startsWith("max ") || value.endsWith("=max");
    return protects || !any;
  }

  /** Whether it takes the controller to be as asked for. */
  public boolean isLimit() {
    return isLimit(file, value);
  }

  static Setting ifThere(String file, String value, String pointer) {
    return new Setting(file, value, pointer, Manner.IF_THERE, Optional.empty());
  }

  public static Setting attempt(String file, String value, String pointer) {
    return new Setting(file, value, pointer, Manner.ATTEMPT, Optional.empty());
  }

  /** This one, and another where the kernel has no such file. */
  Setting orElse(Setting other) {
    return new Setting(file, value, pointer, manner, Optional.of(other));
  }

  /** The controller the file belongs to; empty if it is of every cgroup. */
  public String controller() {
    int dot = file.indexOf('.');
    String name = dot < 0 ? "" : file.substring(0, dot);
    return name.equals("cgroup") || file.endsWith(".pressure") ? "" : name;
  }
}
