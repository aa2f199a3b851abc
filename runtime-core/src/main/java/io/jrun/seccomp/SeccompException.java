// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

/** A profile that is in order, and that no filter can be made of on this host. */
public final class SeccompException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SeccompException(String message, Throwable cause) {
    super(message, cause);
  }

  SeccompException(String message) {
    super(message);
  }
}
