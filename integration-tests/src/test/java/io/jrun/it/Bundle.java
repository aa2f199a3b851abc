// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A bundle whose root file system is a static busybox. Starts from the configuration that the
 * {@code spec} command of runtimes prints, without the terminal; tests change nodes of it by JSON
 * pointer. {@link #write} puts it on disk, which every command of {@link Workbench} that takes a
 * bundle does first.
 */
final class Bundle {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> APPLETS =
      List.of(
          ("awk basename cat chgrp chmod chown cp cut date dd df dirname dmesg env expr false find grep head hostname"
                  + " id ifconfig ip kill ln ls mkdir mkfifo mknod mount mountpoint mv nc nsenter od printenv printf ps"
                  + " pwd readlink realpath rm rmdir sed seq setsid sh sha256sum sleep sort stat stty sync tail tee"
                  + " test timeout touch tr true tty umount uname unshare usleep wc who whoami xargs echo")
              .split(" "));
  private static final Path BUSYBOX = sharedCopy();

  private final Path directory;
  private final ObjectNode config;

  /** Makes the root file system below the directory, which must not exist yet. */
  Bundle(Path directory) {
    this.directory = directory;
    try (InputStream template = Bundle.class.getResourceAsStream("config.json")) {
      config = (ObjectNode) JSON.readTree(template);
      Path bin = Files.createDirectories(rootfs().resolve("bin"));
      Files.createLink(bin.resolve("busybox"), BUSYBOX);
      for (String applet : APPLETS) {
        Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
      }
      Files.createDirectory(rootfs().resolve("tmp"));
      Files.createDirectory(rootfs().resolve("etc"));
      Files.writeString(
          rootfs().resolve("etc/passwd"),
          "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n");
      Files.writeString(rootfs().resolve("etc/group"), "root:x:0:\nuser:x:1000:\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // One copy for all bundles, on the file system where they are, so that each can have a hard link
  // to it.
  private static Path sharedCopy() {
    try {
      Path copy = Files.createTempFile("busybox", "");
      Files.write(copy, Files.readAllBytes(Path.of("/bin/busybox")));
      copy.toFile().setExecutable(true, false);
      // Of a program that its user cannot read the kernel shows that user nothing.
      copy.toFile().setReadable(true, false);
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes what all bundles share, before anybody looks what there is. */
  static void prepare() {
    if (!Files.exists(BUSYBOX)) {
      throw new IllegalStateException("no " + BUSYBOX);
    }
  }

  Path directory() {
    return directory;
  }

  Path rootfs() {
    return directory.resolve("rootfs");
  }

  /** A path of the root file system as the host sees it. */
  Path inside(String path) {
    return rootfs().resolve(path.substring(1));
  }

  ObjectNode config() {
    return config;
  }

  Bundle args(String... args) {
    return set("/process/args", Arrays.asList(args));
  }

  /** Has the container run a shell script. */
  Bundle script(String script) {
    return args("sh", "-c", script);
  }

  /**
   * Has the container do nothing for ever, until SIGTERM or SIGKILL. {@link Workbench#awaitTrap}
   * comes before a SIGTERM.
   */
  Bundle lasting() {
    return script("trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");
  }

  /**
   * Sets the node at a JSON pointer, making the objects on the way; the last token {@code -}
   * appends to an array.
   */
  Bundle set(String pointer, Object value) {
    JsonPointer path = JsonPointer.compile(pointer);
    JsonNode node = JSON.valueToTree(value);
    String last = path.last().getMatchingProperty();
    JsonPointer parentPath = path.head();
    if (last.equals("-") || parentOf(parentPath).isArray()) {
      ArrayNode array = config.withArray(parentPath.toString());
      if (last.equals("-")) {
        array.add(node);
      } else {
        int index = Integer.parseInt(last);
        if (index == array.size()) {
          array.add(node);
        } else {
          array.set(index, node);
        }
      }
    } else if (parentPath.toString().isEmpty()) {
      config.set(last, node);
    } else {
      object(parentPath).set(last, node);
    }
    return this;
  }

  private JsonNode parentOf(JsonPointer parent) {
    return config.at(parent);
  }

  private ObjectNode object(JsonPointer path) {
    JsonNode found = config.at(path);
    return found.isObject() ? (ObjectNode) found : config.withObject(path.toString());
  }

  Bundle remove(String pointer) {
    JsonPointer path = JsonPointer.compile(pointer);
    JsonNode parent = config.at(path.head());
    if (parent instanceof ObjectNode object) {
      object.remove(path.last().getMatchingProperty());
    } else if (parent instanceof ArrayNode array) {
      array.remove(path.last().getMatchingIndex());
    }
    return this;
  }

  Bundle mount(String destination, String type, String source, String... options) {
    ObjectNode mount = JSON.createObjectNode();
    mount.put("destination", destination);
    mount.put("type", type);
    mount.put("source", source);
    mount.set("options", JSON.valueToTree(options));
    return set("/mounts/-", mount);
  }

  /** Removes the mount with this destination. */
  Bundle withoutMount(String destination) {
    ArrayNode mounts = (ArrayNode) config.get("mounts");
    for (int i = mounts.size() - 1; i >= 0; i--) {
      if (mounts.get(i).get("destination").asText().equals(destination)) {
        mounts.remove(i);
      }
    }
    return this;
  }

  /** Replaces the namespace of a type by one to be joined. */
  Bundle join(String type, String path) {
    withoutNamespace(type);
    ObjectNode namespace = JSON.createObjectNode();
    namespace.put("type", type);
    namespace.put("path", path);
    return set("/linux/namespaces/-", namespace);
  }

  Bundle withoutNamespace(String type) {
    ArrayNode namespaces = (ArrayNode) config.at("/linux/namespaces");
    for (int i = namespaces.size() - 1; i >= 0; i--) {
      if (namespaces.get(i).get("type").asText().equals(type)) {
        namespaces.remove(i);
      }
    }
    return this;
  }

  /** Appends a hook. */
  Bundle hook(String kind, Object hook) {
    return set("/hooks/" + kind + "/-", hook);
  }

  /** Puts an executable file into the root file system. */
  Bundle executable(String path, String content) {
    try {
      Path file = inside(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      file.toFile().setExecutable(true, false);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Bundle write() {
    return write(config.toPrettyString());
  }

  Bundle write(String text) {
    try {
      Files.writeString(directory.resolve("config.json"), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
