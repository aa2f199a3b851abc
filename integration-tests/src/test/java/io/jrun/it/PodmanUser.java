// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.TestReporter;

/**
 * Podman as an ordinary user has it since its fifth version, where pasta makes their networks; with
 * ids to map, and in namespaces where they have a name and a network device that is nobody else's.
 * For one test; {@link OrdinaryUser#prepare} comes first.
 */
final class PodmanUser implements AutoCloseable {
  private final Path home;
  private final OrdinaryUser user;
  private final EngineFlow flow;

  /** In the cgroup that the caller is in, and so without cgroups for containers. */
  static PodmanUser of(Workbench bench) throws IOException {
    return new PodmanUser(bench, "");
  }

  /** In a cgroup that was delegated to the user: below the one that is named. */
  static PodmanUser delegated(Workbench bench, Path cgroup) throws IOException {
    Path own = cgroup.resolve("own");
    return new PodmanUser(bench, OrdinaryUser.delegating(cgroup, own));
  }

  private PodmanUser(Path home, OrdinaryUser user, EngineFlow flow) {
    this.home = home;
    this.user = user;
    this.flow = flow;
  }

  private PodmanUser(Workbench bench, String prelude) throws IOException {
    user = OrdinaryUser.of(bench);
    home = user.home();
    Path configuration =
        Files.writeString(
            home.resolve("containers.conf"),
            Podman.documented("podman/containers.conf", OrdinaryUser.binary())
                + Podman.HERE.replace("netns = \"none\"\n", ""));
    String script =
        """
        export HOME=%s XDG_RUNTIME_DIR=%s CONTAINERS_CONF=%s TMPDIR=%1$s
        podman() {
          command podman --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none \\
            --runtime="$RUNTIME" "$@"
        }
        busybox=%s
        podman image exists $busybox || podman import --change 'ENV PATH=/bin' $HOME/image.tar $busybox >/dev/null 2>&1
        """
            .formatted(home, user.runtime(), configuration, Podman.IMAGE);
    flow =
        new EngineFlow(
            script,
            PodmanHost.CLEANUP + "; podman system migrate >/dev/null 2>&1; true",
            PodmanHost.PEERS,
            OrdinaryUser.binary().toString(),
            user.inNamespaces(prelude));
  }

  void writes(List<String> expected, Workbench bench, TestReporter reporter, String... script)
      throws IOException {
    flow.writes(expected, bench, reporter, script);
  }

  /** The same, with groups beside their own. */
  PodmanUser inGroups(String groups) {
    String wrapper = flow.wrapper().replace("--clear-groups", "--groups " + groups);
    return new PodmanUser(
        home,
        user,
        new EngineFlow(flow.prelude(), flow.cleanup(), flow.peers(), flow.subject(), wrapper));
  }

  /** Ids that were mapped are no numbers to whoever cleans up: root does. */
  @Override
  public void close() throws IOException {
    Podman.awaitMonitors(home.toString());
    user.assertNothingIsLeft();
    Files.deleteIfExists(Path.of("/dev/shm/libpod_rootless_lock_" + OrdinaryUser.ID));
  }
}
