// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files as text. What is no UTF-8 becomes replacement characters: a program may write anything. */
final class Text {
  private Text() {}

  static String of(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new JrunException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
