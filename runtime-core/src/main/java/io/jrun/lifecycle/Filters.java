// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.container.SeccompSpec;
import io.jrun.plan.Recorder;
import io.jrun.plan.SeccompSteps;
import io.jrun.seccomp.FilterCache;
import io.jrun.seccomp.SeccompException;
import io.jrun.shim.Outcome;
import io.jrun.state.ContainerState;
import io.jrun.state.StateDocument;
import java.nio.charset.StandardCharsets;

/**
 * A command's dealings with filters of system calls: for a container's init, and for whatever is
 * executed in it later, which gets the same.
 */
final class Filters {
  private Filters() {}

  /** The filter of a profile, from the cache of the command's state root or made now. */
  static FilterCache.Filter find(Session session, SeccompSpec profile) {
    FilterCache cache =
        new FilterCache(
            session.store().root(),
            session.front().caller().version(),
            session.front().caller().euid());
    try {
      FilterCache.Filter filter = cache.find(profile);
      session
          .notices()
          .debug(
              "seccomp: a filter of "
                  + filter.program().length / 8
                  + " instructions, "
                  + (filter.fresh().isPresent() ? "made now" : "known"));
      return filter;
    } catch (SeccompException e) {
      throw new ContainerException(e.getMessage(), e);
    }
  }

  /** Keeps a filter for launches to come. That it cannot be kept is no reason to fail. */
  static void keep(Session session, FilterCache.Entry entry) {
    Recorder k = new Recorder();
    SeccompSteps.keep(
        k,
        session.store().root() + "/" + FilterCache.DIRECTORY,
        entry.name(),
        entry.content(),
        entry.evicted(),
        session.front().caller().pid());
    Outcome outcome = session.front().run(k.program());
    if (!outcome.succeeded()) {
      session.notices().debug("seccomp: the filter is not kept: " + outcome.message());
    }
  }

  /** The document for whoever listens to a process's filter; pids are digits or room for them. */
  static byte[] listenerState(
      SeccompSpec profile, ContainerState state, String status, String pid, String initPid) {
    String metadata = profile.listener().orElseThrow().metadata();
    return StateDocument.forListener(state, status, pid, initPid, metadata)
        .getBytes(StandardCharsets.UTF_8);
  }
}
