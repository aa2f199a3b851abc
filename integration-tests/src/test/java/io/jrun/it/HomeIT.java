// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HOME: the configuration's, else that of the container's passwd, as the program will see it. */
@ExtendWith(ResidueExtension.class)
class HomeIT {

  private static Bundle as(Workbench bench, int uid) {
    return bench
        .bundle()
        .set("/process/user", Map.of("uid", uid, "gid", uid))
        .script("echo \"$HOME\"");
  }

  @ParameterizedTest
  @Tag("smoke")
  @CsvSource({
    "0, '', /root",
    "1000, '', /home/user",
    "4242, '', /",
    "1000, HOME=/given, /given",
    "1000, HOME=, /home/user"
  })
  void homeIsThePasswdsUnlessGiven(int uid, String given, String expected, Workbench bench) {
    Bundle bundle = as(bench, uid);
    if (!given.isEmpty()) {
      bundle.set("/process/env/-", given);
    }
    assertEquals(expected + "\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void homeIsThereAfterCreateAndStartAsWell(Workbench bench) throws Exception {
    Bundle bundle = as(bench, 1000);
    bundle.inside("/tmp").toFile().setWritable(true, false);
    bundle.set("/root/readonly", false);
    bundle.script("echo $HOME >/tmp/new; mv /tmp/new /tmp/home; sleep 1000");
    bench.running(bundle);
    Path home = bundle.inside("/tmp/home");
    Workbench.await("the file " + home, () -> Files.exists(home));
    assertEquals("/home/user\n", Files.readString(home));
  }

  // SEC-02: the passwd is read by uid alone, and is the image's: nothing in it may hang or fool us.
  @ParameterizedTest
  @CsvSource({
    "name, /",
    "fifo, /",
    "socket, /",
    "endless, /",
    "log, /",
    "loop, /",
    "behind, /home/user",
    "beyond, /",
    "missing, /",
    "directory, /",
    "unreadable, /home/user",
    "linked, /home/user",
    "outside, /",
    "garbage, /"
  })
  void anOddPasswdDoesNoHarm(String what, String expected, Workbench bench) throws Exception {
    Bundle bundle = as(bench, 1000);
    Path passwd = bundle.inside("/etc/passwd");
    Path elsewhere = bundle.inside("/tmp/passwd");
    Files.delete(passwd);
    String line = "user:x:1000:1000::/home/user:/bin/sh\n";
    switch (what) {
      case "name" -> Files.writeString(passwd, "1000::0:0::/wrong:/bin/sh\n");
      case "fifo" -> new ProcessBuilder("mkfifo", passwd.toString()).start().waitFor();
      case "socket" ->
          ServerSocketChannel.open(StandardProtocolFamily.UNIX)
              .bind(UnixDomainSocketAddress.of(passwd))
              .close();
      case "endless" -> Files.createSymbolicLink(passwd, Path.of("/dev/zero"));
      case "log" -> Files.createSymbolicLink(passwd, Path.of("/proc/kmsg"));
      case "loop" -> Files.createSymbolicLink(passwd, Path.of("passwd"));
      case "behind" -> Files.writeString(passwd, "#".repeat(40_000) + "\n" + line);
      case "beyond" -> Files.writeString(passwd, "#".repeat(70_000) + "\n" + line);
      case "directory" -> Files.createDirectory(passwd);
      case "unreadable" -> {
        Files.writeString(passwd, line);
        Files.setPosixFilePermissions(
            passwd, java.nio.file.attribute.PosixFilePermissions.fromString("---------"));
      }
      case "linked" -> {
        Files.writeString(elsewhere, line);
        Files.createSymbolicLink(passwd, Path.of("../../../../tmp/passwd"));
      }
      case "outside" -> {
        Path host = Files.writeString(bench.directory().resolve("passwd"), line);
        Files.createSymbolicLink(passwd, host);
      }
      case "garbage" ->
          Files.write(passwd, new byte[] {0, (byte) 0xff, ':', ':', '\n', ':', '1', '0', '0', '0'});
      default -> {
        // There is none.
      }
    }
    Outcome outcome = bench.runCommand(bundle, Workbench.id()).run().succeedsSilently();
    assertEquals(expected + "\n", outcome.out());
  }

  // Podman mounts a passwd of its own over the image's.
  @Test
  void aPasswdThatIsMountedOverTheImagesIsTheOneThatCounts(Workbench bench) throws Exception {
    Path mine =
        Files.writeString(
            bench.directory().resolve("passwd"), "user:x:1000:1000::/mounted:/bin/sh\n");
    Bundle bundle = as(bench, 1000).mount("/etc/passwd", "bind", mine.toString(), "bind", "ro");
    assertEquals("/mounted\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void aMaskedPasswdHasNoHomes(Workbench bench) {
    Bundle bundle = as(bench, 1000).set("/linux/maskedPaths", List.of("/etc/passwd"));
    assertEquals("/\n", bench.run(bundle).succeedsSilently().out());
  }

  @Test
  void bytesThatAreNoUtf8ArePassedOn(Workbench bench) throws Exception {
    Bundle bundle = as(bench, 1000).script("printf %s \"$HOME\" | od -An -tx1");
    Files.write(
        bundle.inside("/etc/passwd"),
        "u:x:1000:1::/\u00ff:\n".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals("2f ff", bench.run(bundle).succeedsSilently().out().trim());
  }
}
