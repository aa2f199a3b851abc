// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.host.CgroupTree;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.Phase;
import io.jrun.state.StateFileException;
import java.util.List;
import java.util.Optional;

/**
 * Whose a container's cgroup is by now: its path may have been given to another container of the
 * root once this one had ended. A create takes no cgroup that has processes, so this is answered by
 * the cgroup itself wherever that can be: the other containers are looked through only where there
 * is somebody in it and this container's init is not.
 */
final class CgroupUse {
  private CgroupUse() {}

  /** Whether another container of the root that has not stopped uses the cgroup. */
  static boolean isByAnother(Session session, ContainerState state) {
    List<Long> processes = CgroupTree.processes(state.location().cgroup());
    if (processes.isEmpty() || holdsInit(session, state, processes)) {
      return false;
    }
    for (String id : session.store().ids()) {
      if (!id.equals(state.id()) && uses(session, id, state.location().cgroup())) {
        return true;
      }
    }
    return false;
  }

  private static boolean holdsInit(Session session, ContainerState state, List<Long> processes) {
    return state.phase() != Phase.CREATING
        && processes.contains(state.init().pid())
        && session.store().status(state) != ContainerStatus.STOPPED;
  }

  /** The path lies beside the state, and is there before the cgroup is made. */
  private static boolean uses(Session session, String id, String cgroup) {
    try {
      Optional<String> path = session.store().cgroup(id);
      if (path.isPresent() && !cgroup.equals(path.get())) {
        return false;
      }
      Optional<ContainerState> other = session.store().load(id);
      return other.isPresent()
          && other.get().location().cgroup().equals(cgroup)
          && session.store().status(other.get()) != ContainerStatus.STOPPED;
    } catch (StateFileException e) {
      session.notices().debug(id + ": " + e.getMessage());
      return false;
    }
  }
}
