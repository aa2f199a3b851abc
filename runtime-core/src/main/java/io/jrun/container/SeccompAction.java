// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

/**
 * What a filter does about a system call: config-linux.md, "Seccomp", {@code action}. The numbers
 * are those of linux/seccomp.h, SECCOMP_RET_....
 */
public enum SeccompAction {
  ALLOW(0x7fff0000),
  ERRNO(0x00050000),
  /** The old name of {@link #KILL_THREAD}. */
  KILL(0),
  KILL_PROCESS(0x80000000),
  KILL_THREAD(0),
  LOG(0x7ffc0000),
  NOTIFY(0x7fc00000),
  TRACE(0x7ff00000),
  TRAP(0x00030000);

  private static final String PREFIX = "SCMP_ACT_";
  private final int number;

  SeccompAction(int number) {
    this.number = number;
  }

  /** SCMP_ACT_..., as documents have it. */
  public String specName() {
    return PREFIX + name();
  }

  /** The filter's return value; {@code errno} counts for the actions that carry one. */
  public int value(int errno) {
    return number | errno;
  }

  /** Whether the action carries a number: an error for the caller, a message for the tracer. */
  public boolean hasErrno() {
    return this == ERRNO || this == TRACE;
  }

  /** Whether the call takes place, or a tracer decides: such a default is left as it is. */
  public boolean isPermissive() {
    return this == ALLOW || this == LOG || this == TRACE;
  }

  /** Null if there is none of that name. */
  static SeccompAction named(String specName) {
    for (SeccompAction each : values()) {
      if (specName != null
          && specName.length() == PREFIX.length() + each.name().length()
          && specName.startsWith(PREFIX)
          && specName.endsWith(each.name())) {
        return each;
      }
    }
    return null;
  }
}
