// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * New file systems that are {@code ro}: what belongs into them is made first, and nothing later.
 */
@ExtendWith(ResidueExtension.class)
class ReadOnlyMountsIT {

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  private static Path source(Workbench bench) throws IOException {
    Path source = Files.createDirectory(bench.directory().resolve("source"));
    Files.writeString(source.resolve("file"), "content\n");
    return source;
  }

  private static String tryToWrite(String... directories) {
    return "for d in "
        + String.join(" ", directories)
        + "; do touch $d/x 2>/dev/null && echo $d; done; true";
  }

  @ParameterizedTest
  @CsvSource({"tmpfs, 'remount,ro'", "none, 'remount,bind,ro'", "tmpfs, 'remount,ro,size=2m'"})
  void whatARemountMakesReadOnlyIsSoWhenAllIsMountedToo(
      String type, String options, Workbench bench) throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/cfg", "tmpfs", "tmpfs", "size=1m")
            .mount("/cfg", type, type, options.split(","))
            .mount("/cfg/directory", "bind", source.toString(), "rbind", "ro")
            .mount("/cfg/file", "bind", source + "/file", "bind")
            .script("cat /cfg/directory/file /cfg/file; " + tryToWrite("/cfg"));
    assertEquals("content\ncontent\n", bench.run(bundle).succeedsSilently().out());
  }

  /** A flag of mount(2) that no file system is told of. */
  @ParameterizedTest
  @ValueSource(strings = {"acl", "noacl", "iversion", "mand", "silent", "defaults"})
  void aWordThatIsNoneOfTheFileSystemsIsTakenByAll(String word, Workbench bench)
      throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .mount("/new", "tmpfs", "tmpfs", word)
            .mount("/bound", "bind", source(bench).toString(), "bind", word)
            .script("cat /bound/file");
    assertEquals("content\n", bench.run(bundle).succeedsSilently().out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ro", "rro"})
  @Tag("smoke")
  void whatIsBelowATmpfsIsMountedAndTheTmpfsCannotBeWritten(String option, Workbench bench)
      throws IOException {
    Path source = source(bench);
    Bundle bundle =
        bench
            .bundle()
            .mount("/cfg", "tmpfs", "tmpfs", option, "size=1m")
            .mount("/cfg/directory", "bind", source.toString(), "rbind", "ro")
            .mount("/cfg/deep/file", "bind", source + "/file", "bind")
            .mount("/cfg/new", "tmpfs", "tmpfs", "rw")
            .mount("/cfg/also", "tmpfs", "tmpfs", "ro")
            .mount("/cfg/also/deeper", "tmpfs", "tmpfs", "ro")
            .script(
                "cat /cfg/directory/file /cfg/deep/file;"
                    + tryToWrite(
                        "/cfg",
                        "/cfg/deep",
                        "/cfg/directory",
                        "/cfg/new",
                        "/cfg/also",
                        "/cfg/also/deeper"));
    assertEquals(
        List.of("content", "content", "/cfg/new"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void aLinkThatLeadsThereLeadsThere(Workbench bench) throws IOException {
    Bundle bundle =
        bench
            .bundle()
            .mount("/run", "tmpfs", "tmpfs", "ro", "mode=755")
            .mount("/var/run/lock", "tmpfs", "tmpfs", "rw")
            .script(tryToWrite("/run", "/run/lock"));
    Files.createDirectory(bundle.inside("/var"));
    Files.createSymbolicLink(bundle.inside("/var/run"), Path.of("/run"));
    assertEquals(List.of("/run/lock"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  @Tag("smoke")
  void aDevThatIsReadOnlyHasItsDevicesAndItsMounts(Workbench bench) throws IOException {
    Bundle bundle = withReadOnlyDev(bench.bundle());
    Map<String, Object> fuse =
        Map.of("path", "/dev/sub/fuse", "type", "c", "major", 10, "minor", 229);
    bundle
        .set("/linux/devices", List.of(fuse))
        .script(
            "echo x >/dev/null; ls -d /dev/pts/ptmx /dev/shm /dev/mqueue /dev/ptmx /dev/stdin"
                + " /dev/sub/fuse;"
                + tryToWrite("/dev", "/dev/sub", "/dev/shm"));
    assertEquals(
        List.of(
            "/dev/mqueue",
            "/dev/ptmx",
            "/dev/pts/ptmx",
            "/dev/shm",
            "/dev/stdin",
            "/dev/sub/fuse",
            "/dev/shm"),
        bench.run(bundle).succeedsSilently().lines());
  }

  private static Bundle withReadOnlyDev(Bundle bundle) {
    for (JsonNode mount : bundle.config().get("mounts")) {
      if (mount.get("destination").asText().equals("/dev")) {
        ((ArrayNode) mount.get("options")).add("ro");
      }
    }
    return bundle;
  }

  @Test
  void aDevThatIsReadOnlyIsMadeUnderAUserNamespaceToo(Workbench bench) throws IOException {
    String script = "echo x >/dev/null; ls -d /dev/ptmx; " + tryToWrite("/dev", "/dev/shm");
    List<String> expected = List.of("/dev/ptmx", "/dev/shm");
    Bundle mapped = withReadOnlyDev(UserNamespaceIT.mapped(bench)).script(script);
    assertEquals(expected, bench.run(mapped).succeedsSilently().lines());
    OrdinaryUser user = OrdinaryUser.of(bench);
    Bundle users = withReadOnlyDev(user.bundle()).script(script);
    assertEquals(expected, user.run(users).succeedsSilently().lines());
  }

  @Test
  void aHookMayWriteBeforeItIsReadOnly(Workbench bench) throws IOException {
    Bundle bundle = bench.bundle().mount("/cfg", "tmpfs", "tmpfs", "ro");
    bundle
        .hook(
            "createContainer",
            Map.of(
                "path",
                "/bin/sh",
                "args",
                List.of("sh", "-c", "echo hooked >" + bundle.inside("/cfg/made"))))
        .script("cat /cfg/made; " + tryToWrite("/cfg"));
    assertEquals(List.of("hooked"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void theWorkingDirectoryIsMadeInIt(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/cfg", "tmpfs", "tmpfs", "ro")
            .set("/process/cwd", "/cfg/work")
            .script("pwd; " + tryToWrite("/cfg", "."));
    assertEquals(List.of("/cfg/work"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void oneThatIsCoveredByAnotherIsReadOnlyToo(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/cfg", "tmpfs", "below", "ro")
            .mount("/cfg", "tmpfs", "above", "rw")
            .script("grep ' /cfg ' /proc/self/mounts | cut -d ' ' -f 1,4 | cut -d , -f 1");
    assertEquals(List.of("below ro", "above rw"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void theLastWordOnItCounts(Workbench bench) {
    Bundle bundle =
        bench
            .bundle()
            .mount("/cfg", "tmpfs", "tmpfs", "ro")
            .mount("/cfg", "none", "", "remount", "bind", "rw")
            .mount("/other", "tmpfs", "tmpfs")
            .mount("/other", "none", "", "remount", "bind", "ro")
            .script(tryToWrite("/cfg", "/other"));
    assertEquals(List.of("/cfg"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void moreThanAreKeptInMindAreReadOnly(Workbench bench) {
    Bundle bundle = bench.bundle();
    for (int i = 0; i < 100; i++) {
      bundle.mount("/m/" + i, "tmpfs", "tmpfs", "ro");
    }
    bundle
        .mount("/m/99/below", "tmpfs", "tmpfs", "ro")
        .script("grep -c ' /m/.* ro,' /proc/self/mounts");
    assertEquals("101\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void anOverlayThatIsReadOnlyHasWhatIsMountedBelowIt(Workbench bench) throws IOException {
    Path lower = source(bench);
    Path upper = Files.createDirectory(bench.directory().resolve("upper"));
    Path work = Files.createDirectory(bench.directory().resolve("work"));
    Bundle bundle =
        bench
            .bundle()
            .mount(
                "/mnt",
                "overlay",
                "overlay",
                "ro",
                "lowerdir=" + lower,
                "upperdir=" + upper,
                "workdir=" + work)
            .mount("/mnt/below", "tmpfs", "tmpfs")
            .script("cat /mnt/file; " + tryToWrite("/mnt", "/mnt/below"));
    assertEquals(List.of("content", "/mnt/below"), bench.run(bundle).succeedsSilently().lines());
    assertTrue(Files.isDirectory(upper.resolve("below")));
  }

  @ParameterizedTest
  @CsvSource({"ro, 712", "rw, 712", "ro mode=700, 700", "ro tmpcopyup, 712"})
  void theModeOfWhatATmpfsCoversIsKeptAndShown(String options, String mode, Workbench bench)
      throws IOException {
    Bundle bundle = bench.bundle().mount("/covered", "tmpfs", "tmpfs", options.split(" "));
    Path covered = Files.createDirectory(bundle.inside("/covered"));
    Files.setPosixFilePermissions(covered, PosixFilePermissions.fromString("rwx--x-w-"));
    bundle.script("stat -c %a /covered; grep -c ' /covered .*mode=" + mode + "' /proc/self/mounts");
    assertEquals(List.of(mode, "1"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void aStickyModeIsKeptAndANewDirectoryHasTheKernels(Workbench bench) throws IOException {
    Bundle bundle =
        bench.bundle().mount("/covered", "tmpfs", "tmpfs").mount("/new", "tmpfs", "tmpfs");
    Path covered = Files.createDirectory(bundle.inside("/covered"));
    Files.setAttribute(covered, "unix:mode", 01750);
    bundle.script("stat -c %a /covered /new; grep -c ' /new .*mode=' /proc/self/mounts; true");
    assertEquals(List.of("1750", "1777", "0"), bench.run(bundle).succeedsSilently().lines());
  }

  /** As crun has it: whoever lists a mount below a volume wants it there. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsMissingBelowABindIsMadeInItsSource(boolean userNamespace, Workbench bench)
      throws IOException {
    Path source = source(bench);
    Bundle bundle = userNamespace ? UserNamespaceIT.mapped(bench) : bench.bundle();
    if (userNamespace) {
      UserNamespaceIT.own(source);
    }
    bundle
        .mount("/mnt", "bind", source.toString(), "rbind", "ro")
        .mount("/mnt/new", "tmpfs", "tmpfs")
        .mount("/mnt/deep/file", "bind", source + "/file", "bind")
        .mount("/mnt/new/inner", "tmpfs", "tmpfs", "ro", "mode=755")
        .script("cat /mnt/deep/file; " + tryToWrite("/mnt", "/mnt/deep", "/mnt/new"));
    assertEquals(List.of("content", "/mnt/new"), bench.run(bundle).succeedsSilently().lines());
    assertTrue(Files.isDirectory(source.resolve("new")));
    assertEquals("", Files.readString(source.resolve("deep/file")));
  }

  /** A link of the volume's decides nothing about what is made in what can only be read. */
  @Test
  void nothingIsMadeThereByWayOfALink(Workbench bench) throws IOException {
    Path source = source(bench);
    Path other = Files.createDirectory(bench.directory().resolve("other"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("/other"));
    Files.createSymbolicLink(source.resolve("inside"), Path.of("directory"));
    Files.createDirectory(source.resolve("directory"));
    for (String below : List.of("/mnt/link/made", "/mnt/inside/made", "/outside/made")) {
      String id = Workbench.id();
      Bundle bundle =
          bench
              .bundle()
              .mount("/other", "bind", other.toString(), "bind", "ro")
              .mount("/mnt", "bind", source.toString(), "rbind", "ro")
              .mount(below, "tmpfs", "tmpfs");
      Files.createSymbolicLink(bundle.inside("/outside"), Path.of("/mnt/directory"));
      bench.create(bundle, id).failsNaming("/mounts/9", "resolve");
      bench.assertNothingOf(id);
    }
    assertEquals(List.of(), names(other));
    assertEquals(List.of(), names(source.resolve("directory")));
  }

  private static List<String> names(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }
}
