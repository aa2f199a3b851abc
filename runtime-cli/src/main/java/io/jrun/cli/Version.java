// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** What {@code --version} prints: four lines that engines read, and no second "version" in them. */
final class Version {
  private static final String RESOURCE = "version.properties";

  /** In the core's working directory. */
  private static final String COMMIT = "commit";

  /**
   * The builder says so while it makes the image, and initialises this class then: what only a JVM
   * does is not in a native core.
   */
  private static final boolean NATIVE =
      System.getProperty("org.graalvm.nativeimage.imagecode") != null;

  private Version() {}

  /**
   * The build's version, which the front's must equal. An installed core is told it on its command
   * line: every command asks for it, and to open a jar takes milliseconds.
   */
  static String number() {
    String told = System.getProperty("jrun.version");
    return told == null ? Build.PROPERTIES.getProperty("version") : told;
  }

  /**
   * A native core has it in a file beside it, so that it need not be built again for each commit.
   */
  static String commit() {
    if (!isNative()) {
      return Build.PROPERTIES.getProperty("commit");
    }
    try {
      return Files.readString(Path.of(COMMIT)).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Whether this is the native core; else it is a JVM. */
  static boolean isNative() {
    return NATIVE;
  }

  /** What kind of core this is, in a word. */
  static String core() {
    return isNative() ? "native" : "jvm";
  }

  static String text() {
    return "jrun version "
        + number()
        + "\ncommit: "
        + commit()
        + "\nspec: "
        + io.jrun.document.StateDocument.OCI_VERSION
        + "\njava: "
        + System.getProperty("java.version")
        + (isNative() ? ", native" : "")
        + "\n";
  }

  /** Read when it is asked for. */
  private static final class Build {
    static final Properties PROPERTIES = load();

    private static Properties load() {
      Properties out = new Properties();
      try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
        out.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return out;
    }
  }
}
