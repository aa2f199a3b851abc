// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the files of a container come from: a directory, a tar archive, or a static busybox of the
 * host. Copies are made by {@code cp} and {@code tar}, which keep modes, links and sparse files; an
 * ordinary user's copy belongs to that user.
 */
final class RootFileSystem {
  private static final List<Path> BUSYBOX =
      List.of(Path.of("/usr/bin/busybox"), Path.of("/bin/busybox"));

  private RootFileSystem() {}

  static void fill(Path target, String source) throws IOException {
    if (source.isEmpty()) {
      busybox(target);
    } else if (Files.isDirectory(Path.of(source))) {
      execute("cp", "-a", "--", source + "/.", target.toString());
    } else if (Files.isRegularFile(Path.of(source))) {
      execute("tar", "-C", target.toString(), "-xf", Path.of(source).toAbsolutePath().toString());
    } else {
      throw new JrunException("@OciBundle: rootfs: there is no directory or archive " + source);
    }
    // What jrun spec mounts; a read-only tree may lack them.
    for (String name : List.of("proc", "dev", "sys")) {
      Files.createDirectories(target.resolve(name));
    }
  }

  private static void busybox(Path target) throws IOException {
    Path program =
        BUSYBOX.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(
                () ->
                    new JrunException(
                        "@OciBundle: rootfs is empty and the host has no busybox: install"
                            + " busybox-static, or name a root file system"));
    Path bin = Files.createDirectories(target.resolve("bin"));
    Files.createDirectory(target.resolve("tmp"));
    Files.copy(program, bin.resolve("busybox"));
    Process list = new ProcessBuilder(program.toString(), "--list").start();
    for (String applet : new String(list.getInputStream().readAllBytes()).split("\n")) {
      if (!applet.equals("busybox")) {
        Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
      }
    }
  }

  private static void execute(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String words = new String(process.getInputStream().readAllBytes());
    try {
      if (process.waitFor() != 0) {
        throw new JrunException("the root file system cannot be copied: " + words.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JrunException("interrupted while the root file system was copied", e);
    }
  }
}
