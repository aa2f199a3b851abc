// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

/** State documents a plan writes or hands to hooks, made by the caller: they hold ids and times. */
public interface LaunchDocuments {
  /** state.json of a container that is being created. */
  byte[] creating();

  /** A copy of config.json. */
  byte[] config();

  /** The state that a hook gets on stdin, with {@code HookSteps.PID_WIDTH} blanks for the pid. */
  byte[] hookState(String status);

  /** The filter of system calls, classic BPF; asked for only if there is a profile. */
  byte[] filter();

  /**
   * The container process state for whoever listens to a filter, with {@code HookSteps.PID_WIDTH}
   * blanks for each of the two pids.
   */
  byte[] listenerState();
}
