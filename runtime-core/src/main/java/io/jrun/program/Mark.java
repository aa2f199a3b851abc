// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/**
 * Places in the programs of a launch that are asked for when one of them has ended: how far had it
 * come? In their order.
 */
public enum Mark {
  /** The id is claimed: what is found in the state directory is this launch's. */
  CLAIMED,

  /** What is about to exist is on record: from here on a cgroup may have been made. */
  CGROUP,

  /** The first process is there. */
  SPAWNED,

  /** The pid file is written. */
  PID_FILE,

  /** The container is on record, and init outlives the front: in both their programs. */
  RECORDED,

  /** Init, or an exec's process, has become the program. */
  EXECUTED
}
