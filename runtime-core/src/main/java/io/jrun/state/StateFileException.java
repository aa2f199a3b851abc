// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

/** A state.json that jrun did not write, or that was damaged since. */
public final class StateFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateFileException(String message) {
    super("state.json " + message);
  }
}
