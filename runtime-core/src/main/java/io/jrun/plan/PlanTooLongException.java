// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

/** A program would have more instructions than jumps, which are 16 bits wide, can reach. */
public final class PlanTooLongException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PlanTooLongException(int most) {
    super(
        "/mounts, /linux/maskedPaths: the plan has more than the "
            + most
            + " instructions it may have: use fewer mounts or masked paths");
  }
}
