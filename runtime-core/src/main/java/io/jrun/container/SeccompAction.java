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
  private static final int EPERM = 1;

  /** The kernel takes 4095 as well (linux/err.h, MAX_ERRNO), runc, by libseccomp, does not. */
  private static final int MAX_ERRNO = 4094;

  /** SECCOMP_RET_DATA of linux/seccomp.h. */
  private static final int MAX_MESSAGE = 0xffff;

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

  /** Null, and a problem, if there is no such action. */
  static SeccompAction parse(String name, String pointer, Problems problems) {
    SeccompAction action = named(name);
    if (action == null) {
      problems.add(
          pointer,
          "unknown action \""
              + name
              + "\": known are SCMP_ACT_ALLOW, ERRNO, KILL, KILL_PROCESS, KILL_THREAD, LOG, NOTIFY,"
              + " TRACE, TRAP");
    }
    return action;
  }

  /** What an action carries: EPERM unless the document says otherwise. */
  static int errno(SeccompAction action, Long declared, String pointer, Problems problems) {
    if (action == null) {
      return 0;
    }
    if (!action.hasErrno()) {
      problems.require(
          declared == null, pointer, "goes only with SCMP_ACT_ERRNO and SCMP_ACT_TRACE");
      return 0;
    }
    int most = action == ERRNO ? MAX_ERRNO : MAX_MESSAGE;
    problems.require(
        declared == null || declared <= most, pointer, "must be between 0 and " + most);
    return declared == null ? EPERM : (int) Math.min(declared, most);
  }
}
