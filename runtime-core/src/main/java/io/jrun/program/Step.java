// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/**
 * One readable step of a plan.
 *
 * @param title what it does: "mount proc at /proc"
 * @param pointer the field of config.json it comes from, as a JSON pointer; empty if from none
 */
public record Step(String title, String pointer) {
  /** The title with the field: "mount proc at /proc (/mounts/0)". */
  public String show() {
    return pointer.isEmpty() ? title : title + " (" + pointer + ")";
  }
}
