// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

/** Where what is no error goes: warnings, and on request what was decided and why. */
public interface Notices {
  void warn(String message);

  /** Whether no warning waits for the end of the command. */
  boolean areNone();

  void debug(String message);

  /** Whether that goes anywhere: what costs something to tell is not told otherwise. */
  boolean isDebugging();
}
