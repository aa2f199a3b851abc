// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * An image of busybox in a file, in the layout of {@code docker save}: one layer, a configuration,
 * a manifest. Made by tar alone, for there is no registry to take one from.
 *
 * @param layer its only layer, an archive as {@code docker import} takes it
 */
record ImageArchive(Path file, Path layer) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param directory for the file and what it is made of
   * @param name of the image, with registry and tag
   * @param command of the image
   */
  static ImageArchive busybox(Path directory, String name, String... command) {
    try {
      Path place = Files.createTempDirectory(directory, "image");
      Bundle bundle = new Bundle(place);
      for (String each : List.of("proc", "sys", "dev", "root", "home/user")) {
        Files.createDirectories(bundle.inside("/" + each));
      }
      add(bundle.inside("/etc/passwd"), "member:x:1001:1001::/root:/bin/sh\n");
      add(bundle.inside("/etc/group"), "member:x:1001:\nmore:x:2000:member\n");
      Path layer = place.resolve("layer.tar");
      tar("-C", bundle.rootfs().toString(), "-cf", layer.toString(), ".");
      write(
          place.resolve("config.json"),
          Map.of(
              "architecture",
              System.getProperty("os.arch").replace("aarch64", "arm64"),
              "os",
              "linux",
              "config",
              Map.of("Env", List.of("PATH=/bin"), "Cmd", List.of(command)),
              "rootfs",
              Map.of("type", "layers", "diff_ids", List.of("sha256:" + sha256(layer)))));
      write(
          place.resolve("manifest.json"),
          List.of(
              Map.of(
                  "Config",
                  "config.json",
                  "RepoTags",
                  List.of(name),
                  "Layers",
                  List.of("layer.tar"))));
      Path file = place.resolve("image.tar");
      tar(
          "-C",
          place.toString(),
          "-cf",
          file.toString(),
          "manifest.json",
          "config.json",
          "layer.tar");
      return new ImageArchive(file, layer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(Path file, String line) throws IOException {
    Files.writeString(file, line, StandardOpenOption.APPEND);
  }

  private static void write(Path file, Object document) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(document));
  }

  private static void tar(String... args) throws IOException {
    try {
      int status = new ProcessBuilder(Jrun.list("tar", args)).inheritIO().start().waitFor();
      assertEquals(0, status, "tar");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
