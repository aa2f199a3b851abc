// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** Execution domains: linux/personality.h, by the words of config-linux.md "Personality". */
public enum ExecutionDomain {
  LINUX(0),
  LINUX32(8);

  private final int number;

  ExecutionDomain(int number) {
    this.number = number;
  }

  /** What personality(2) takes. */
  public int number() {
    return number;
  }
}
