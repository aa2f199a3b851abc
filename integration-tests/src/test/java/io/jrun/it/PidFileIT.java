// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The pid file: digits and nothing else, whole when it is seen, and no container without it. */
@ExtendWith(ResidueExtension.class)
class PidFileIT {

  @Test
  @Tag("smoke")
  void thePidFileHasThePidWithoutANewline(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("pid");
    String id = bench.created(bench.bundle(), "--pid-file", file.toString());
    assertEquals(Integer.toString(bench.pid(id)), Files.readString(file));
    assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void runWritesItToo(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("pid");
    String id = bench.keep(Workbench.id());
    bench
        .runCommand(bench.bundle().lasting(), id, "-d", "--pid-file", file.toString())
        .run()
        .succeedsSilently();
    assertEquals(Integer.toString(bench.pid(id)), Files.readString(file));
  }

  @Test
  void aRelativePidFileIsRelativeToTheCallersDirectoryAndNotToTheBundle(Workbench bench)
      throws IOException {
    Path elsewhere = Files.createDirectory(bench.directory().resolve("elsewhere"));
    Bundle bundle = bench.bundle();
    String id = bench.keep(Workbench.id());
    bench.createCommand(bundle, id, "--pid-file", "pid").in(elsewhere).run().succeedsSilently();
    assertEquals(Integer.toString(bench.pid(id)), Files.readString(elsewhere.resolve("pid")));
    assertFalse(Files.exists(bundle.directory().resolve("pid")));
  }

  @Test
  void aPidFileThatIsThereIsReplaced(Workbench bench) throws IOException {
    Path file = bench.directory().resolve("pid");
    Files.writeString(file, "12345678 and more");
    String id = bench.created(bench.bundle(), "--pid-file", file.toString());
    assertEquals(Integer.toString(bench.pid(id)), Files.readString(file));
  }

  @Test
  void aSymbolicLinkIsReplacedAndNotFollowed(Workbench bench) throws IOException {
    Path canary = Files.writeString(bench.directory().resolve("canary"), "unchanged");
    Path file = Files.createSymbolicLink(bench.directory().resolve("pid"), canary);
    String id = bench.created(bench.bundle(), "--pid-file", file.toString());
    assertEquals(Integer.toString(bench.pid(id)), Files.readString(file));
    assertEquals("unchanged", Files.readString(canary));
  }

  @Test
  void noTemporaryFileStaysBesideIt(Workbench bench) throws IOException {
    Path directory = Files.createDirectory(bench.directory().resolve("pids"));
    bench.created(bench.bundle(), "--pid-file", directory.resolve("pid").toString());
    try (Stream<Path> entries = Files.list(directory)) {
      assertEquals(List.of(directory.resolve("pid")), entries.toList());
    }
  }

  @Test
  void aPidFileThatCannotBeWrittenFailsTheCreateAndNothingIsLeft(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle(), id, "--pid-file", "/nonexistent/pid")
        .failsNaming(
            Jrun.name() + " create failed: ", "/nonexistent/", "no such file or directory");
    bench.assertNothingOf(id);
  }

  @Test
  void aFailedCreateLeavesNoPidFile(Workbench bench) {
    Path file = bench.directory().resolve("pid");
    bench
        .create(bench.bundle().args("nosuch"), Workbench.id(), "--pid-file", file.toString())
        .exits(1);
    assertFalse(Files.exists(file));
  }
}
