// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which flags a bind mount has, of a source that has flags of its own: docs/mounts.md. */
@ExtendWith(ResidueExtension.class)
class BindFlagsIT {
  private Path source;

  @BeforeAll
  static void prepare() throws IOException {
    OrdinaryUser.prepare();
  }

  /** A tmpfs with a program, mounted with these flags. */
  private Path source(Workbench bench, String flags) throws Exception {
    source = Files.createDirectory(bench.directory().resolve("source"));
    mount("-t", "tmpfs", "tmpfs", source.toString());
    Files.writeString(source.resolve("file"), "content\n");
    Path program = Files.writeString(source.resolve("program"), "#!/bin/sh\necho ran\n");
    program.toFile().setExecutable(true, false);
    mount("-o", "remount,bind," + flags, source.toString());
    return source;
  }

  private static void mount(String... args) throws Exception {
    String[] command = new String[args.length + 1];
    command[0] = "mount";
    System.arraycopy(args, 0, command, 1, args.length);
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  @AfterEach
  void unmount() throws Exception {
    if (source != null) {
      assertEquals(0, new ProcessBuilder("umount", source.toString()).start().waitFor());
    }
  }

  private static final String SHOW = "grep ' /mnt ' /proc/self/mountinfo";

  private static Set<String> flags(String line) {
    return new TreeSet<>(Arrays.asList(line.split(" ")[5].split(",")));
  }

  // runc 1.2: given any flag, a bind has what it is given; given none, what its source has.
  @ParameterizedTest
  @CsvSource({
    "rprivate,              ro nodev nosuid noexec noatime",
    "defaults,              ro nodev nosuid noexec noatime",
    "rro,                   ro nodev nosuid noexec noatime",
    "sync,                  ro nodev nosuid noexec noatime",
    "dirsync silent,        ro nodev nosuid noexec noatime",
    "rw,                    rw noatime",
    "rprivate rw,           rw noatime",
    "ro,                    ro noatime",
    "exec,                  rw noatime",
    "nosuid nodev,          rw nosuid nodev noatime",
    "rw nosuid nodev,       rw nosuid nodev noatime",
    "ro noexec,             ro noexec noatime",
    "relatime,              rw relatime"
  })
  @Tag("smoke")
  void aBindThatIsGivenFlagsHasNoOthers(String options, String expected, Workbench bench)
      throws Exception {
    Path from = source(bench, "ro,nosuid,nodev,noexec,noatime");
    String[] all = ("rbind " + options).split(" ");
    Bundle bundle = bench.bundle().mount("/mnt", "bind", from.toString(), all).script(SHOW);
    assertEquals(
        new TreeSet<>(List.of(expected.split(" "))),
        flags(bench.run(bundle).succeedsSilently().text()));
  }

  // What a container runtime interface asks for every volume.
  @Test
  void aProgramOnAVolumeRunsThoughTheHostsMountIsNoexec(Workbench bench) throws Exception {
    Path from = source(bench, "nosuid,nodev,noexec");
    Bundle bundle =
        bench
            .bundle()
            .mount("/mnt", "bind", from.toString(), "rbind", "rprivate", "rw")
            .args("/mnt/program");
    assertEquals("ran\n", bench.run(bundle).succeedsSilently().out());
  }

  /** What the kernel would have locked is cleared where that is asked for in so many words. */
  @ParameterizedTest
  @CsvSource({
    "rprivate,              ro nodev nosuid noexec noatime nosymfollow",
    "rprivate rw,           rw nodev nosuid noexec noatime",
    "ro,                    ro nodev nosuid noexec noatime",
    "symfollow,             ro nodev nosuid noexec noatime",
    "exec,                  ro nodev nosuid noatime",
    "rw dev suid exec,      rw noatime",
    "nosuid nosymfollow,    ro nodev nosuid noexec noatime nosymfollow"
  })
  void underAUserNamespaceFlagsThatAreNotNamedStay(String options, String expected, Workbench bench)
      throws Exception {
    Path from = source(bench, "ro,nosuid,nodev,noexec,noatime,nosymfollow");
    String[] all = ("rbind " + options).split(" ");
    Bundle bundle =
        UserNamespaceIT.mapped(bench).mount("/mnt", "bind", from.toString(), all).script(SHOW);
    assertEquals(
        new TreeSet<>(List.of(expected.split(" "))),
        flags(bench.run(bundle).succeedsSilently().text()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rbind rprivate",
        "rbind rprivate rw",
        "rw rprivate nosuid nodev rbind",
        "rbind exec dev suid",
        "rbind ro",
        "rbind nosymfollow"
      })
  void flagsThatAreLockedStay(String options, Workbench bench) throws Exception {
    Path from = source(bench, "ro,nosuid,nodev,noexec");
    OrdinaryUser user = OrdinaryUser.of(bench);
    Bundle bundle =
        user.bundle()
            .mount("/mnt", "bind", from.toString(), options.split(" "))
            .script("cat /mnt/file; " + SHOW);
    List<String> lines = user.run(bundle).succeedsSilently().lines();
    assertEquals("content", lines.get(0));
    assertTrue(
        flags(lines.get(1)).containsAll(Set.of("ro", "nosuid", "nodev", "noexec")), lines.get(1));
    assertEquals(options.contains("nosymfollow"), flags(lines.get(1)).contains("nosymfollow"));
    user.assertNothingIsLeft();
  }

  @Test
  void ofSeveralFlagsThoseThatAreNotLockedAreCleared(Workbench bench) throws Exception {
    Path from = source(bench, "ro");
    OrdinaryUser user = OrdinaryUser.of(bench);
    Bundle bundle =
        user.bundle()
            .mount("/mnt", "bind", from.toString(), "rbind", "rw", "noexec", "exec", "nodev")
            .script(SHOW);
    Set<String> flags = flags(user.run(bundle).succeedsSilently().text());
    assertTrue(flags.containsAll(Set.of("ro", "nodev")), flags::toString);
    assertFalse(flags.contains("noexec"), flags::toString);
  }

  /** Who asks for these wants them: all runtimes refuse. */
  @ParameterizedTest
  @ValueSource(strings = {"noatime", "strictatime", "rrw", "rexec"})
  void whatCannotBeHadOfALockedMountIsAnError(String option, Workbench bench) throws Exception {
    Path from = source(bench, "ro,noexec");
    OrdinaryUser user = OrdinaryUser.of(bench);
    Bundle bundle =
        user.bundle().mount("/mnt", "bind", from.toString(), "rbind", option).args("true");
    user.run(bundle).failsNaming("mount_setattr", "EPERM");
    user.assertNothingIsLeft();
  }
}
