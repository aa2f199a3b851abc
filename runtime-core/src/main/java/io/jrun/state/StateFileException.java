// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

/** A state.json, or what lies beside it, that jrun did not write, or that was damaged since. */
public final class StateFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateFileException(String message) {
    this("state.json", message);
  }

  /** {@code file} is its name in the state directory. */
  StateFileException(String file, String message) {
    super(file + " " + message);
  }
}
