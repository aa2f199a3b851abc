// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as engines' command lines have them: "64m", "1.5 GiB", -1. */
final class Sizes {
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtp]?)i?b?", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "kmgtp";

  private Sizes() {}

  /** Bytes, every unit being 1024 of the one before; empty if it is none. */
  static OptionalLong bytes(String text) {
    if (text.equals("-1")) {
      return OptionalLong.of(-1);
    }
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    String unit = matcher.group(2).toLowerCase(java.util.Locale.ROOT);
    long factor = 1L << 10 * (unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1);
    try {
      return OptionalLong.of(
          new BigDecimal(matcher.group(1))
              .multiply(BigDecimal.valueOf(factor))
              .toBigInteger()
              .longValueExact());
    } catch (ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  /** Bytes as people read them: three digits or four, and a unit of 1024 of the one before. */
  static String text(long bytes) {
    if (bytes < 1024) {
      return bytes + "B";
    }
    int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    long tenths = Math.round(bytes * 10.0 / (1L << 10 * unit));
    String number = tenths < 1000 ? tenths / 10 + "." + tenths % 10 : "" + (tenths + 5) / 10;
    return number + "KMGTPE".charAt(unit - 1) + "iB";
  }
}
