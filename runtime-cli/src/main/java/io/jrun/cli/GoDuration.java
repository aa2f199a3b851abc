// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.failure.ContainerException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as Go's flag package reads them: "1h30m", "1.5s", "100ms". */
final class GoDuration {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");
  private static final int LONGEST = 64;

  private GoDuration() {}

  /** Milliseconds, a rest of one being one more; empty if it is no such time. */
  static OptionalLong milliseconds(String text) {
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    if (digits.equals("0")) {
      return OptionalLong.of(0);
    }
    Matcher part = PART.matcher(digits);
    double sum = 0;
    int end = 0;
    while (part.find() && part.start() == end) {
      sum += Double.parseDouble(part.group(1)) * milliseconds(part);
      end = part.end();
    }
    if (end == 0 || end != digits.length() || end > LONGEST) {
      return OptionalLong.empty();
    }
    long out = (long) Math.ceil(Math.min(sum, Integer.MAX_VALUE));
    return OptionalLong.of(negative ? -out : out);
  }

  /**
   * The value of an option --interval, in milliseconds.
   *
   * @throws ContainerException in runc's words, if it is none or not more than nothing
   */
  static long interval(String text) {
    long interval =
        milliseconds(text)
            .orElseThrow(
                () ->
                    new ContainerException(
                        "invalid value \"" + text + "\" for flag -interval: parse error"));
    if (interval <= 0) {
      throw new ContainerException("duration interval must be greater than 0");
    }
    return interval;
  }

  private static double milliseconds(Matcher part) {
    return switch (part.group(2)) {
      case "ns" -> 1e-6;
      case "us", "µs" -> 1e-3;
      case "ms" -> 1;
      case "s" -> 1e3;
      case "m" -> 60e3;
      default -> 3600e3;
    };
  }
}
