// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

/** Status values of a container: runtime.md "State", and paused as every peer has it. */
public enum ContainerStatus {
  CREATING,
  CREATED,
  RUNNING,
  PAUSED,
  STOPPED;

  /** The word in state documents. */
  public String word() {
    return switch (this) {
      case CREATING -> "creating";
      case CREATED -> "created";
      case RUNNING -> "running";
      case PAUSED -> "paused";
      case STOPPED -> "stopped";
    };
  }
}
