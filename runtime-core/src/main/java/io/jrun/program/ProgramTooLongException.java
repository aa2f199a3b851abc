// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/** A plan is longer than its programs can be: docs/plan.md has the numbers. */
public final class ProgramTooLongException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** {@code what} the plan does that it must not. */
  public ProgramTooLongException(String what) {
    super(
        "/mounts, /linux/maskedPaths, /linux/devices: the plan "
            + what
            + ": use fewer mounts, masked paths or devices");
  }
}
