// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Words a value that is not what its key wants. Strings are not repeated: they may be secrets of an
 * environment.
 */
final class Mismatch {
  /** More digits than any number that has a meaning here. */
  private static final int LONGEST_NUMBER = 24;

  private Mismatch() {}

  static String type(String wanted, JsonNode value) {
    return "must be " + wanted + ", not " + describe(value);
  }

  static String range(Range range, JsonNode value) {
    return "must be " + range.describe() + ", not " + describeNumber(value);
  }

  private static String describeNumber(JsonNode value) {
    if (value.isIntegralNumber()) {
      String number =
          value.isBigInteger()
              ? value.bigIntegerValue().toString()
              : Long.toString(value.longValue());
      return number.length() > LONGEST_NUMBER
          ? "a number of " + number.length() + " digits"
          : number;
    }
    return value.isNumber() ? "a number with a fraction or an exponent" : describe(value);
  }

  private static String describe(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      default -> "null";
    };
  }
}
