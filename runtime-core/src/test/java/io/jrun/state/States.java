// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import io.jrun.linux.Procfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** States of made-up containers, and state directories with them in. */
public final class States {
  private States() {}

  /** A state of this boot; nothing of its parts exists. */
  public static ContainerState of(
      String id, Phase phase, ProcessIdentity creator, ProcessIdentity init) {
    return new ContainerState(
        id,
        phase,
        creator,
        init,
        Procfs.bootId(),
        new ContainerState.Location("/bundle", "/bundle/rootfs", "/nonexistent/cgroup/" + id),
        "2026-11-21T21:08:05.690767349Z",
        Map.of(),
        LaunchRecord.of(new LaunchRecord.Cgroup("", "/" + id, "")));
  }

  /** This very process, which lives as long as the test. */
  public static ProcessIdentity living() {
    long pid = ProcessHandle.current().pid();
    return new ProcessIdentity(pid, Procfs.stat(pid).orElseThrow().startTime());
  }

  /** A pid in use whose process is another one. */
  public static ProcessIdentity recycled() {
    return new ProcessIdentity(living().pid(), living().startTime() + 1);
  }

  public static ContainerState created(String id) {
    return of(id, Phase.CREATED, living(), living());
  }

  public static ContainerState running(String id) {
    return of(id, Phase.RUNNING, living(), living());
  }

  public static ContainerState stopped(String id) {
    return of(id, Phase.RUNNING, living(), recycled());
  }

  public static ContainerState withBoot(ContainerState state, String bootId) {
    return with(state, bootId, state.location(), state.annotations(), state.launch());
  }

  public static ContainerState withCgroup(ContainerState state, String cgroup) {
    ContainerState.Location at = state.location();
    ContainerState.Location there = new ContainerState.Location(at.bundle(), at.rootfs(), cgroup);
    return with(state, state.bootId(), there, state.annotations(), state.launch());
  }

  public static ContainerState withAnnotations(
      ContainerState state, Map<String, String> annotations) {
    return with(state, state.bootId(), state.location(), annotations, state.launch());
  }

  /**
   * @param launch as state.json has it, and nothing else
   */
  public static ContainerState launchedWith(ContainerState state, Map<String, String> launch) {
    return with(
        state, state.bootId(), state.location(), state.annotations(), LaunchRecord.of(launch));
  }

  private static ContainerState with(
      ContainerState state,
      String bootId,
      ContainerState.Location location,
      Map<String, String> annotations,
      LaunchRecord launch) {
    return new ContainerState(
        state.id(),
        state.phase(),
        state.creator(),
        state.init(),
        bootId,
        location,
        state.created(),
        annotations,
        launch);
  }

  /** Puts a state on disk, in a directory of its own below the root. */
  public static Path put(Path root, ContainerState state) {
    try {
      Path directory = Files.createDirectories(root.resolve(state.id()));
      Files.write(directory.resolve("state.json"), StateFile.write(state));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
