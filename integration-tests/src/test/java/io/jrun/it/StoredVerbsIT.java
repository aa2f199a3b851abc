// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The verbs that create stores: they say what a core says, and only a file that nobody else could
 * have written is obeyed. To see who answered, a test alters what a stored state prints.
 */
@ExtendWith(ResidueExtension.class)
class StoredVerbsIT {

  private static Path verbs(Workbench bench, String id) {
    return bench.root().resolve(id).resolve("verbs");
  }

  private static Outcome byCore(Workbench bench, String... args) {
    return bench.command(args).env("JRUN_CORE", "cold").run();
  }

  /** The same length, so that the file stays sound. */
  private static void alter(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("\"created\""), "the stored state prints its status");
    Files.writeString(
        file, text.replace("\"created\",", "\"altered\","), StandardCharsets.ISO_8859_1);
  }

  private static boolean isObeyed(Workbench bench, String id) {
    return bench.jrun("state", id).succeeds().out().contains("\"altered\"");
  }

  @Test
  @Tag("smoke")
  void aStoredStateSaysWhatACoreSays(Workbench bench) {
    String id = bench.created(bench.bundle().lasting());
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).out());
    bench.start(id).succeedsSilently();
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).out());
    bench.kill(id, "9").succeedsSilently();
    String stopped = bench.stopped(bench.bundle());
    assertEquals(byCore(bench, "state", stopped).out(), bench.jrun("state", stopped).out());
  }

  @Test
  void aFileOfTheOwnersIsObeyed(Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    alter(verbs(bench, id));
    assertTrue(isObeyed(bench, id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"verbs", "container", "root"})
  void whatOthersMayWriteIsNotObeyed(String what, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    Path file = verbs(bench, id);
    alter(file);
    Path open =
        switch (what) {
          case "verbs" -> file;
          case "container" -> file.getParent();
          default -> bench.root();
        };
    String mode = Files.isDirectory(open) ? "rwxrwxrwx" : "rw-rw-rw-";
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));
    assertFalse(isObeyed(bench, id));
    Files.setPosixFilePermissions(
        open, PosixFilePermissions.fromString(mode.startsWith("rwx") ? "rwx------" : "rw-------"));
    assertTrue(isObeyed(bench, id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"verbs", "container"})
  void whatAnotherUserOwnsIsNotObeyed(String what, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    Path file = verbs(bench, id);
    alter(file);
    Path owned = what.equals("verbs") ? file : file.getParent();
    Files.setAttribute(owned, "unix:uid", 1234);
    assertFalse(isObeyed(bench, id));
    Files.setAttribute(owned, "unix:uid", 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "truncated", "version", "garbage", "link", "missing"})
  void aFileThatIsNotSoundIsPassedOver(String what, Workbench bench) throws IOException {
    String id = bench.created(bench.bundle().lasting());
    Path file = verbs(bench, id);
    byte[] bytes = Files.readAllBytes(file);
    switch (what) {
      case "empty" -> Files.write(file, new byte[0]);
      case "truncated" -> Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
      case "version" -> {
        bytes[8]++;
        Files.write(file, bytes);
      }
      case "garbage" -> {
        for (int i = 80; i < bytes.length; i++) {
          bytes[i] = (byte) (i * 7);
        }
        Files.write(file, bytes);
      }
      case "link" -> {
        Path elsewhere = bench.directory().resolve("elsewhere");
        Files.write(elsewhere, bytes);
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        alter(elsewhere);
      }
      default -> Files.delete(file);
    }
    assertEquals(byCore(bench, "state", id).out(), bench.jrun("state", id).succeeds().out());
    bench.start(id).succeedsSilently();
    bench.kill(id, "9").succeedsSilently();
  }

  @Test
  void aStartThatFailsIsWordedAsACoreWordsIt(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle();
    Files.writeString(bundle.inside("/run.sh"), "#!/nope\n");
    Files.setPosixFilePermissions(
        bundle.inside("/run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    bundle.args("/run.sh");
    String stored = bench.created(bundle);
    String cold = bench.created(bundle);
    String message = "exec /run.sh: no such file or directory";
    bench.start(stored).failsNaming("", message);
    byCore(bench, "start", cold).failsNaming("", message);
    assertEquals("stopped", bench.status(stored));
  }

  @Test
  void deleteIsLeftToACoreWhileTheContainerRuns(Workbench bench) throws IOException {
    String id = bench.running(bench.bundle().lasting());
    byte[] before = Files.readAllBytes(bench.root().resolve(id).resolve("state.json"));
    bench.delete(id).failsWith("cannot delete container " + id + " that is not stopped: running");
    assertArrayEquals(before, Files.readAllBytes(bench.root().resolve(id).resolve("state.json")));
  }
}
