// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Podman and Buildah as an ordinary user has them, in one session of theirs for each test: a shell
 * script, in a mount namespace where the user has a name and ids to map. They have no cgroup of
 * their own unless a test delegates one. Podman's user lives in a user namespace, where no warm
 * core serves: each command has a core of its own.
 */
@ExtendWith(ResidueExtension.class)
@Tag("engine")
class PodmanRootlessIT {
  private static final String RANGE = "some:100000:65536\n";

  private Workbench bench;
  private OrdinaryUser user;
  private Path home;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  @BeforeEach
  void moveIn(Workbench bench) throws IOException {
    this.bench = bench;
    user = OrdinaryUser.of(bench);
    home = OrdinaryUser.own(Files.createDirectory(bench.directory().resolve("home")));
    Files.copy(Podman.image(bench.directory()), home.resolve("image.tar"));
    Podman.execute("chown", "-R", "4242:4242", home.toString());
  }

  /** Ids that were mapped are no numbers to whoever cleans up: root does. */
  @AfterEach
  void moveOut() throws IOException {
    Podman.awaitMonitors(home.toString());
    user.assertNothingIsLeft();
    Files.deleteIfExists(Path.of("/dev/shm/libpod_rootless_lock_" + OrdinaryUser.ID));
  }

  /** A session in which {@code podman} and {@code buildah} are shell functions. */
  private Outcome session(String... script) throws IOException {
    return sessionAfter("", script);
  }

  private Outcome sessionAfter(String prelude, String... script) throws IOException {
    Path configuration =
        Files.writeString(
            bench.directory().resolve("containers.conf"),
            Podman.documented("podman/containers.conf", OrdinaryUser.binary()) + Podman.HERE);
    List<String> lines = new ArrayList<>();
    lines.add("cd " + home);
    lines.add("export HOME=" + home + " XDG_RUNTIME_DIR=" + user.runtime());
    lines.add("export CONTAINERS_CONF=" + configuration + " TMPDIR=" + home);
    lines.add(
        "podman() { command podman --storage-driver=vfs --cgroup-manager=cgroupfs"
            + " --network-backend="
            + Podman.BACKEND
            + " --events-backend=none \"$@\"; }");
    lines.add("buildah() { command buildah --storage-driver=vfs \"$@\"; }");
    // What is told of the host is not the subject.
    lines.add("podman import --change 'ENV PATH=/bin' image.tar busybox >/dev/null 2>&1");
    lines.addAll(Arrays.asList(script));
    lines.add("podman system migrate 2>/dev/null");
    Path file = Files.write(home.resolve("session.sh"), lines);
    Path group = bench.directory().resolve("etc");
    String etc = user.withRanges(RANGE);
    Files.writeString(group.resolve("group"), "root:x:0:\nsome:x:4242:\n");
    return bench
        .bareCommand()
        .by(Path.of("/bin/true"))
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("JRUN_CORE", "auto")
        .limit(java.time.Duration.ofSeconds(100))
        .through(
            "exec unshare -m --propagation shared bash -c '"
                + etc
                + prelude
                + " exec "
                + OrdinaryUser.COMMAND
                + "bash "
                + file
                + "'")
        .run();
  }

  @Test
  void containersRun() throws IOException {
    Outcome outcome =
        session(
            "podman run --rm busybox sh -c 'id -u; exit 3'; echo $?",
            "podman run -d --name lives busybox sleep 1000 >/dev/null",
            "podman exec lives sh -c 'id -u; exit 4'; echo $?",
            "podman exec -t lives tty",
            "podman exec -u 7:8 lives sh -c 'echo $(id -u) $(id -g)'",
            "podman inspect --format '{{.State.Status}} {{.OCIRuntime}}' lives",
            "ls $XDG_RUNTIME_DIR/jrun | grep -c '^[0-9a-f]*$'",
            "podman stop -t 0 lives; podman start lives; podman rm -f -t 0 lives",
            "podman run --rm busybox nosuch 2>/dev/null; echo $?");
    assertEquals(
        List.of(
            "0",
            "3",
            "0",
            "4",
            "/dev/pts/0",
            "7 8",
            "running jrun",
            "1",
            "lives",
            "lives",
            "lives",
            "127"),
        outcome.succeeds().lines());
  }

  @Test
  void idsAreKeptOrFound() throws IOException {
    Outcome outcome =
        session(
            "podman run --rm --userns=keep-id busybox id -u",
            "podman run --rm --userns=auto:size=500 busybox sh -c 'tr -s \" \""
                + " </proc/self/uid_map'",
            "podman run --rm --user 5 -v $PWD:/home:ro busybox sh -c 'id -u; stat -c %u /home'");
    assertEquals(List.of("4242", " 0 1 500", "5", "0"), outcome.succeeds().lines());
  }

  @Test
  void podsAndWhatCannotBeDoneWithoutACgroup() throws IOException {
    Outcome outcome =
        session(
            "podman pod create --name pod >/dev/null",
            "podman run --rm --pod pod busybox hostname",
            "podman pod rm -f -t 0 pod >/dev/null",
            "podman run -d --name one busybox sleep 1000 >/dev/null",
            "podman pause one; echo $?",
            "podman rm -f -t 0 one >/dev/null");
    assertEquals(List.of("pod", "125"), outcome.succeeds().lines());
    assertTrue(outcome.err().contains("the container has no cgroup of its own"), outcome::toString);
  }

  @Test
  void withACgroupThatWasDelegatedItPauses() throws IOException {
    Path group = Snapshot.CGROUPS.resolve(Workbench.id());
    Path own = group.resolve("own");
    Outcome outcome =
        sessionAfter(
            OrdinaryUser.delegating(group, own),
            "podman run -d --name one --cgroup-parent /"
                + group.getFileName()
                + "/pods busybox sleep 1000 >/dev/null",
            "podman pause one >/dev/null; podman inspect --format '{{.State.Status}}' one",
            "podman unpause one >/dev/null; podman exec one cat /proc/self/cgroup | grep ^0",
            "podman rm -f -t 0 one >/dev/null");
    // The process that holds the user's namespaces has been told to end.
    Path events = group.resolve("cgroup.events");
    Workbench.await("its end", () -> read(events).contains("populated 0"));
    Podman.execute("find", group.toString(), "-depth", "-type", "d", "-delete");
    assertEquals(List.of("paused", "0::/"), outcome.succeeds().lines());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void imagesAreBuilt() throws IOException {
    Outcome outcome =
        session(
            "printf 'FROM busybox\\nRUN echo made >/made; id -u; cat /made\\n' >Dockerfile",
            "for isolation in oci rootless; do",
            "  buildah bud --isolation $isolation --network none --tag built . >out 2>&1; echo $?",
            "  grep -c '^made$' out",
            "done",
            "podman run --rm built cat /made",
            "printf 'FROM busybox\\nRUN exit 6\\n' >Dockerfile",
            "buildah bud --isolation oci --network none . >/dev/null 2>&1; echo $?");
    assertEquals(List.of("0", "1", "0", "1", "made", "6"), outcome.succeeds().lines());
  }
}
