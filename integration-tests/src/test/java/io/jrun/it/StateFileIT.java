// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A state file that is damaged, or lies: commands say so on one line, {@code delete --force} always
 * finishes and takes the processes and the cgroup with it, and no process is ever hit that is not
 * the container's.
 */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class StateFileIT {

  private static Path stateFile(Workbench bench, String id) {
    return bench.root().resolve(id).resolve("state.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty",
        "truncated",
        "random",
        "null",
        "array",
        "types",
        "missing",
        "huge",
        "symlink",
        "fifo",
        "directory",
        "other runtime"
      })
  @Tag("smoke")
  void deleteByForceFinishesWhateverTheStateFileIs(String damage, Workbench bench)
      throws Exception {
    String id = bench.keep(Workbench.id());
    bench.create(bench.bundle().lasting(), id).succeedsSilently();
    bench.start(id).succeedsSilently();
    int pid = bench.pid(id);
    Path file = stateFile(bench, id);
    byte[] good = Files.readAllBytes(file);
    switch (damage) {
      case "empty" -> Files.write(file, new byte[0]);
      case "truncated" -> Files.write(file, Arrays.copyOf(good, good.length / 2));
      case "random" -> {
        byte[] noise = new byte[4096];
        new java.util.Random(1).nextBytes(noise);
        Files.write(file, noise);
      }
      case "null" -> Files.writeString(file, "null");
      case "array" -> Files.writeString(file, "[1, 2, 3]");
      case "types" ->
          Files.writeString(
              file,
              new String(good, java.nio.charset.StandardCharsets.UTF_8)
                  .replaceAll(":\\s*\"[^\"]*\"", ": 5"));
      case "missing" -> Files.delete(file);
      case "huge" -> {
        try (java.io.RandomAccessFile sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
          sparse.setLength(1L << 30);
        }
      }
      case "symlink" -> {
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/etc/hostname"));
      }
      case "fifo" -> {
        Files.delete(file);
        new ProcessBuilder("mkfifo", file.toString()).start().waitFor();
      }
      case "directory" -> {
        Files.delete(file);
        Files.createDirectory(file);
      }
      default ->
          Files.writeString(file, "{\"id\":\"" + id + "\",\"init_process_pid\":1,\"config\":{}}");
    }
    Outcome state = bench.command("state", id).run();
    if (state.exitCode() != 0) {
      state.exits(1).message();
      assertFalse(state.err().contains("Exception"), state::toString);
    }
    bench.command("delete", "--force", id).run().succeeds();
    HostProcess.awaitEnd(pid);
    bench.assertNothingOf(id);
  }

  /** What the record says of the cgroup is a lie, or nothing at all: the one beside it counts. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc",
        "relative",
        "/sys/fs/cgroup",
        "/a/../b",
        "\\u0000",
        "\\n",
        "long"
      })
  void whateverTheRecordSaysOfTheCgroupForceFinishes(String lie, Workbench bench) throws Exception {
    String id = bench.running(bench.bundle().lasting());
    int pid = bench.pid(id);
    Path file = stateFile(bench, id);
    String told = lie.equals("long") ? "/" + "x/".repeat(5_000) : lie;
    String good = Files.readString(file);
    String bad =
        good.replaceFirst(
            "\"cgroup\":\"[^\"]*\"", "\"cgroup\":\"" + told.replace("\\", "\\\\") + "\"");
    assertFalse(good.equals(bad));
    Files.writeString(file, bad);
    bench.deleteByForce(id).succeeds();
    HostProcess.awaitEnd(pid);
    bench.assertNothingOf(id);
    assertTrue(Files.isDirectory(Path.of("/etc")));
  }

  /** Both the record and the path beside it: the container had stopped. */
  @ParameterizedTest
  @ValueSource(strings = {"/etc", "", "/", "\0", "x\ny", "long", "directory", "fifo", "huge"})
  void whateverThePathOfTheCgroupIsForceFinishes(String lie, Workbench bench) throws Exception {
    String id = bench.keepQuietly(bench.stopped(bench.bundle()));
    Files.writeString(stateFile(bench, id), "{");
    // The stored program has its own: it is gone, too.
    Files.delete(bench.root().resolve(id).resolve("verbs"));
    Path file = bench.root().resolve(id).resolve("cgroup");
    Files.delete(file);
    switch (lie) {
      case "directory" -> Files.createDirectory(file);
      case "fifo" -> DeleteIT.shell(bench.root().resolve(id), "mkfifo cgroup");
      case "huge" -> DeleteIT.shell(bench.root().resolve(id), "truncate -s 1G cgroup");
      case "long" -> Files.writeString(file, "/sys/fs/cgroup/" + "x/".repeat(5_000));
      default -> Files.writeString(file, lie);
    }
    bench.deleteByForce(id).succeeds();
    Workbench.awaitRemoval(Snapshot.CGROUPS.resolve(id));
    bench.assertNothingOf(id);
  }

  /** More than what is usual can be read back by every command. */
  @Test
  void longAnnotationsAreReadBack(Workbench bench) {
    java.util.Map<String, Object> annotations =
        java.util.Map.of("much", "x\n".repeat(700_000), "k".repeat(60_000), "v");
    String id = bench.running(bench.bundle().lasting().set("/annotations", annotations));
    String state = bench.jrun("state", id).exits(0).out();
    assertTrue(state.contains("\"much\": \"" + "x\\n".repeat(700_000) + "\""));
    assertTrue(state.contains("\"" + "k".repeat(60_000) + "\": \"v\""));
    bench.exec(id, "true").exits(0);
    bench.jrun("pause", id).exits(0);
    bench.jrun("resume", id).exits(0);
    assertTrue(bench.jrun("list").exits(0).out().contains(id));
    bench.kill(id, "KILL").exits(0);
    Workbench.await(
        "the end", () -> bench.jrun("state", id).out().contains("\"status\": \"stopped\""));
    bench.delete(id).exits(0);
    bench.assertNothingOf(id);
  }

  @Test
  void annotationsThatNoStateHoldsAreRefused(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().set("/annotations", java.util.Map.of("k", "x".repeat(9 << 20))), id)
        .failsNaming("/annotations: are 9437197 bytes long, more than the 8388608");
    bench.assertNothingOf(id);
  }

  @Test
  void aDamagedContainerDoesNotHideTheOthers(Workbench bench) throws IOException {
    String good = bench.created(bench.bundle());
    String bad = bench.created(bench.bundle());
    Files.writeString(stateFile(bench, bad), "");
    Outcome list = bench.jrun("list", "-q").exits(0);
    assertTrue(list.lines().contains(good), list::toString);
  }

  // The pid in the file is somebody else's: start time and boot id tell.
  @ParameterizedTest
  @ValueSource(strings = {"kill", "delete", "delete --force"})
  void aProcessThatOnlyHasThePidIsNeverHit(String command, Workbench bench) throws Exception {
    Process bystander = new ProcessBuilder("sleep", "1013").start();
    try {
      HostProcess.awaitLaterStart((int) bystander.pid());
      String id = bench.keep(Workbench.id());
      bench.create(bench.bundle().lasting(), id).succeedsSilently();
      int pid = bench.pid(id);
      replacePid(stateFile(bench, id), pid, Long.toString(bystander.pid()));
      String[] words = command.split(" ");
      Outcome outcome =
          switch (words[0]) {
            case "kill" -> bench.kill(id, "KILL");
            default -> words.length == 1 ? bench.delete(id) : bench.deleteByForce(id);
          };
      assertTrue(bystander.isAlive(), outcome::toString);
      bench.deleteByForce(id).succeeds();
      assertTrue(bystander.isAlive());
      HostProcess.awaitEnd(pid);
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-1", "0", "1", "2147483647", "99999999999999999999", "\"5\"", "1.5", "null"})
  void anImpossiblePidIsNoReasonToHitAnybody(String pid, Workbench bench) throws Exception {
    Process bystander = new ProcessBuilder("sleep", "1014").start();
    try {
      String id = bench.keep(Workbench.id());
      bench.create(bench.bundle().lasting(), id).succeedsSilently();
      replacePid(stateFile(bench, id), bench.pid(id), pid);
      bench.jrun("kill", id, "KILL");
      bench.command("delete", "--force", id).run().succeeds();
      bench.assertNothingOf(id);
      assertTrue(bystander.isAlive());
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  private static void replacePid(Path file, int pid, String other) throws IOException {
    String text = Files.readString(file);
    String changed = text.replaceAll("(?<![0-9\\w\"])" + pid + "(?![0-9\\w\"])", other);
    assertFalse(text.equals(changed), "no pid in " + text);
    Files.writeString(file, changed);
  }

  @Test
  void aStateDirectoryThatIsEmptyIsRemovedByForce(Workbench bench) throws IOException {
    String id = Workbench.id();
    Files.createDirectories(bench.root().resolve(id));
    bench.deleteByForce(id).succeeds();
    bench.assertNothingOf(id);
  }

  @Test
  void theStateFileIsReplacedAndNeverRewritten(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    Object before =
        Files.readAttributes(
                stateFile(bench, id), java.nio.file.attribute.BasicFileAttributes.class)
            .fileKey();
    byte[] text = Files.readAllBytes(stateFile(bench, id));
    bench.start(id).succeedsSilently();
    Object after =
        Files.readAttributes(
                stateFile(bench, id), java.nio.file.attribute.BasicFileAttributes.class)
            .fileKey();
    boolean changed = !Arrays.equals(text, Files.readAllBytes(stateFile(bench, id)));
    assertTrue(!changed || !before.equals(after), "rewritten in place");
  }

  @Test
  void noTemporaryFileStaysInTheStateDirectory(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    try (Stream<Path> entries = Files.list(bench.root().resolve(id))) {
      assertTrue(
          entries
              .map(path -> path.getFileName().toString())
              .noneMatch(name -> name.contains("tmp") || name.endsWith("~")));
    }
  }

  // Gone behind our back while the container runs: nothing can be known any more, and nothing may
  // hang.
  @Test
  void aStateDirectoryThatIsALinkIsNotFollowed(Workbench bench) throws IOException {
    Files.createDirectories(bench.root());
    Path canary = Files.createDirectory(bench.directory().resolve("canary"));
    Files.writeString(canary.resolve("state.json"), "{}");
    String id = Workbench.id();
    Files.createSymbolicLink(bench.root().resolve(id), canary);
    bench.deleteByForce(id);
    assertEquals("{}", Files.readString(canary.resolve("state.json")));
    Files.deleteIfExists(bench.root().resolve(id));
    assertTrue(Files.exists(canary, LinkOption.NOFOLLOW_LINKS));
  }
}
