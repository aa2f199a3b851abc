// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

/** Just enough of SemVer 2.0 for ociVersion. */
final class SemanticVersion {
  private SemanticVersion() {}

  /** Whether the text is MAJOR.y.z, with or without a suffix. */
  static boolean isMajor(String version, int major) {
    String prefix = major + ".";
    if (!version.startsWith(prefix)) {
      return false;
    }
    int minorEnd = digits(version, prefix.length());
    if (minorEnd == prefix.length()
        || minorEnd >= version.length()
        || version.charAt(minorEnd) != '.') {
      return false;
    }
    int patchEnd = digits(version, minorEnd + 1);
    if (patchEnd == minorEnd + 1) {
      return false;
    }
    return patchEnd == version.length()
        || version.charAt(patchEnd) == '-'
        || version.charAt(patchEnd) == '+';
  }

  /** Whether the text is 1.y.z with a y below this one. */
  static boolean isBefore(String version, int minor) {
    if (version == null || !isMajor(version, 1)) {
      return false;
    }
    String digits = version.substring(2, digits(version, 2)).replaceFirst("^0+(?=.)", "");
    return digits.length() < 4 && Integer.parseInt(digits) < minor;
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}
