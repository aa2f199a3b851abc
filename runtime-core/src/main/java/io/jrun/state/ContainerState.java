// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import io.jrun.linux.Procfs;
import java.util.Map;
import java.util.Optional;

/**
 * What is on disk about a container: {@code <root>/<id>/state.json}.
 *
 * @param creator the front that makes or made it, for telling a create in progress from a broken
 *     one
 * @param init its first process; {@link ProcessIdentity#NONE} while it is being created
 * @param bootId the boot both belong to: /proc/sys/kernel/random/boot_id
 * @param cgroup absolute path of its cgroup's directory
 * @param created RFC 3339, UTC
 * @param launch what its plan was compiled with, and what else is known of its launch
 */
public record ContainerState(
    String id,
    Phase phase,
    ProcessIdentity creator,
    ProcessIdentity init,
    String bootId,
    Location location,
    String created,
    Map<String, String> annotations,
    LaunchRecord launch) {
  /** Where its parts are, all absolute. */
  public record Location(String bundle, String rootfs, String cgroup) {}

  /**
   * One that is about to be made, on this boot.
   *
   * @param creator pid of the front that makes it
   */
  public static ContainerState creating(
      String id,
      long creator,
      Location location,
      String created,
      Map<String, String> annotations,
      LaunchRecord launch) {
    Optional<Procfs.Stat> stat = Procfs.stat(creator);
    long start = stat.isPresent() ? stat.get().startTime() : 0;
    return new ContainerState(
        id,
        Phase.CREATING,
        new ProcessIdentity(creator, start),
        ProcessIdentity.NONE,
        Procfs.bootId(),
        location,
        created,
        annotations,
        launch);
  }

  /** Whether its processes can be there still. */
  public boolean isOfThisBoot() {
    return bootId.equals(Procfs.bootId());
  }

  public ContainerState with(Location newLocation) {
    return new ContainerState(
        id, phase, creator, init, bootId, newLocation, created, annotations, launch);
  }

  public ContainerState with(Phase newPhase, ProcessIdentity newInit) {
    return new ContainerState(
        id, newPhase, creator, newInit, bootId, location, created, annotations, launch);
  }
}
