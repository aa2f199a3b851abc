// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code tmpcopyup}: a tmpfs that begins with what it covers. */
@ExtendWith(ResidueExtension.class)
class TmpfsIT {

  private static Path fill(Bundle bundle) throws Exception {
    Path data = Files.createDirectories(bundle.inside("/data/sub"));
    Files.writeString(data.resolve("deep"), "below");
    Path file = Files.writeString(bundle.inside("/data/file"), "content");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
    Files.setAttribute(file, "unix:uid", 1000);
    Files.setAttribute(file, "unix:gid", 1001);
    Files.createSymbolicLink(bundle.inside("/data/link"), Path.of("/etc/passwd"));
    new ProcessBuilder("mkfifo", bundle.inside("/data/fifo").toString()).start().waitFor();
    Path directory = bundle.inside("/data");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xrwx"));
    Files.setAttribute(directory, "unix:uid", 1002);
    return directory;
  }

  @Test
  @Tag("smoke")
  void whatItCoversIsThereAndCanBeChanged(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle().mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "nosuid");
    Path directory = fill(bundle);
    bundle.script(
        "cd /data; stat -f -c %T .; stat -c '%n %F %a %u:%g' . file sub link fifo; cat file sub/deep;"
            + " echo; readlink link; echo new >file; rm sub/deep; cat file");
    assertEquals(
        List.of(
            "tmpfs",
            ". directory 757 1002:0",
            "file regular file 646 1000:1001",
            "sub directory 755 0:0",
            "link symbolic link 777 0:0",
            "fifo fifo 644 0:0",
            "contentbelow",
            "/etc/passwd",
            "new"),
        bench.run(bundle).succeedsSilently().lines());
    assertEquals("content", Files.readString(directory.resolve("file")));
    assertEquals("below", Files.readString(directory.resolve("sub/deep")));
  }

  @Test
  void oneThatIsReadOnlyIsFilledAllTheSame(Workbench bench) throws Exception {
    Bundle bundle = bench.bundle().mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "ro");
    fill(bundle);
    bundle.script("cat /data/file; echo; touch /data/x 2>/dev/null || echo read-only");
    assertEquals(List.of("content", "read-only"), bench.run(bundle).succeedsSilently().lines());
  }

  @Test
  void whatIsMountedThereBeforeIsCopiedToo(Workbench bench) throws Exception {
    Path other = Files.createDirectory(bench.directory().resolve("other"));
    Files.writeString(other.resolve("mine"), "mounted");
    Bundle bundle =
        bench
            .bundle()
            .mount("/data", "bind", other.toString(), "bind")
            .mount("/data", "tmpfs", "tmpfs", "tmpcopyup")
            .args("cat", "/data/mine");
    assertEquals("mounted", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aDirectoryThatIsNotThereIsEmpty(Workbench bench) {
    Bundle bundle =
        bench.bundle().mount("/new", "tmpfs", "tmpfs", "tmpcopyup").args("find", "/new");
    assertEquals("/new\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void moreThanFitsFailsAndIsNamed(Workbench bench) throws Exception {
    Bundle bundle =
        bench.bundle().mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "size=64k").args("true");
    Files.createDirectory(bundle.inside("/data"));
    Files.write(bundle.inside("/data/big"), new byte[1 << 20]);
    String id = Workbench.id();
    int index = bundle.config().get("mounts").size() - 1;
    bench.create(bundle, id).failsNaming("/mounts/" + index, "copy", "ENOSPC");
    bench.assertNothingOf(id);
  }

  @Test
  void itIsForATmpfsOnly(Workbench bench) {
    String id = Workbench.id();
    bench
        .create(bench.bundle().mount("/data", "bind", "/tmp", "bind", "tmpcopyup"), id)
        .failsNaming("/options: tmpcopyup is for a new tmpfs");
    bench.assertNothingOf(id);
  }
}
