// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.ContainerSpec;
import io.jrun.container.MountSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a launch needs to know beside the container's own description: what the command line and the
 * caller's environment said, and what was found of the host.
 *
 * @param bundle absolute path
 * @param stateDirectory absolute path of the container's state directory
 * @param sockets who waits for a terminal or a pidfd
 * @param notifySocket what the container tells its readiness by, if anybody waits for that
 */
public record LaunchOptions(
    String id,
    String bundle,
    String stateDirectory,
    Switches switches,
    HostFacts host,
    Sockets sockets,
    Optional<NotifySocket> notifySocket) {

  /** Of a launch that nobody waits for. */
  public LaunchOptions(
      String id, String bundle, String stateDirectory, Switches switches, HostFacts host) {
    this(id, bundle, stateDirectory, switches, host, Sockets.NONE, Optional.empty());
  }

  /**
   * Switches of the command line.
   *
   * @param waits init waits for a start (create does)
   * @param preserveFds how many descriptors from 3 up are handed on
   * @param holes those of them that are not open, ascending: nothing else may lie there either
   * @param listenFds how many of them are of socket activation, from the first on
   */
  public record Switches(
      boolean waits,
      boolean noPivot,
      boolean noNewKeyring,
      int preserveFds,
      List<Integer> holes,
      int listenFds) {
    public Switches(boolean waits, boolean noPivot, boolean noNewKeyring, int preserveFds) {
      this(waits, noPivot, noNewKeyring, preserveFds, List.of(), 0);
    }
  }

  /** Where cgroup2 is mounted. */
  public String cgroupMount() {
    return host.cgroup().mount();
  }

  /** Path of the container's cgroup below that mount; empty if it has none of its own. */
  public String cgroup() {
    return host.cgroup().path();
  }

  /** Absolute path of the container's cgroup on this host; empty if it has none of its own. */
  public String cgroupDirectory() {
    return host.cgroup().directory();
  }

  /** The container's mounts in their order: what it tells its readiness by comes last. */
  public List<MountSpec> mounts(ContainerSpec spec) {
    if (notifySocket.isEmpty()) {
      return spec.mounts();
    }
    List<MountSpec> out = new ArrayList<>(spec.mounts());
    out.add(notifySocket.get().mount());
    return out;
  }

  /**
   * Variables, "KEY=value", that the program has in place of those of the same names: of socket
   * activation as sd_listen_fds(3) reads them, and of readiness.
   */
  public List<String> variables() {
    if (switches.listenFds == 0 && notifySocket.isEmpty()) {
      return List.of();
    }
    List<String> out = new ArrayList<>();
    if (switches.listenFds > 0) {
      out.add("LISTEN_FDS=" + switches.listenFds);
      out.add("LISTEN_PID=1");
    }
    if (notifySocket.isPresent()) {
      out.add(notifySocket.get().variable());
    }
    return out;
  }
}
