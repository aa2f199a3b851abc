// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every option that takes a file, with names that mean something else to each process: whoever
 * carries the command out, it is the caller's file that is meant. What is no plain file is read and
 * written, and never replaced.
 */
@ExtendWith(ResidueExtension.class)
@Tag("jvm")
class CallersNamesIT {
  private static final String PROCESS =
      "{\"cwd\":\"/\",\"args\":[\"/bin/echo\",\"the caller's\"],\"user\":{\"uid\":0,\"gid\":0}}";

  /** Wrong, so that whoever has read it says so. */
  private static final String RESOURCES = "{\"memory\":{\"limit\":-7}}";

  /** How a shell has it ready, in a directory that has the file "document"; and its name there. */
  private record Given(String shell, String name) {
    @Override
    public String toString() {
      return name + " after " + (shell.isEmpty() ? "nothing" : shell);
    }

    Jrun in(Path directory, Jrun command) {
      return command.in(directory).through(shell + "\nexec \"$@\"");
    }
  }

  static Stream<Given> documents() {
    return Stream.of(
        new Given("exec <document", "/dev/stdin"),
        new Given("exec < <(cat document)", "/dev/stdin"),
        new Given("exec 5<document", "/dev/fd/5"),
        new Given("exec 5<document", "/proc/self/fd/5"),
        new Given("exec 5<document", "/proc/thread-self/fd/5"),
        new Given("exec 5< <(cat document)", "/dev/fd/5"),
        new Given("exec 5< <(cat document)", "/proc/self/fd/5"),
        new Given("exec 5< <(cat document); ln -s /proc/self/fd/5 link", "link"),
        new Given("exec 5<.", "/dev/fd/5/document"),
        new Given("", "/proc/self/cwd/document"),
        new Given("mkdir below; cd below", "/proc/self/cwd/../document"),
        new Given("mkdir below; cd below", "../document"),
        new Given("ln -s /proc/self/cwd link", "link/document"),
        new Given("ln -s . link", "link/document"),
        new Given("mkfifo fifo; cat document >fifo &", "fifo"));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void aProcessIsReadFromTheCallersFile(Given given, Workbench bench) throws IOException {
    Path directory = directory(bench, PROCESS);
    String id = bench.running(bench.bundle().lasting());
    Outcome outcome =
        given.in(directory, bench.command("exec", "-p", given.name, id)).run().succeedsSilently();
    assertEquals("the caller's", outcome.text());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void limitsAreReadFromTheCallersFile(Given given, Workbench bench) throws IOException {
    Path directory = directory(bench, RESOURCES);
    String id = bench.running(bench.bundle().lasting());
    given
        .in(directory, bench.command("update", "-r", given.name, id))
        .run()
        .failsNaming("/memory/limit: must be a number of bytes");
  }

  @Test
  void whatIsWrittenInPlaceOfADocumentIsToldByItsName(Workbench bench) {
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(
        bench.command("exec", "-p", "/proc/self/fd/77", id).run(),
        "open /proc/self/fd/77: no such file or directory");
    ExecIT.failsNaming(
        bench.command("exec", "-p", "/dev/zero", id).run(), "/dev/zero: larger than 16 MiB");
    bench
        .command("update", "-r", "/proc/self/cwd", id)
        .run()
        .failsNaming("open /proc/self/cwd: is a directory");
  }

  private static Path directory(Workbench bench, String document) throws IOException {
    Path directory = Files.createDirectory(bench.directory().resolve("callers"));
    Files.writeString(directory.resolve("document"), document);
    return directory;
  }

  static Stream<Given> bundles() {
    return Stream.of(
        new Given("", "/proc/self/cwd"),
        new Given("mkdir -p below; cd below", "/proc/self/cwd/.."),
        new Given("exec 5<.", "/dev/fd/5"),
        new Given("exec 5<. ; cd /", "/proc/self/fd/5/"),
        new Given("ln -sfn /proc/self/cwd link", "link"),
        new Given("mkdir -p below; ln -sfn /proc/self/cwd/below link", "link/.."));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void aBundleIsTheCallersDirectory(Given given, Workbench bench) {
    Bundle bundle = bench.bundle().args("cat", "/proc/self/mounts").write();
    Path directory = bundle.directory();
    String id = bench.keep(Workbench.id());
    given.in(directory, bench.command("create", "-b", given.name, id)).run().succeedsSilently();
    assertEquals(directory.toString(), bench.state(id).get("bundle").asText());
    given
        .in(directory, bench.command("run", "-b", given.name, Workbench.id()))
        .run()
        .succeedsSilently();
    assertEquals(
        "config.json: no problems",
        given.in(directory, bench.command("check", "-b", given.name)).run().succeeds().text());
    given.in(directory, bench.command("plan", "-b", given.name, "some")).run().succeedsSilently();
    given
        .in(directory, bench.command("spec", "-b", given.name))
        .run()
        .failsWith("File config.json exists. Remove it first");
  }

  @Test
  void aRootFileSystemMayLieInTheCallersDirectory(Workbench bench) {
    Bundle bundle =
        bench.bundle().args("echo", "mine").set("/root/path", "/proc/self/cwd/rootfs").write();
    Outcome outcome =
        bench
            .command("run", "-b", bundle.directory().toString(), Workbench.id())
            .in(bundle.directory())
            .run()
            .succeedsSilently();
    assertEquals("mine", outcome.text());
  }

  @Test
  void aConfigurationMayBeALinkToWhatTheCallerReads(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().args("echo", "mine").write();
    Path config = bundle.directory().resolve("config.json");
    Files.move(config, bundle.directory().resolve("real.json"));
    Files.createSymbolicLink(config, Path.of("/dev/stdin"));
    Outcome outcome =
        bench
            .command("run", "-b", bundle.directory().toString(), Workbench.id())
            .stdin(bundle.directory().resolve("real.json"))
            .run()
            .succeedsSilently();
    assertEquals("mine", outcome.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/cwd/new/root", "link/new/root", "/proc/self/cwd/../new"})
  void aStateRootIsTheCallersDirectory(String root, Workbench bench) throws IOException {
    Path directory = Files.createDirectories(bench.directory().resolve("callers/here"));
    Files.createSymbolicLink(directory.resolve("link"), Path.of("/proc/self/cwd"));
    Bundle bundle = bench.bundle().lasting().write();
    String id = Workbench.id();
    String real =
        directory.resolve(root.replace("/proc/self/cwd", ".").replace("link", ".")).normalize()
            + "";
    rooted(bench, directory, root, "create", "-b", bundle.directory().toString(), id)
        .succeedsSilently();
    assertTrue(Files.isDirectory(Path.of(real, id)), real);
    // By the name that all know, by the stored program; and by the caller's own.
    rooted(bench, directory, real, "start", id).succeedsSilently();
    assertEquals(
        "running",
        rooted(bench, directory, root, "state", id).succeeds().json().get("status").asText());
    assertTrue(rooted(bench, directory, root, "list", "-q").succeeds().text().contains(id));
    rooted(bench, directory, root, "delete", "--force", id).succeedsSilently();
    assertTrue(!Files.exists(Path.of(real, id)), real);
  }

  private static Outcome rooted(Workbench bench, Path directory, String root, String... words) {
    List<String> all = new ArrayList<>(List.of("--root", root));
    all.addAll(List.of(words));
    return bench.bareCommand(all.toArray(String[]::new)).in(directory).run();
  }

  static Stream<Given> logs() {
    return Stream.of(
        new Given("exec 5>>log", "/proc/self/fd/5"),
        new Given("exec 5>>log", "/dev/fd/5"),
        new Given("exec 5> >(cat >log)", "/dev/fd/5"),
        new Given("exec >log", "/dev/stdout"),
        new Given("exec 5>>log; ln -s /proc/self/fd/5 link", "link"),
        new Given("", "/proc/self/cwd/log"),
        new Given("mkfifo fifo; cat fifo >log &", "fifo"));
  }

  @ParameterizedTest
  @MethodSource("logs")
  void recordsGoToTheCallersLog(Given given, Workbench bench) throws IOException {
    Path directory = Files.createDirectory(bench.directory().resolve("callers"));
    Path log = directory.resolve("log");
    for (List<String> words :
        List.of(List.of("state", "nobody"), List.of("exec", "nobody", "true"))) {
      List<String> all =
          new ArrayList<>(List.of("--root", bench.root().toString(), "--log", given.name));
      all.addAll(words);
      Outcome outcome = given.in(directory, bench.bareCommand(all.toArray(String[]::new))).run();
      assertTrue(outcome.exitCode() != 0, outcome::toString);
      Workbench.await("a record", () -> holds(log, "does not exist"));
      try (Stream<Path> entries = Files.list(directory)) {
        for (Path each : entries.toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private static boolean holds(Path file, String text) {
    try {
      return Files.exists(file) && Files.readString(file).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aLogThatIsAFifoOrADeviceStaysOne(Workbench bench) throws IOException {
    Path fifo = fifo(bench);
    Outcome unread = logged(bench, fifo, "list").exits(1);
    assertEquals("open " + fifo + ": cannot be written: nobody reads it", unread.err().strip());
    assertOther(fifo);
    Path full = device(bench, "full", 7);
    logged(bench, full, "state", "nobody").exits(1);
    assertOther(full);
    Path nothing = device(bench, "null", 3);
    logged(bench, nothing, "features").succeedsSilently();
    assertOther(nothing);
  }

  private static Outcome logged(Workbench bench, Path log, String... words) {
    List<String> all =
        new ArrayList<>(List.of("--root", bench.root().toString(), "--log", log.toString()));
    all.addAll(List.of(words));
    return bench.bareCommand(all.toArray(String[]::new)).run();
  }

  static Stream<Given> pidFiles() {
    return Stream.of(
        new Given("exec 5>>pid", "/proc/self/fd/5"),
        new Given("exec 5> >(cat >pid)", "/dev/fd/5"),
        new Given("exec >pid", "/dev/stdout"),
        new Given("exec 5>>pid; ln -s /proc/self/fd/5 link", "link"),
        new Given("", "/proc/self/cwd/pid"),
        // Somebody reads before anybody writes: a pid file is never waited for.
        new Given(
            "mkfifo fifo; exec 6<>fifo; cat fifo >pid 6<&- &"
                + " until ls -l /proc/$!/fd 2>/dev/null | grep -q fifo; do :; done",
            "fifo"));
  }

  @ParameterizedTest
  @MethodSource("pidFiles")
  void pidsGoToTheCallersFile(Given given, Workbench bench) throws IOException {
    Path directory = Files.createDirectory(bench.directory().resolve("callers"));
    Path pid = directory.resolve("pid");
    Bundle bundle = bench.bundle().lasting().write();
    String id = bench.keep(Workbench.id());
    given
        .in(
            directory,
            bench.command(
                "create", "-b", bundle.directory().toString(), "--pid-file", given.name, id))
        .run()
        .succeedsSilently();
    String expected = Integer.toString(bench.pid(id));
    Workbench.await("the pid", () -> holds(pid, expected));
    assertEquals(expected, Files.readString(pid));
    assertTrue(Files.isSymbolicLink(Path.of("/dev/stdout")));
    bench.start(id).succeedsSilently();
    Files.deleteIfExists(directory.resolve("link"));
    Files.deleteIfExists(directory.resolve("fifo"));
    Files.delete(pid);
    given
        .in(directory, bench.command("exec", "--pid-file", given.name, id, "true"))
        .run()
        .succeedsSilently();
    Workbench.await("a pid", () -> holds(pid, ""));
  }

  @Test
  @Tag("smoke")
  void aPidFileThatIsAFifoOrADeviceStaysOne(Workbench bench) throws IOException {
    Path nothing = device(bench, "null", 3);
    bench.run(bench.bundle(), "--pid-file", nothing.toString()).succeedsSilently();
    assertOther(nothing);
    Path full = device(bench, "full", 7);
    bench
        .run(bench.bundle(), "--pid-file", full.toString())
        .failsNaming("write the pid file " + full, "write", "ENOSPC");
    assertOther(full);
    Path fifo = fifo(bench);
    bench
        .run(bench.bundle(), "--pid-file", fifo.toString())
        .failsNaming("write the pid file " + fifo, "ENXIO");
    assertOther(fifo);
    // A link to one is followed, and stays too.
    Path link = Files.createSymbolicLink(bench.directory().resolve("link"), full);
    bench.run(bench.bundle(), "--pid-file", link.toString()).failsNaming("ENOSPC");
    assertTrue(Files.isSymbolicLink(link));
    Path directory = Files.createDirectory(bench.directory().resolve("directory"));
    bench
        .run(bench.bundle(), "--pid-file", directory.toString())
        .failsNaming("is a directory, a block device or a socket");
    String id = bench.running(bench.bundle().lasting());
    ExecIT.failsNaming(
        bench.execCommand(List.of("--pid-file", full.toString()), id, "true").run(), "ENOSPC");
    assertOther(full);
  }

  @Test
  void socketsAreTheCallersToo(Workbench bench) {
    Bundle bundle = bench.bundle().lasting().write();
    String id = bench.keep(Workbench.id());
    bench
        .command(
            "create",
            "--bundle",
            bundle.directory().toString(),
            "--pidfd-socket",
            "/proc/self/cwd/pidfd.sock",
            id)
        .in(bench.directory())
        .atTerminal("--pidfd", bench.directory() + "/pidfd.sock")
        .run()
        .succeedsSilently();
    bundle.set("/process/terminal", true).write();
    bench
        .command(
            "create",
            "--bundle",
            bundle.directory().toString(),
            "--console-socket",
            "/proc/self/cwd/console.sock",
            bench.keep(Workbench.id()))
        .in(bench.directory())
        .atTerminal("--socket", bench.directory() + "/console.sock", "end")
        .run()
        .succeeds();
  }

  private static Path fifo(Workbench bench) throws IOException {
    Path fifo = bench.directory().resolve("fifo");
    succeeds("mkfifo", fifo.toString());
    return fifo;
  }

  private static Path device(Workbench bench, String name, int minor) throws IOException {
    Path device = bench.directory().resolve(name);
    succeeds("mknod", device.toString(), "c", "1", Integer.toString(minor));
    return device;
  }

  private static void succeeds(String... command) throws IOException {
    try {
      assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertOther(Path file) throws IOException {
    assertEquals(
        true, Files.readAttributes(file, "isOther", LinkOption.NOFOLLOW_LINKS).get("isOther"));
  }
}
