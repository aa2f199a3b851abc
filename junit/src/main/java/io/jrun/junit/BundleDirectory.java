// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The directory of one container: {@code rootfs} and {@code config.json}, jrun's state beside them,
 * and what was written. It is below the temporary directory of the tests and goes with the
 * container.
 */
final class BundleDirectory {
  private final Path directory;

  private BundleDirectory(Path directory) {
    this.directory = directory;
  }

  static BundleDirectory make() {
    try {
      Path directory = Files.createTempDirectory("jrun-junit");
      // Whoever the container's root is on this host looks the root file system up.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
      Files.createDirectory(directory.resolve("rootfs"));
      Files.createDirectory(directory.resolve("outputs"));
      return new BundleDirectory(directory.toRealPath());
    } catch (IOException e) {
      throw new JrunException("a bundle cannot be made: " + e.getMessage(), e);
    }
  }

  String directory() {
    return directory.toString();
  }

  Path rootfs() {
    return directory.resolve("rootfs");
  }

  Path state() {
    return directory.resolve("state");
  }

  Path outputs() {
    return directory.resolve("outputs");
  }

  Path log() {
    return directory.resolve("log");
  }

  String logs() {
    return Text.of(log());
  }

  void fill(OciBundle annotation, Jrun jrun) {
    if (annotation.args().length == 0) {
      throw new JrunException("@OciBundle: args names no program");
    }
    try {
      RootFileSystem.fill(rootfs(), annotation.rootfs());
      boolean rootless = !Files.getAttribute(directory, "unix:uid").equals(0);
      ObjectNode config = Json.object(jrun.spec(directory, rootless), "config.json");
      adapt(config, annotation);
      Json.merge(config, Json.object(annotation.config(), "@OciBundle: config"));
      Files.writeString(directory.resolve("config.json"), config.toString());
    } catch (IOException e) {
      throw new JrunException("the bundle cannot be filled: " + e.getMessage(), e);
    }
  }

  private static void adapt(ObjectNode config, OciBundle annotation) {
    ObjectNode process = config.withObject("/process");
    process.put("terminal", false);
    ArrayNode args = process.putArray("args");
    List.of(annotation.args()).forEach(args::add);
    ArrayNode env = process.withArray("/env");
    List.of(annotation.env()).forEach(env::add);
    // The root file system is a copy, so that a test may write to it.
    config.withObject("/root").put("readonly", false);
    network(config.withObject("/linux").withArray("/namespaces"), annotation.hostNetwork());
  }

  /** What jrun writes for an ordinary user has the host's network, and for root one of its own. */
  private static void network(ArrayNode namespaces, boolean hosts) {
    var each = namespaces.elements();
    while (each.hasNext()) {
      if (each.next().path("type").asText().equals("network")) {
        each.remove();
      }
    }
    if (!hosts) {
      namespaces.addObject().put("type", "network");
    }
  }

  void delete() {
    FileTree.delete(directory);
  }
}
