// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/** The sync points between the front and init. {@code plan.LaunchShape} has their order. */
public final class SyncCode {
  /** The joiner has cloned init; carries its pid. */
  public static final int CLONED = 1;

  /**
   * Init is in its namespaces, and all that is mounted is in place, /dev too; the root is the
   * host's still. Network devices may be moved and hooks of the runtime namespace run.
   */
  public static final int MOUNTED = 2;

  /** Those hooks have run; carries init's pid as the host sees it. */
  public static final int HOOKED = 3;

  /** The master of the terminal is the next thing on the channel. */
  public static final int TERMINAL = 10;

  /** The master is with whom it is for, and the terminal as large as it will be. */
  public static final int TAKEN = 13;

  /** All that create does is done. */
  public static final int READY = 4;

  /** The container is on record: init no longer ends with the front that made it. */
  public static final int COMMITTED = 5;

  /** Init is in a new user or time namespace: the front may write what belongs to it. */
  public static final int UNMAPPED = 6;

  /** The front has written it. */
  public static final int MAPPED = 7;

  /** The filter is loaded; carries the number of its listener in init. */
  public static final int LISTENER = 8;

  /** Whoever listens has it. */
  public static final int LISTENED = 9;

  /** Init is there, and has done nothing yet. */
  public static final int BORN = 12;

  /** Init is in its cgroup, which has its limits: it may begin. */
  public static final int PLACED = 11;

  /** The process that has been cloned is scheduled as it is to be. */
  public static final int SCHEDULED = 14;

  private SyncCode() {}
}
