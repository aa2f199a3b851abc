// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A root file system whose first process can be this system's systemd: with its /usr mounted, and
 * one service of its own that writes down when it begins and when it ends.
 */
final class SystemdRoot {
  private SystemdRoot() {}

  static Path in(Path directory) throws IOException {
    Path root = directory.resolve("root");
    Path units = Files.createDirectories(root.resolve("etc/systemd/system"));
    for (String each : List.of("usr", "proc", "sys", "dev", "run", "tmp", "var", "root")) {
      Files.createDirectory(root.resolve(each));
    }
    for (String each : List.of("bin", "sbin", "lib", "lib64")) {
      Files.createSymbolicLink(root.resolve(each), Path.of("usr", each));
    }
    for (String each : List.of("passwd", "group", "shadow")) {
      Path copy = Files.copy(Path.of("/etc", each), root.resolve("etc").resolve(each));
      copy.toFile().setReadable(true, false);
    }
    Files.createFile(root.resolve("etc/machine-id"));
    Files.createSymbolicLink(
        units.resolve("default.target"), Path.of("/lib/systemd/system/multi-user.target"));
    Files.createSymbolicLink(
        Files.createDirectory(units.resolve("multi-user.target.wants")).resolve("marker.service"),
        Path.of("../marker.service"));
    Files.writeString(
        units.resolve("marker.service"),
        """
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c 'echo begun >/marker'
        ExecStop=/bin/sh -c 'echo ended >>/marker'
        """);
    return root;
  }

  /** What the service has written. */
  static Path marker(Path root) {
    return root.resolve("marker");
  }
}
