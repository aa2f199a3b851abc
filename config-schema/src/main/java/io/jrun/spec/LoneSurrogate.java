// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * Finds halves of surrogate pairs. JSON can spell them ({@code \}{@code ud800}), Java strings can
 * hold them, UTF-8 has no bytes for them: a path with one would change on its way to the kernel.
 */
final class LoneSurrogate {
  private LoneSurrogate() {}

  static boolean isAt(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
