// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

/** A container could not be made, or jrun refused a command; the message has jrun's own words. */
public final class JrunException extends RuntimeException {

  private static final long serialVersionUID = 1;

  JrunException(String message) {
    super(message);
  }

  JrunException(String message, Throwable cause) {
    super(message, cause);
  }
}
