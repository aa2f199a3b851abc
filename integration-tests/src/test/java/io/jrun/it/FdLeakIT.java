// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What of the host could be reached from a container through descriptors, or through the program
 * that sets it up.
 */
@ExtendWith(ResidueExtension.class)
class FdLeakIT {
  private static final String OPENS_5_AND_12 = "exec 5<<<'five'; exec 12<<<'twelve'; exec \"$@\"";
  private static final String NOT_OPEN = "--preserve-fds: not open, and so not handed on: ";

  @Test
  @Tag("smoke")
  void theProgramHasItsThreeDescriptorsAndNoOther(Workbench bench) {
    Bundle bundle = bench.bundle().script("ls /proc/self/fd | tr '\\n' ' '");
    Outcome outcome =
        bench.runCommand(bundle, Workbench.id()).through(ProcessIT.leakingDirectories(20)).run();
    // The fourth is ls's own, for the directory it lists.
    assertEquals("0 1 2 3 ", outcome.succeedsSilently().out());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void exactlyThePreservedDescriptorsArePassed(int count, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "for fd in 3 4 5 6 7 8 9 10; do test -e /proc/1/fd/$fd && echo $fd; done; cat <&3");
    StringBuilder script = new StringBuilder("exec 3<<<'third'; ");
    for (int fd = 4; fd < 12; fd++) {
      script.append("exec ").append(fd).append("</dev/null; ");
    }
    Outcome outcome =
        bench
            .runCommand(bundle, Workbench.id(), "--preserve-fds", Integer.toString(count))
            .through(script + "exec \"$@\"")
            .run();
    StringBuilder expected = new StringBuilder();
    for (int fd = 3; fd < 3 + count; fd++) {
      expected.append(fd).append('\n');
    }
    assertEquals(expected + "third\n", outcome.succeedsSilently().out());
  }

  @ParameterizedTest
  @CsvSource({"$$, 2 1 third closed", "1, none none closed closed"})
  void descriptorsOfSocketActivationArePassedIfTheyAreMeant(
      String pid, String expected, Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "echo ${LISTEN_FDS-none} ${LISTEN_PID-none};"
                    + " for fd in 3 5; do (cat <&$fd) 2>/dev/null || echo closed; done");
    Outcome outcome =
        bench
            .runCommand(bundle, Workbench.id())
            .through(
                "exec 3<<<'third' 4</dev/null 5</dev/null; export LISTEN_FDS=2 LISTEN_PID="
                    + pid
                    + "; exec \"$@\"")
            .run();
    assertEquals(expected, outcome.succeedsSilently().out().strip().replace('\n', ' '));
  }

  // SEC-16
  @Test
  void whatIsNotOpenIsNamedAndAllElseIsHandedOn(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .script(
                "for fd in 3 4 5 6 7 8 9 10 11 12 13 14; do test -e /proc/self/fd/$fd && echo $fd;"
                    + " done; cat <&5; cat <&12");
    Outcome outcome =
        bench
            .runCommand(bundle, Workbench.id(), "--preserve-fds", "100")
            .through(OPENS_5_AND_12)
            .run();
    assertEquals("5\n12\nfive\ntwelve\n", outcome.succeeds().out());
    assertTrue(outcome.err().contains(NOT_OPEN + "3-4, 6-11, 13-102"), outcome::toString);
  }

  @Test
  void aCreatedContainerAndItsStartAgreeOnWhatIsOpen(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.keep(Workbench.id());
    Outcome created =
        bench.createCommand(bundle, id, "--preserve-fds", "10").through(OPENS_5_AND_12).run();
    assertTrue(created.succeeds().err().contains(NOT_OPEN + "3-4, 6-11"), created::toString);
    bench.start(id).succeedsSilently();
    Path descriptors = Path.of("/proc/" + bench.pid(id) + "/fd");
    for (int fd = 3; fd < 14; fd++) {
      boolean open = Files.exists(descriptors.resolve(Integer.toString(fd)));
      assertEquals(fd == 5 || fd == 12, open, "descriptor " + fd);
    }
    Outcome none =
        bench.execCommand(List.of("--preserve-fds", "1000"), id, "true").run().succeeds();
    assertTrue(none.err().contains(NOT_OPEN + "3-1002"), none::toString);
  }

  @Test
  void aStartThatFailsNamesItsPlaceAfterHolesToo(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().args("true");
    String id = bench.keep(Workbench.id());
    bench.createCommand(bundle, id, "--preserve-fds", "10").through(OPENS_5_AND_12).run();
    Files.delete(bundle.inside("/bin/true"));
    bench.start(id).failsNaming("exec", "true", "no such file or directory");
  }

  // SEC-05: between create and start the runtime's own code lives in the container.
  @Test
  @Tag("smoke")
  void aCreatedContainersInitHoldsNothingOfTheHost(Workbench bench) throws IOException {
    String id = bench.keep(Workbench.id());
    bench
        .createCommand(bench.bundle().lasting(), id)
        .through(ProcessIT.leakingDirectories(20))
        .run()
        .succeedsSilently();
    int pid = bench.pid(id);
    for (Map.Entry<Integer, String> descriptor : HostProcess.descriptors(pid).entrySet()) {
      if (descriptor.getKey() < 3) {
        continue;
      }
      String target = descriptor.getValue();
      assertTrue(
          target.startsWith("anon_inode:")
              || target.startsWith("socket:")
              || target.startsWith("pipe:")
              || target.startsWith("/memfd:")
              || target.equals("/dev/null")
              || target.endsWith(".fifo"),
          "init's descriptor " + descriptor);
      if (target.endsWith(".fifo")) {
        assertTrue(target.contains(id), descriptor::toString);
      }
    }
  }

  // SEC-06: what could be overwritten through /proc/PID/exe is a sealed copy, and there is nothing
  // else.
  @Test
  void aCreatedContainersInitRunsFromASealedMemfd(Workbench bench) throws Exception {
    int pid = bench.pid(bench.created(bench.bundle().lasting()));
    String exe = Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString();
    assertTrue(exe.startsWith("/memfd:") && exe.endsWith(" (deleted)"), exe);
    assertFalse(writable(Path.of("/proc/" + pid + "/exe")));
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
      String[] words = line.split(" +", 6);
      if (words.length == 6 && !words[5].isEmpty()) {
        assertTrue(words[5].startsWith("[") || words[5].startsWith("/memfd:"), line);
      }
    }
  }

  private static boolean writable(Path path) {
    try {
      Files.newByteChannel(path, java.nio.file.StandardOpenOption.WRITE).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aCreatedContainersInitCannotBeInspectedFromInside(Workbench bench) throws IOException {
    // Undumpable: its /proc entries belong to the host's root, also where the container's root is
    // another one.
    int pid =
        bench.pid(
            bench.created(
                bench.bundle().lasting().set("/process/user", Map.of("uid", 1000, "gid", 1000))));
    assertEquals("root", Files.getOwner(Path.of("/proc/" + pid + "/environ")).getName());
    assertEquals(
        "",
        Files.readString(Path.of("/proc/" + pid + "/environ")),
        "the environment of the runtime");
  }

  // SEC-06, trigger A: the image's program is a link to the program that executes it.
  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/exe", "/proc/1/exe"})
  void aProgramThatIsALinkToTheRuntimeChangesNothingInstalled(String target, Workbench bench)
      throws Exception {
    Map<String, String> before = installed();
    Bundle bundle = bench.bundle().args("/entry");
    Files.createSymbolicLink(bundle.inside("/entry"), Path.of(target));
    bench.runCommand(bundle, Workbench.id()).run();
    Bundle writer =
        bench
            .bundle()
            .set("/root/readonly", false)
            .script("echo x >/proc/self/exe; echo x >/proc/1/exe; true");
    bench.run(writer);
    assertEquals(before, installed());
  }

  static Map<String, String> installed() throws IOException, NoSuchAlgorithmException {
    Map<String, String> sums = new TreeMap<>();
    List<Path> files;
    Path lib = Jrun.prefix().resolve("lib/jrun");
    if (Files.isDirectory(lib)) {
      try (Stream<Path> paths = Files.walk(lib)) {
        files = paths.filter(Files::isRegularFile).toList();
      }
    } else {
      files = List.of();
    }
    for (Path file : Stream.concat(files.stream(), Stream.of(Jrun.binary())).toList()) {
      sums.put(
          file.toString(),
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
    }
    return sums;
  }
}
