// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What {@code --version} prints: four lines that engines read, and no second "version" in them. */
final class Version {
  private static final String RESOURCE = "version.properties";
  private static final Properties BUILD = load();

  private Version() {}

  /** The build's version, which the front's must equal. */
  static String number() {
    return BUILD.getProperty("version");
  }

  static String commit() {
    return BUILD.getProperty("commit");
  }

  static String text() {
    return "jrun version "
        + BUILD.getProperty("version")
        + "\ncommit: "
        + BUILD.getProperty("commit")
        + "\nspec: "
        + io.jrun.state.StateDocument.OCI_VERSION
        + "\njava: "
        + System.getProperty("java.version")
        + "\n";
  }

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
