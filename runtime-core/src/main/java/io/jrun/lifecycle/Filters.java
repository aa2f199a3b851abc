// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.SeccompSpec;
import io.jrun.document.StateDocument;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Seccomp;
import io.jrun.seccomp.FilterCompiler;
import io.jrun.seccomp.SeccompException;
import io.jrun.state.ContainerState;
import java.nio.charset.StandardCharsets;

/**
 * A command's dealings with filters of system calls: for a container's init, and for whatever is
 * executed in it later, which gets the same.
 */
public final class Filters {
  private Filters() {}

  /** The filter of a profile, classic BPF. */
  public static byte[] make(Session session, SeccompSpec profile) {
    try {
      byte[] filter = FilterCompiler.compile(profile);
      session
          .notices()
          .debug(
              "seccomp: a filter of " + filter.length / Seccomp.INSTRUCTION_SIZE + " instructions");
      return filter;
    } catch (SeccompException e) {
      throw new ContainerException(e.getMessage(), e);
    }
  }

  /** The document for whoever listens to a process's filter; pids are digits or room for them. */
  public static byte[] listenerState(
      SeccompSpec profile, ContainerState state, String status, String pid, String initPid) {
    String metadata = profile.listener().orElseThrow().metadata();
    return StateDocument.forListener(state, status, pid, initPid, metadata)
        .getBytes(StandardCharsets.UTF_8);
  }
}
