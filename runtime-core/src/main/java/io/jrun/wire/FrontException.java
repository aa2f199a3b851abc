// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

/** The conversation with the front broke down: it is gone, or it is another version's. */
public class FrontException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FrontException(String message) {
    super(message);
  }
}
