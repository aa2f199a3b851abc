// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The documents of the tests, and the shortest way to the problems of one. */
final class Documents {
  private Documents() {}

  static byte[] load(String name) {
    try (InputStream in = Documents.class.getResourceAsStream("/documents/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] document) {
    return new String(document, StandardCharsets.UTF_8);
  }

  /** Problems of a {@code config.json}, as users see them; empty if it can be read. */
  static List<String> problems(byte[] document) {
    try {
      SpecReader.read(document, "c");
      return List.of();
    } catch (InvalidDocumentException e) {
      return e.problems().stream().map(Problem::toString).toList();
    }
  }

  static List<String> problems(String document) {
    return problems(utf8(document));
  }
}
