// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;

/** Flags of loading a filter: config-linux.md, "Seccomp", {@code flags}; seccomp(2). */
public enum SeccompFlag {
  /** Accepted, and nothing to do: whoever loads the filter has one thread. */
  TSYNC(0),
  LOG(Linux.SECCOMP_FILTER_FLAG_LOG),
  SPEC_ALLOW(Linux.SECCOMP_FILTER_FLAG_SPEC_ALLOW),
  /** The kernel takes it (5.19) only where there is a listener; without one it asks for nothing. */
  WAIT_KILLABLE_RECV(Linux.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

  private static final String PREFIX = "SECCOMP_FILTER_FLAG_";
  private final long bit;

  SeccompFlag(long bit) {
    this.bit = bit;
  }

  /** SECCOMP_FILTER_FLAG_..., as documents have it. */
  public String specName() {
    return PREFIX + name();
  }

  /** The kernel's bit, or 0. */
  public long bit() {
    return bit;
  }

  /** Null if there is none of that name. */
  static SeccompFlag named(String specName) {
    for (SeccompFlag each : values()) {
      if (each.specName().equals(specName)) {
        return each;
      }
    }
    return null;
  }
}
