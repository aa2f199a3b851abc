// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.ArrayList;
import java.util.List;

/** How a call is made, whatever it is: at once, or recorded. */
public abstract class Calls {
  /** What a call gives. */
  public enum Gives {
    NOTHING,
    FD,
    PID,
    VALUE
  }

  private final List<Errno> ignored = new ArrayList<>(2);

  /**
   * Makes or records one call.
   *
   * @param gives what the result is; {@link Gives#NOTHING} returns null
   * @param name the result's name in a plan
   */
  protected abstract Handle invoke(Gives gives, String name, Syscall call, Arg... args);

  /** Adds to what {@link #takeIgnored} will give. */
  final void ignore(List<Errno> errnos) {
    ignored.addAll(errnos);
  }

  /** Takes what {@code ignoring} left for the call being made. */
  protected final List<Errno> takeIgnored() {
    if (ignored.isEmpty()) {
      return List.of();
    }
    List<Errno> taken = List.copyOf(ignored);
    ignored.clear();
    return taken;
  }

  final Fd fd(String name, Syscall call, Arg... args) {
    return (Fd) invoke(Gives.FD, name, call, args);
  }

  final void call(Syscall call, Arg... args) {
    invoke(Gives.NOTHING, null, call, args);
  }
}
