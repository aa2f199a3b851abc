// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

/** How far a container's making has come, as state.json has it. */
public enum Phase {
  /** On record, not there yet: what exists may be any part of it. */
  CREATING("creating"),
  /** Init waits for a start. */
  CREATED("created"),
  /** Started. */
  RUNNING("running");

  private final String word;

  Phase(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  static Phase of(String word) {
    for (Phase phase : values()) {
      if (phase.word.equals(word)) {
        return phase;
      }
    }
    throw new StateFileException("has an unknown phase \"" + word + "\"");
  }
}
