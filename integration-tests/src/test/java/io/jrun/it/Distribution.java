// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Installations that differ in one thing from the one under test, mostly made of links to it. */
final class Distribution {

  private Distribution() {}

  /** The front alone: whatever it cannot do without a core fails. Gives the front. */
  static Path withoutCore(Path prefix) {
    try {
      Path front = Files.createDirectories(prefix.resolve("bin")).resolve("jrun");
      return Files.copy(Jrun.binary(), front);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One whose core is of version 0.0.0. Gives the front, which is of the version under test. */
  static Path ofAnotherVersion(Path prefix) {
    Path front = withoutCore(prefix);
    try {
      Path from = Jrun.prefix().resolve("lib/jrun");
      Path library = Files.createDirectories(prefix.resolve("lib/jrun"));
      if (Jrun.isNative()) {
        alterVersion(from.resolve("core"), library.resolve("core"));
        return front;
      }
      Files.createSymbolicLink(library.resolve("runtime"), from.resolve("runtime"));
      Files.createSymbolicLink(library.resolve("native"), from.resolve("native"));
      for (String file : List.of("core.args", "daemon.args")) {
        String words = Files.readString(from.resolve(file));
        Files.writeString(
            library.resolve(file),
            words.replaceAll("(?m)^-Djrun\\.version=.*$", "-Djrun.version=0.0.0"));
      }
      Path jars = Files.createDirectory(library.resolve("jars"));
      try (Stream<Path> all = Files.list(from.resolve("jars"))) {
        for (Path jar : all.toList()) {
          Path copy = Files.copy(jar, jars.resolve(jar.getFileName()));
          if (jar.getFileName().toString().startsWith("runtime-cli-")) {
            alterVersion(copy);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return front;
  }

  /** One whose front has another number of the protocol than the core. Gives the front. */
  static Path ofAnotherBuild(Path prefix) {
    Path front = withoutCore(prefix);
    try {
      Path library = Files.createDirectories(prefix.resolve("lib")).resolve("jrun");
      Files.createSymbolicLink(library, Jrun.prefix().resolve("lib/jrun"));
      alterProtocol(front);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return front;
  }

  /** The number stands in the front's instructions, wherever it sends or compares it. */
  private static void alterProtocol(Path front) throws IOException {
    Matcher number =
        Pattern.compile("#define PROTOCOL 0x([0-9a-f]{8})u")
            .matcher(Files.readString(Path.of("../native-shim/src/main/c/wire.h")));
    assertTrue(number.find());
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(front)).order(ByteOrder.LITTLE_ENDIAN);
    int altered = 0;
    for (int i = 0; i + 4 <= bytes.capacity(); i++) {
      if (bytes.getInt(i) == Integer.parseInt(number.group(1), 16)) {
        bytes.putInt(i, 1);
        altered++;
      }
    }
    assertTrue(altered > 0, "the front does not have the number of wire.h");
    Files.write(front, bytes.array());
  }

  /** The number stands in the executable as it is. */
  private static void alterVersion(Path core, Path copy) throws IOException {
    Path directory = copy.getParent();
    String line = new Jrun(directory, directory, List.of("--version")).run().lines().get(0);
    String own = line.substring(line.lastIndexOf(' ') + 1);
    byte[] number = own.getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = Files.readAllBytes(core);
    for (int i = 0; i + number.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + number.length, number, 0, number.length)) {
        bytes[i] = bytes[i + 2] = bytes[i + 4] = '0';
      }
    }
    Files.write(copy, bytes);
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void alterVersion(Path jar) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path properties = files.getPath("io/jrun/cli/version.properties");
      String text = Files.readString(properties);
      Files.writeString(properties, text.replaceAll("(?m)^version=.*$", "version=0.0.0"));
    }
  }
}
