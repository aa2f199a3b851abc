// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

/** What a REPORT frame is about. */
public final class ReportTag {
  public static final int PID = 1;
  public static final int START_TIME = 2;
  public static final int STATUS = 3;

  /** Of a hook: stdout under this tag, stderr under the next. */
  public static final int OUTPUT = 10;

  public static final int ERROR_OUTPUT = 11;

  /** What the kernel holds of the first sysctl; the next tags are for those that follow. */
  public static final int SYSCTL = 1000;

  private ReportTag() {}
}
