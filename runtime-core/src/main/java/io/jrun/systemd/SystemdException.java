// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

/** What systemd could not be asked, or would not do: one line, with what is likely to help. */
public class SystemdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SystemdException(String message) {
    super(message);
  }

  public SystemdException(String message, Throwable cause) {
    super(message, cause);
  }
}
