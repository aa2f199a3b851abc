// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** checkpoint and restore: a container goes on from where it was, with all that it is. */
@ExtendWith(ResidueExtension.class)
class CheckpointIT {
  @BeforeAll
  static void prepare() throws IOException, InterruptedException {
    Criu.prepare();
  }

  @Test
  @Tag("jvm")
  void aContainerGoesOnFromWhereItWas(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    bench.assertNothingOf(id);
    final long before = Criu.count(bench);
    Path pidFile = bench.directory().resolve("pid");
    Criu.restore(bench, bundle, id, "--detach", "--pid-file", pidFile.toString())
        .run()
        .succeedsSilently();
    assertEquals("running", bench.status(id));
    Criu.awaitCountAbove(bench, before);
    assertTrue(Criu.count(bench) < before + 1000, "it began anew, or ran on");
    assertEquals(Integer.toString(bench.pid(id)), Files.readString(pidFile));
    // It is a container in every respect.
    assertEquals("1\n", bench.exec(id, "sh", "-c", "echo $$ >/dev/null; echo 1").out());
    assertEquals("jrun\n", bench.exec(id, "hostname").succeedsSilently().out());
    bench.exec(id, "sh", "-c", "test ! -s /proc/keys && test ! -s /proc/timer_list").succeeds();
    assertTrue(bench.exec(id, "ls", "/sys/fs/cgroup").out().contains("cgroup.procs"));
    bench.jrun("pause", id).succeedsSilently();
    assertEquals("paused", bench.status(id));
    bench.jrun("resume", id).succeedsSilently();
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    bench.delete(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void itMayBeRestoredUnderAnotherNameFromARunningOne(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id, "--leave-running").run().succeedsSilently();
    assertEquals("running", bench.status(id));
    Criu.awaitCountAbove(bench, Criu.count(bench));
    bench.deleteByForce(id).succeedsSilently();
    String other = bench.keep(Workbench.id());
    Criu.restore(bench, bundle, other, "-d").run().succeedsSilently();
    assertEquals("running", bench.status(other));
    String cgroup = Files.readString(Path.of("/proc/" + bench.pid(other) + "/cgroup"));
    assertTrue(cgroup.contains("0::/" + other), cgroup);
    Criu.awaitCountAbove(bench, Criu.count(bench));
    // Names of mount points in a mount namespace of CRIU's are nobody else's.
    assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + bundle.rootfs()));
  }

  /** What its output went to was a pipe, and is whatever the restore's is. */
  @Test
  void inTheForegroundTheProgramsEndIsTheCommands(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script("trap 'echo bye; exit 7' TERM; echo ready; while :; do (usleep 10000); done");
    String id = bench.keepQuietly(Workbench.id());
    bench
        .runCommand(bundle, id, "--detach")
        .through("exec \"$@\" > >(cat >/dev/null) 2>&1")
        .run()
        .exits(0);
    bench.awaitTrap(id);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Jrun.Running running = Criu.restore(bench, bundle, id).start();
    Workbench.await(
        "its restore",
        () ->
            !running.process().isAlive()
                || bench.jrun("state", id).out().contains("\"status\": \"running\""));
    running.process().destroy(); // TERM, which the front passes on
    Outcome outcome = running.await().exits(7);
    assertEquals("bye\n", outcome.out());
    bench.assertNothingOf(id);
  }

  @Test
  void aCheckpointThatFailsLeavesItRunning(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    bundle.script(
        "sleep 1000 | nc -l -p 5000 >/dev/null & "
            + "until grep -q ':1388 .* 0A ' /proc/net/tcp6; do usleep 10000; done; "
            + "sleep 1000 | nc 127.0.0.1 5000 >/dev/null & "
            + Criu.COUNTING);
    String id = bench.running(bundle);
    Workbench.await(
        "a connection",
        () -> bench.exec(id, "grep", "-q", ":1388 01 ", "/proc/net/tcp").exitCode() == 0);
    Criu.awaitCountAbove(bench, 3);
    Outcome outcome = Criu.checkpoint(bench, id).run().exits(1);
    assertTrue(
        outcome.message().startsWith("checkpoint failed: criu failed: type DUMP"),
        outcome::toString);
    assertTrue(outcome.message().contains("Connected TCP socket"), outcome::toString);
    assertTrue(
        outcome
            .message()
            .endsWith("log file: " + bench.directory().resolve("work").resolve("dump.log")),
        outcome::toString);
    assertEquals("running", bench.status(id));
    Criu.awaitCountAbove(bench, Criu.count(bench));
    assertEquals("1\n", bench.exec(id, "echo", "1").succeedsSilently().out());
  }

  @Test
  void aPausedContainerCanBeCheckpointed(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    bench.jrun("pause", id).succeedsSilently();
    Criu.checkpoint(bench, id).run().succeedsSilently();
    bench.assertNothingOf(id);
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    bench.keep(id);
    Criu.awaitCountAbove(bench, Criu.count(bench));
  }

  @Test
  void aTerminalComesBackAtTheConsoleSocket(Workbench bench) {
    String id = Workbench.id();
    String socket = bench.directory() + "/console.sock";
    Bundle bundle =
        bench
            .bundle()
            .set("/process/terminal", true)
            .script("while read line; do echo \"got $line\"; done");
    bundle.write();
    bench
        .command(
            "run",
            "--bundle",
            bundle.directory().toString(),
            "--detach",
            "--console-socket",
            socket,
            id)
        .atTerminal(
            "--socket",
            socket,
            "end",
            "type",
            "one\\r",
            "expect",
            "got one\\r\\n",
            "run",
            "PATH="
                + Criu.path()
                + " "
                + Jrun.binary()
                + " --root "
                + bench.root()
                + " checkpoint --image-path "
                + Criu.images(bench)
                + " "
                + id)
        .run()
        .succeeds();
    bench.assertNothingOf(id);
    bench.keep(id);
    String another = socket + "2";
    Criu.restore(bench, bundle, id, "-d", "--console-socket", another)
        .atTerminal("--socket", another, "end", "type", "two\\r", "expect", "got two\\r\\n")
        .run()
        .succeeds();
  }

  /** Of an image: its own links lead to where the mount is. */
  @Test
  void aMountIsFoundWhereALinkLedTo(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    Files.createDirectories(bundle.rootfs().resolve("real/conf"));
    Files.createSymbolicLink(bundle.rootfs().resolve("conf"), Path.of("/real/conf"));
    Path shown = Files.createDirectories(bench.directory().resolve("shown"));
    Files.writeString(shown.resolve("text"), "here");
    bundle.mount("/conf", "bind", shown.toString(), "bind");
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    assertEquals("here", bench.exec(id, "cat", "/real/conf/text").succeedsSilently().out());
  }

  /** In a bind that has lost what a launch had made there. */
  @Test
  void aMountPointInABindIsMadeAgain(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    Path outer = Files.createDirectories(bench.directory().resolve("outer"));
    Path inner = Files.createDirectories(bench.directory().resolve("inner"));
    bundle.mount("/test", "bind", outer.toString(), "bind");
    bundle.mount("/test/for/nested", "bind", inner.toString(), "bind");
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Files.delete(outer.resolve("for/nested"));
    Files.delete(outer.resolve("for"));
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    Criu.awaitCountAbove(bench, Criu.count(bench));
  }

  /** CRIU restores init into a time namespace, which an exec has to join. */
  @Test
  void whatAnExecHasLeftInARestoredContainerIsRestoredToo(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    String left =
        bench.exec(id, "sh", "-c", "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!").out().strip();
    assertEquals(
        bench.exec(id, "readlink", "/proc/1/ns/time").out(),
        bench.exec(id, "readlink", "/proc/self/ns/time").out());
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    bench.exec(id, "grep", "-q", "sleep", "/proc/" + left + "/comm").succeedsSilently();
  }

  @Test
  void hooksOfTheRuntimeNamespaceRunAtARestore(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Path told = bench.directory().resolve("told");
    bundle.hook(
        "createRuntime",
        Map.of(
            "path", "/bin/sh", "args", List.of("sh", "-c", "pwd >>" + told + "; cat >>" + told)));
    bench.keep(id);
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    String text = Files.readString(told);
    assertTrue(text.startsWith(bundle.directory() + "\n"), text);
    assertTrue(text.contains("\"status\":\"creating\""), text);
    assertTrue(text.matches("(?s).*\"pid\": *" + bench.pid(id) + "[,}\\s].*"), text);
  }

  @Test
  void aHookThatFailsEndsTheRestore(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    bundle.hook(
        "createRuntime",
        Map.of("path", "/bin/sh", "args", List.of("sh", "-c", "echo no >&2; exit 3")));
    Path told = bench.directory().resolve("told");
    bundle.hook(
        "poststop", Map.of("path", "/bin/sh", "args", List.of("sh", "-c", "cat >>" + told)));
    Outcome outcome = Criu.restore(bench, bundle, id, "-d").run().exits(1);
    assertTrue(
        outcome.message().contains("error running createRuntime hook #0: exit status 3"),
        outcome::toString);
    String text = Files.readString(told);
    assertTrue(text.contains("\"status\":\"stopped\""), text);
    bench.assertNothingOf(id);
  }

  /** Killed in the middle: what is there is removed by force. */
  @Test
  void aRestoreThatIsKilledCanBeRemoved(Workbench bench) throws IOException {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    bundle.hook(
        "createRuntime", Map.of("path", "/bin/sh", "args", List.of("sh", "-c", "kill -9 $PPID")));
    int code = Criu.restore(bench, bundle, id, "-d").run().exitCode();
    assertNotEquals(0, code);
    bench.deleteByForce(id).succeedsSilently();
    bench.assertNothingOf(id);
  }

  @Test
  void aNetworkNamespaceOfOthersIsJoinedAgain(Workbench bench) throws IOException {
    String holder = bench.running(bench.bundle().lasting());
    Bundle bundle = Criu.counting(bench).join("network", "/proc/" + bench.pid(holder) + "/ns/net");
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    bench.keep(id);
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    assertEquals(
        HostProcess.namespace(bench.pid(holder), "net"),
        HostProcess.namespace(bench.pid(id), "net"));
    Criu.awaitCountAbove(bench, Criu.count(bench));
  }

  @Test
  void aContainerWithAUserNamespaceIsRestored(Workbench bench) throws IOException {
    Path log = Files.createDirectories(bench.directory().resolve("log"));
    assertTrue(log.toFile().setWritable(true, false));
    Bundle bundle =
        UserNamespaceIT.mapped(bench)
            .mount("/log", "bind", log.toString(), "bind")
            .script(Criu.COUNTING);
    String id = bench.keepQuietly(Workbench.id());
    bench.runCommand(bundle, id, "--detach").through("exec \"$@\" >/dev/null 2>&1").run().exits(0);
    Criu.awaitCountAbove(bench, 3);
    Criu.checkpoint(bench, id).run().succeedsSilently();
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    Criu.awaitCountAbove(bench, Criu.count(bench));
    assertNotEquals(HostProcess.ownNamespace("user"), HostProcess.namespace(bench.pid(id), "user"));
    assertEquals("0\n", bench.exec(id, "id", "-u").succeedsSilently().out());
  }

  @Test
  void whatCannotBeDoneIsSaidInOneLine(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.created(bundle);
    Criu.checkpoint(bench, id)
        .run()
        .failsWith("checkpoint failed: Container cannot be checkpointed in created state");
    Criu.restore(bench, bundle, id)
        .run()
        .failsWith("jrun restore failed: container with given ID already exists");
    bench.start(id).succeeds();
    bench.awaitTrap(id);
    Criu.checkpoint(bench, id, "--empty-ns", "uts")
        .run()
        .failsWith(
            "checkpoint failed: namespace \"uts\" is not supported: --empty-ns is for network");
    Criu.checkpoint(bench, id, "--manage-cgroups-mode", "hard")
        .run()
        .failsWith(
            "checkpoint failed: Invalid manage-cgroups-mode \"hard\": soft, full, strict or ignore");
    Criu.checkpoint(bench, id, "--parent-path", "/x")
        .run()
        .failsWith("checkpoint failed: --parent-path must be relative");
    Criu.checkpoint(bench, id, "--parent-path", "../none")
        .run()
        .failsWith("checkpoint failed: invalid --parent-path: ../none: no such file or directory");
    Criu.checkpoint(bench, id, "--status-fd", "77")
        .run()
        .failsWith("checkpoint failed: invalid --status-fd: descriptor 77: bad file descriptor");
    Criu.checkpoint(bench, id, "--page-server", "nowhere")
        .run()
        .failsWith("checkpoint failed: Use --page-server ADDRESS:PORT to specify page server");
    String other = Workbench.id();
    bench
        .command(
            "restore", "--bundle", bundle.directory().toString(), "--image-path", "/nowhere", other)
        .env("PATH", Criu.path())
        .run()
        .failsWith("jrun restore failed: /nowhere: no such file or directory");
    bench.assertNothingOf(other);
    Path images = Files.createDirectory(bench.directory().resolve("empty"));
    bench
        .command(
            "restore",
            "--bundle",
            bundle.directory().toString(),
            "--image-path",
            images.toString(),
            other)
        .env("PATH", Criu.path())
        .run()
        .failsNaming("descriptors.json: no such file: these are no images of a container");
    bench.assertNothingOf(other);
    assertEquals("running", bench.status(id));
  }

  @Test
  void aProgramOfThatNameThatIsNoCriuIsNamed(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    bench.awaitTrap(id);
    Path place = Files.createDirectory(bench.directory().resolve("bin"));
    Path program = Files.writeString(place.resolve("criu"), "#!/bin/sh\nexit 1\n");
    assertTrue(program.toFile().setExecutable(true, false));
    bench
        .command("checkpoint", "--image-path", Criu.images(bench).toString(), id)
        .env("PATH", place.toString())
        .run()
        .failsWith("checkpoint failed: " + program + " ended without an answer");
    assertEquals("running", bench.status(id));
  }

  /** What the kernel can do is asked before anything is done. */
  @Test
  void aChainOfDumpsNeedsAKernelThatTracksMemory(Workbench bench) throws Exception {
    Bundle bundle = Criu.counting(bench);
    String id = bench.running(bundle);
    Criu.awaitCountAbove(bench, 3);
    String first = bench.directory() + "/first";
    Jrun preDump =
        bench
            .command("checkpoint", "--pre-dump", "--image-path", first, id)
            .env("PATH", Criu.path());
    if (!Criu.tracksMemory()) {
      preDump
          .run()
          .failsWith(
              "checkpoint failed: --pre-dump: CRIU cannot track memory here: the kernel has to have"
                  + " CONFIG_MEM_SOFT_DIRTY");
      assertEquals("running", bench.status(id));
      return;
    }
    preDump.run().succeedsSilently();
    assertEquals("running", bench.status(id));
    Criu.awaitCountAbove(bench, Criu.count(bench));
    Criu.checkpoint(bench, id, "--parent-path", "../first").run().succeedsSilently();
    bench.keep(id);
    Criu.restore(bench, bundle, id, "-d").run().succeedsSilently();
    Criu.awaitCountAbove(bench, Criu.count(bench));
  }

  /** What podman and CRI-O ask before they offer checkpoints. */
  @Test
  void enginesFindThatItCan(Workbench bench) {
    bench.bareCommand("checkpoint", "--help").run().exits(0);
    Outcome restore = bench.bareCommand("restore", "--lsm-mount-context").run().exits(1);
    assertTrue(
        restore.message().contains("flag needs an argument: --lsm-mount-context"),
        restore::toString);
    assertEquals(
        "true",
        bench
            .bareCommand("features")
            .run()
            .json()
            .at("/annotations/org.opencontainers.runc.checkpoint.enabled")
            .asText());
  }
}
