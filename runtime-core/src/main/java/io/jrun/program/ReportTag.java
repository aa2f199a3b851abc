// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/** What a REPORT frame is about. */
public final class ReportTag {
  public static final int PID = 1;
  public static final int START_TIME = 2;
  public static final int STATUS = 3;

  /** What the kernel answered to a netlink request: minus an errno, in 32 bits. */
  public static final int NETLINK = 5;

  /** A datagram of the container's to its notification socket. */
  public static final int NOTIFICATION = 6;

  /** Not 0 if init has ended. */
  public static final int ENDED = 7;

  /** The kernel let no ambient capability be raised. */
  public static final int NO_AMBIENT = 8;

  /** A message of the kernel's about the call that failed: a level, a blank, words. */
  public static final int WORDS = 9;

  /** Of a hook: stdout under this tag, stderr under the next. */
  public static final int OUTPUT = 10;

  public static final int ERROR_OUTPUT = 11;

  /** What CRIU says: a message of its own. */
  public static final int CRIU = 12;

  /** The number of a descriptor that came with it. */
  public static final int CRIU_DESCRIPTOR = 13;

  /** The number of the descriptor of the images' directory. */
  public static final int IMAGES = 14;

  /** The number of the descriptor of the directory that CRIU works in. */
  public static final int WORK = 15;

  /** What the kernel holds of the first sysctl; the next tags are for those that follow. */
  public static final int SYSCTL = 1000;

  private static final int NET_DEVICES = 20000;

  /** Of the network device at a place in the list: this tag and the next two. */
  public static int netDevice(int place) {
    return NET_DEVICES + 3 * place;
  }

  private ReportTag() {}
}
