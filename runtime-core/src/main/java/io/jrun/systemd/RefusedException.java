// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

/** An error that systemd has answered a call with. */
public final class RefusedException extends SystemdException {
  private static final long serialVersionUID = 1L;

  /** Begins the names of errors that are systemd's own. */
  private static final String OWN = "org.freedesktop.systemd1.";

  private final String name;

  /**
   * @param name of the error: {@code org.freedesktop.systemd1.UnitExists}
   * @param message its text
   */
  RefusedException(String name, String message) {
    super(message);
    this.name = name;
  }

  /** Whether it is one of systemd's own, named without what they all begin with. */
  boolean is(String own) {
    return name.equals(OWN + own);
  }
}
