// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

/**
 * A program of several pieces could not be recorded to its end; the front has run what there was.
 */
public final class CutShortException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Outcome outcome;

  CutShortException(Outcome outcome, RuntimeException cause) {
    super(cause);
    this.outcome = outcome;
  }

  /** How far the front came. */
  public Outcome outcome() {
    return outcome;
  }

  @Override
  public synchronized RuntimeException getCause() {
    return (RuntimeException) super.getCause();
  }
}
