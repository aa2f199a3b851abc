// SPDX-License-Identifier: Apache-2.0
package io.jrun.shim;

/** The conversation with the front broke down: it is gone, or it is another version's. */
public final class ShimException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ShimException(String message) {
    super(message);
  }
}
