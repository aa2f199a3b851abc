// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

/** Where what is no error goes: warnings, and on request what was decided and why. */
public interface Notices {
  void warn(String message);

  void debug(String message);
}
