// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The delete command: what it refuses, what it ends, and that nothing of a container is there
 * afterwards.
 */
@ExtendWith(ResidueExtension.class)
class DeleteIT {

  @Test
  @Tag("smoke")
  void aStoppedContainerIsDeletedWithAllItHad(Workbench bench) {
    String id = bench.stopped(bench.bundle());
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
    bench.jrun("state", id).failsWith("container does not exist");
  }

  @Test
  void aCreatedContainerIsEndedAndDeleted(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    int pid = bench.pid(id);
    bench.delete(id).succeedsSilently();
    HostProcess.awaitEnd(pid);
    bench.assertNothingOf(id);
  }

  @Test
  void aRunningContainerIsNotDeleted(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.delete(id).failsWith("cannot delete container " + id + " that is not stopped: running");
    assertEquals("running", bench.status(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--force", "-f", "--force=true"})
  void aRunningContainerIsDeletedByForce(String option, Workbench bench) {
    String id = bench.running(bench.bundle().script("trap '' TERM; while :; do sleep 1000; done"));
    bench.jrun("delete", option, id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void aMissingContainerIsAnErrorUnlessForced(Workbench bench) {
    String id = Workbench.id();
    bench.delete(id).failsWith("container does not exist");
    bench.deleteByForce(id).succeedsSilently();
  }

  @Test
  void optionsMayFollowTheId(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    bench.jrun("delete", id, "--force").succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void theContainerIsDeletedAlthoughItsBundleIsGone(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.running(bundle);
    Files.move(bundle.directory(), bundle.directory().resolveSibling("moved"));
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void theContainerIsDeletedAlthoughItsCgroupIsGone(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle());
    Path cgroup = CgroupIT.cgroupOf(bench.pid(id));
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    Workbench.awaitRemoval(cgroup);
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void manyProcessesAreEndedAtOnce(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .withoutNamespace("pid")
            .script(
                "for i in $(seq 100); do sleep 1005 & done; trap '' TERM; while :; do sleep 1000;"
                    + " done");
    String id = bench.running(bundle);
    Workbench.await(
        "processes", () -> bench.jrun("ps", "-f", "json", id).succeeds().json().size() > 100);
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
    assertTrue(Snapshot.take().lines().stream().noneMatch(line -> line.contains("sleep 1005")));
  }

  // A shared pid namespace: init has ended, others of the container have not.
  @Test
  void processesThatOutliveInitAreEndedToo(Workbench bench) {
    Bundle bundle = bench.bundle().withoutNamespace("pid").script("sleep 1006 & sleep 0.1");
    String id = bench.running(bundle);
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
    assertTrue(Snapshot.take().lines().stream().noneMatch(line -> line.contains("sleep 1006")));
  }

  // As the kernel may keep one that has just ended, for a moment: the cgroup is busy until then.
  @Test
  void aProcessOnItsWayOutOfTheCgroupIsWaitedFor(Workbench bench) throws Exception {
    String id = bench.created(bench.bundle().args("true"));
    Path cgroup = CgroupIT.cgroupOf(bench.pid(id));
    bench.start(id).succeedsSilently();
    bench.awaitStatus(id, "stopped");
    // It is out within the second that a delete waits, whenever that begins.
    Process leaving = new ProcessBuilder("sleep", "0.6").start();
    try {
      Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(leaving.pid()));
      bench.delete(id).succeedsSilently();
      bench.assertNothingOf(id);
    } finally {
      leaving.waitFor();
    }
  }

  // What is in the cgroup of a container that has ended is not its own.
  @Test
  void aProcessThatStaysInTheCgroupIsNotEnded(Workbench bench) throws Exception {
    String id = bench.created(bench.bundle().args("true"));
    Path cgroup = CgroupIT.cgroupOf(bench.pid(id));
    bench.start(id).succeedsSilently();
    bench.awaitStatus(id, "stopped");
    Process staying = new ProcessBuilder("sleep", "1015").start();
    try {
      Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(staying.pid()));
      bench
          .delete(id)
          .failsWith(
              "remove cgroup "
                  + cgroup
                  + ": unlinkat: device or resource busy (EBUSY)"
                  + ": processes are left in it: jrun delete --force kills them");
      assertTrue(staying.isAlive());
    } finally {
      staying.destroyForcibly().waitFor();
    }
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  /**
   * Processes come into the cgroup all the time, as those of an exec do that looked at the
   * container before it was killed: faster than any of those.
   */
  @Test
  void whoComesIntoTheCgroupMeanwhileIsKilledToo(Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    Path cgroup = CgroupIT.cgroupOf(bench.pid(id));
    Process coming =
        new ProcessBuilder(
                "sh",
                "-c",
                "while [ -d \"$1\" ]; do"
                    + " sh -c 'echo $$ >\"$1/cgroup.procs\" && exec sleep 1015' - \"$1\"; done",
                "-",
                cgroup.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      bench.deleteByForce(id).succeedsSilently();
      bench.assertNothingOf(id);
    } finally {
      coming.descendants().forEach(ProcessHandle::destroyForcibly);
      coming.destroyForcibly().waitFor();
    }
  }

  /** What is called as nothing ought to be, is as deep as no path can be, and is no file at all. */
  @Test
  void whateverLiesInTheStateDirectoryIsRemoved(Workbench bench) throws Exception {
    for (boolean force : new boolean[] {true, false}) {
      String id = bench.created(bench.bundle());
      shell(
          bench.root().resolve(id),
          "mkfifo 'two\nlines' \"$(printf '\\377\\376')\" && rm config.json && mkdir config.json"
              + " && touch \"$(printf 'config.json/\\200')\" && ln -s / root && "
              + DEEP);
      (force ? bench.deleteByForce(id) : bench.delete(id)).exits(0);
      bench.assertNothingOf(id);
    }
  }

  /** Thirty directories within one another, of names of two hundred bytes. */
  static final String DEEP =
      "perl -e 'my $n = \"d\" x 200; for (1..30) { mkdir $n or die; chdir $n or die; }'";

  static void shell(Path directory, String script) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", script).directory(directory.toFile()).inheritIO().start();
    assertEquals(0, shell.waitFor(), script);
  }

  @ParameterizedTest
  @ValueSource(strings = {"touch $0", "ln -s $0 $0", "ln -s nowhere $0", "mkfifo $0"})
  void whatHasThePlaceOfAContainerIsRemovedByForce(String command, Workbench bench)
      throws Exception {
    String id = bench.keepQuietly(Workbench.id());
    Files.createDirectories(bench.root());
    shell(bench.root(), command.replace("$0", id));
    bench
        .create(bench.bundle(), id)
        .failsWith("jrun create failed: container with given ID already exists");
    bench.delete(id).failsWith("container does not exist");
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
    bench.create(bench.bundle(), id).succeedsSilently();
  }

  @Test
  void othersInTheStateRootAreUntouched(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle());
    Path other = Files.createDirectory(bench.root().resolve("other"));
    Files.writeString(other.resolve("file"), "x");
    bench.delete(id).succeedsSilently();
    assertTrue(Files.exists(other.resolve("file")));
    Files.delete(other.resolve("file"));
    Files.delete(other);
  }

  // The state directory of a container may hold what somebody linked there: links are removed, not
  // followed.
  @Test
  void linksInTheStateDirectoryAreNotFollowed(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle());
    Path canary = Files.createDirectory(bench.directory().resolve("canary"));
    Files.writeString(canary.resolve("file"), "x");
    Files.createSymbolicLink(bench.root().resolve(id).resolve("link"), canary);
    bench.deleteByForce(id).succeedsSilently();
    assertTrue(Files.exists(canary.resolve("file")));
    bench.assertNothingOf(id);
  }
}
