// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

/** Makes any text one line that is fit for a terminal. */
final class OneLine {
  private OneLine() {}

  static String of(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        out.append(i + 1 < text.length() ? "; " : "");
      } else if (Character.isISOControl(c)) {
        out.append("\\x")
            .append(Character.forDigit(c >> 4 & 15, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
